"""What an answer's own text shows."""

import ast

import pytest
from sample_exercise import sample

from checker.judging.reading import oversight

HEAD = "def scaled(values, factor):\n    "


def seen(body: str) -> tuple[str, str] | None:
    return oversight(sample(), ast.parse(HEAD + body).body[0])


@pytest.mark.parametrize(
    ("body", "key", "words"),
    [
        ("values.clamp(0, 1)\n    return values * factor", "dropped", "2 行目の計算の結果"),
        ("values * factor\n    return values", "dropped", "2 行目の計算の結果"),
        ("factor == 2\n    return values * factor", "dropped", "比べただけの式"),
        ("for v in values:\n        return v * factor", "first round", "3 行目の return"),
        ("y = values * factor\n    return values", "unread", "変数 y"),
        ("return values * 2", "unused", "引数 factor"),
    ],
)
def test_what_has_no_effect_is_told(body, key, words):
    """Catches a result, a variable or an argument that goes nowhere, without a word."""
    found = seen(body)
    assert found[0] == key and words in found[1]


@pytest.mark.parametrize(
    "body",
    [
        "print(factor)\n    values.add_(1)\n    return values * factor",
        "for v in values:\n        if v > factor:\n            return v\n    return values",
        "for v in values:\n        if v > factor:\n            continue\n        return v",
        "y = values * factor\n    return locals()['y']",
        "def inner():\n        return y\n    y = values * factor\n    return inner()",
        "y = values\n    y += factor\n    return values",
        "_ = factor\n    return values",
    ],
)
def test_what_may_have_an_effect_is_not(body):
    """Catches a hint that is false of a text that means what it says."""
    assert seen(body) is None
