"""Where wrong elements stand, and in what the values are right."""

import pytest
import torch
from sample_exercise import sample, verdict_on

from checker.judging import explain


@pytest.fixture(autouse=True)
def values_alone(monkeypatch):
    """What the text shows is no matter here."""
    monkeypatch.setattr(explain, "differing", lambda *_: None)


HEAD = "def scaled(values, factor):\n    "


def draws(rng):
    for label in ("基本", "ほかの値", "もっとほかの値"):
        values = torch.tensor(rng.normal(size=(4, 5)), dtype=torch.float32)
        values[0, 0], values[1, 2] = 0.0, 3.0
        yield label, (values, float(rng.uniform(1.5, 2.5)))


def said(body: str) -> tuple[str, str]:
    """The key and the sentence for an answer that no known mistake and no slip explains."""
    found = verdict_on(HEAD + body, sample(cases=draws, wrongs={}, rights=[]))
    return found.explanation, found.cause


@pytest.mark.parametrize(
    ("body", "key", "words"),
    [
        ("return torch.where(values < 0, values * factor + values**4, values * factor)",
         "at values below zero", "引数 values が負の位置にある要素です"),
        ("y = values * factor\n    y[-1] = y[-1].exp() + 9\n    return y", "at last", "軸 0 の最後の要素"),
        ("y = values * factor\n    y[:, 0] = y[:, 0].exp() + 9\n    return y",
         "at first of rows", "軸 1 の最初の要素"),
        ("y = values * factor\n    return torch.where(values.frac().abs() > 0.4, 0.0, y)", "is zero", "0 になっています"),
        ("return values * factor * values.std() * values.max()", "proportional", "値どうしの比は合っています"),
        ("return values * factor * values.abs().amax(1, True)", "proportional rows", "行ごとの倍率"),
        ("return values * factor + values.std() * values.max()", "shifted", "値どうしの差は合っています"),
        ("return values * factor + values.square() * values.cos() ** 2", "above", "より大きい値です"),
        ("return values.sign() * values.abs() ** 1.3 * factor.hex().__len__()", "signs", "符号は"),
    ],
)  # fmt: skip
def test_what_holds_of_the_elements_is_told(body, key, words):
    """Catches a wrong answer of which nothing is said, though its wrong elements share a place, a
    value or a side."""
    found, sentence = said(body)
    assert found == key and words in sentence


def test_a_place_that_holds_nearly_everything_is_not_told():
    """Catches 「違う要素は、どれも…」 of a place in which most elements lie, or few are wrong."""
    found, _ = said("y = values * factor\n    y[0, 1] = y[0, 1].exp() + 9\n    return y")
    assert found is None or not found.startswith("at values")


def test_of_a_single_number_no_side_is_told():
    """Catches a side that a handful of numbers lie on by chance."""

    def total(values, factor):
        """values の合計の factor 倍です。"""
        return float(values.sum() * factor)

    exercise = sample(total, cases=draws, wrongs={}, rights=[])
    text = "def total(values, factor):\n    return float(values.exp().sum() * factor + 9)"
    assert verdict_on(text, exercise).explanation not in ("above", "below")
