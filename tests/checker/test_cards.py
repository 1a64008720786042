"""Cards: the HTML and its plain twin say the same, and nothing of a learner's gets through."""

import re
from html.parser import HTMLParser

import pytest
import torch
from sample_exercise import sample, verdict_on

from checker.cards import (  # fmt: skip
    LOOK,
    Card,
    code_card,
    hint_card,
    note_card,
    table_card,
    verdict_card,
)
from checker.judging.verdict import WORDS, Line, Verdict

SCRIPT = "<script>alert('x')</script> & <img src=x onerror=alert(1)> </pre></div> $x$"


def answer(body: str) -> Card:
    """The card of an answer to the sample exercise."""
    return verdict_card(verdict_on("def scaled(values, factor):\n" + body))


DIFFERS = Line("違い", "値が違います。")
BOTH = (Line("あなたの値", "3", "compared"), Line("期待した値", "4", "compared"))
CARDS = {
    "unanswered": answer("    ..."),
    "error": answer("    return helper(values)"),
    "syntax error": answer("    return values *"),
    "wrong type": answer("    return None"),
    "wrong number of values": answer("    return values[0]"),
    "right": answer("    print('途中\\n経過')\n    return values * factor"),
    "wrong value without a picture": verdict_card(
        Verdict("f", "wrong", lines=(DIFFERS, *BOTH))
    ),
    "hint": hint_card("scaled", sample().hints),
    "solution": code_card("模範解答", "def f(x):\n    return x < 1 and x > 0"),
    "note": note_card("1 行目です。\n2 行目です。"),
}
PICTURE = answer("    return values + factor")
TABLE = table_card(["α", "切った割合"], [["0.5", "38.3"], ["1.0", "なし"]])
every_card = pytest.mark.parametrize(
    "card", [*CARDS.values(), PICTURE, TABLE], ids=[*CARDS, "picture", "table"]
)


class Parsed(HTMLParser):
    """Text, tags and table cells of a piece of HTML."""

    def __init__(self, html: str):
        super().__init__()
        self.text, self.tags, self.cells, self.open = "", [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.text += " "
        if tag not in ("br", "img", "input"):
            self.open.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self.text += " "

    def handle_data(self, data):
        self.text += data
        if "td" in self.open:
            self.cells[-1] += data


def words(text: str) -> list[str]:
    return re.findall(r"[\w.…！×○]+", text)


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_the_twin_has_the_words_of_the_html(card):
    """Catches a reader of plain text, or a screen reader, who is told less."""
    assert words(Parsed(card.html).text) == words(card.text)


@every_card
def test_both_forms_are_offered(card):
    """Catches a card that a terminal or a stored notebook cannot show."""
    assert card._repr_mimebundle_() == {"text/html": card.html, "text/plain": card.text}


@every_card
def test_the_html_is_well_formed_and_plain(card):
    """Catches unclosed tags and what JupyterLab's sanitizer or a dark theme would spoil."""
    parsed = Parsed(card.html)
    assert parsed.open == []
    assert not {tag for tag, _ in parsed.tags} & {"svg", "style", "script", "iframe", "font"}
    assert "var(" not in card.html
    for _, attributes in parsed.tags:
        assert set(attributes) <= {"style", "lang", "class", "scope"}
        style = attributes.get("style") or ""
        assert not re.search(r"(?<![\w-])color\s*:", style)
    assert parsed.tags[0][1]["lang"] == "ja"


@pytest.mark.parametrize("card", [*CARDS.values(), PICTURE], ids=[*CARDS, "picture"])
def test_math_is_left_alone(card):
    """Catches a `$` in a learner's text that MathJax turns into a formula."""
    assert Parsed(card.html).tags[0][1]["class"] == "mathjax_ignore"


@pytest.mark.parametrize("outcome", WORDS)
def test_the_outcomes_look_different_without_colour(outcome):
    """Catches a meaning that is carried by colour alone."""
    card = verdict_card(Verdict("f", outcome))
    sign, _, edge = LOOK[outcome]
    assert card.text == f"[{sign} {WORDS[outcome]}] f"
    assert f"{sign} {WORDS[outcome]} f".split() == Parsed(card.html).text.split()
    assert f"border-left:6px {edge}" in card.html
    assert len({sign for sign, _, _ in LOOK.values()}) == len(WORDS)


@pytest.mark.parametrize(
    "card",
    [
        note_card(SCRIPT),
        code_card(SCRIPT, SCRIPT),
        hint_card(SCRIPT, (SCRIPT,)),
        table_card([SCRIPT], [[SCRIPT]]),
        verdict_card(Verdict(SCRIPT, "wrong", lines=(Line(SCRIPT, SCRIPT), Line("呼び出し", SCRIPT, "code")))),
        verdict_card(Verdict("f", "error", lines=(Line("あなたの出力", SCRIPT, "block"), Line("a", "b\n" + SCRIPT)))),
        answer(f"    print({SCRIPT!r})\n    return values * factor"),
        answer(f"    print({SCRIPT!r})\n    return values + factor"),
        answer(f"    raise ValueError({SCRIPT!r})"),
        answer(f"    raise type({SCRIPT!r}, (Exception,), {{}})()"),
        answer(f"    return type({SCRIPT!r}, (), {{}})()"),
    ],
)
def test_foreign_text_is_escaped(card):
    """Catches HTML from an answer that runs in the browser of whoever reads the notebook."""
    parsed = Parsed(card.html)
    assert not {"script", "img"} & {tag for tag, _ in parsed.tags}
    assert parsed.open == []
    assert words(SCRIPT)[0] in words(parsed.text)


def tables(card: Card) -> list[str]:
    return Parsed(card.html).cells


def compared(actual: torch.Tensor, expected: torch.Tensor) -> Card:
    lines = (DIFFERS, *BOTH, Line("次の一歩", "N"))
    return verdict_card(Verdict("f", "wrong", lines=lines, comparison=(actual, expected)))


def test_the_picture_marks_the_unequal_cells():
    """Catches a mark on the wrong cell, in one table only, or on a cell within the tolerance."""
    expected = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    actual = torch.tensor([[1.0, 2.5], [3.0, 4.000001]])
    assert tables(compared(actual, expected)) == ["1", "≠ 2.5", "3", "4", "1", "≠ 2", "3", "4"]


@pytest.mark.parametrize(
    ("actual", "expected", "cells"),
    [
        (torch.tensor([True, False]), torch.tensor([True, True]),
         ["True", "≠ False", "True", "≠ True"]),
        (torch.tensor([123456]), torch.tensor([123457]), ["≠ 123456", "≠ 123457"]),
        (torch.tensor([1, 2 + 1e-7], dtype=torch.float64), torch.tensor([1.0, 2.0]).double(),
         ["1", "≠ 2", "1", "≠ 2"]),
        (torch.tensor([float("nan"), 1.0]), torch.tensor([float("nan"), 2.0]),
         ["nan", "≠ 1", "nan", "≠ 2"]),
        (torch.tensor([1e-9, 5.0]), torch.tensor([0.0, 6.0]), ["1e-09", "≠ 5", "0", "≠ 6"]),
    ],
)  # fmt: skip
def test_the_picture_agrees_with_the_judge(actual, expected, cells):
    """Catches a picture that has its own idea of equal, or that hides the digit that differs."""
    assert tables(compared(actual, expected)) == cells


@pytest.mark.parametrize(
    "shape", [(), (0,), (11,), (9, 2), (2, 11), (2, 2, 2)], ids=lambda shape: f"{list(shape)}"
)
def test_without_room_for_a_picture_the_values_stand_as_text(shape):
    """Catches a picture that dies on a scalar, or that fills the page."""
    card = compared(torch.zeros(shape), torch.ones(shape))
    assert tables(card) == []
    assert words(Parsed(card.html).text) == words(card.text)


@pytest.mark.parametrize("comparison", [None, (1.0, 2.0), ([1], [2])])
def test_values_that_are_no_tensors_stand_as_text(comparison):
    """Catches a card that dies on a Python number."""
    card = verdict_card(Verdict("f", "wrong", lines=(DIFFERS, *BOTH), comparison=comparison))
    assert "あなたの値 3 期待した値 4" in " ".join(words(Parsed(card.html).text))


def test_the_picture_and_the_twin_hold_the_same_numbers():
    """Catches a picture whose values are not those of the text, or stand in the other table."""
    shown = [float(cell.removeprefix("≠ ")) for cell in tables(PICTURE)]
    values = re.findall(r"(?:あなたの値|期待した値): tensor\((.*?)\)\n", PICTURE.text, re.DOTALL)
    written = [float(n) for n in re.findall(r"-?\d+\.\d*", " ".join(values))]
    assert len(written) == 12
    assert shown == pytest.approx(written, rel=1e-3)
    assert "あなたの値" in Parsed(PICTURE.html).text
    assert "期待した値" in Parsed(PICTURE.html).text


def test_the_picture_stands_after_the_sentence_on_the_difference():
    """Catches a picture that is drawn at the end, after the advice."""
    text = Parsed(PICTURE.html).text
    assert text.index("違い") < text.index("≠") < text.index("考えられる原因") < text.index("次の一歩")


def test_numbers_in_a_table_are_set_to_the_right():
    """Catches columns of figures that cannot be compared at a glance."""
    sides = [a["style"].split(";")[0] for tag, a in Parsed(TABLE.html).tags if tag == "td"]
    assert sides == ["text-align:right"] * 3 + ["text-align:left"]
    assert TABLE.text == "α | 切った割合\n0.5 | 38.3\n1.0 | なし"


def test_the_picture_goes_by_the_style_of_a_line_not_by_its_caption():
    """Catches a card that looks for Japanese captions: a reworded one would lose the picture."""
    lines = (Line("d", "D"), Line("a", "A", "compared"), Line("e", "E", "compared"), Line("n", "N"))
    both = (torch.tensor([1.0]), torch.tensor([2.0]))
    card = verdict_card(Verdict("f", "wrong", lines=lines, comparison=both))
    assert tables(card) == ["≠ 1", "≠ 2"]
    assert ">A<" not in card.html
    assert card.html.index("　D") < card.html.index("≠")
    assert card.html.index("≠") < card.html.index("　N")
