"""The glossary: complete, in one form, and true to the texts that explain its words."""

import re

import pytest

from checker.catalogue import LESSONS
from lessons import SECTIONS
from lessons.overview.glossary import Term, place, rows_by_section, terms

TERMS = terms()
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
GOALS = re.compile(r"(次のことができます。\n\n)(- .*\n)+")
# The forms in which our texts say what a word means.
SAYS = (
    r"\*\*{}\*\*", r"「{}」", r"{} ?[(（]", r"\({}\)", r"（{}、", r"^- {}[:：]",
    r"{} ?とも?(呼|いい)", r"を、? ?{}(、|$)", r"これが、? ?{}", r"[がは] ?{}、", r"{} ?です。",
    r"代表が ?{}", r"(^|、){} ?は[^。]*(です|ます)。", r"{} \$", r"{} ?の論文（",
)


def sentences(text: str) -> list[str]:
    """What a learner reads as sentences: no program, no heading, no list of goals, no directive."""
    text = GOALS.sub(r"\1", FENCE.sub("", text)).replace("「軽量化・高速化技術」", "")
    lines = [line for line in text.splitlines() if not re.match(r"[#%$|]", line)]
    return [sentence for line in lines for sentence in re.findall(r"[^。]+。?", line)]


def explained(term: Term, text: str) -> bool:
    """Whether the first sentence that has the word says what it means; a heading may say it before."""
    if re.search(rf"^##.*: {re.escape(term.term)}$", text, re.MULTILINE):
        return True
    first = next((s for s in sentences(text) if term.stands_in(s)), "")
    return any(re.search(form.format(re.escape(term.term)), first) for form in SAYS)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.term)
def test_a_word_has_one_form(term):
    """Catches a lost comma in the table, a reading that is not to be typed in kana, two sentences."""
    assert re.fullmatch(r"[ぁ-んー]+", term.reading)
    assert re.fullmatch(r"[A-Za-z0-9_–' -]+", term.english)
    assert re.fullmatch(r"[^。]{6,60}(です|ます|ません)。", term.sentence)
    assert not re.search(r"(?<![値単倍半合])精度|先生|閾値", term.sentence)
    assert term.section in SECTIONS


def test_every_word_stands_once_and_every_section_has_some():
    """Catches a word that was added twice, and a section that was forgotten."""
    assert len(TERMS) >= 60
    assert len({term.term for term in TERMS}) == len(TERMS)
    assert [term.section for term in TERMS] == sorted(
        (term.section for term in TERMS), key=list(SECTIONS).index)
    assert {term.section for term in TERMS} == set(SECTIONS)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.term)
def test_a_word_is_explained_where_it_stands_first(term):
    """Catches a word that a section uses before it says what it means. Where a section has no text
    yet there is nothing to read."""
    text = term.first_text()
    if text is None:
        assert not list((LESSONS / term.section).glob("[0-9]*.md")), "its section is written without it"
        return
    assert explained(term, text.read_text("utf-8"))


WORD = Term("温度", "おんど", "temperature", "割る数です。", "distillation")


@pytest.mark.parametrize("text, said", [
    ("ロジットを温度で割ります。\n**温度**は割る数です。", False),
    ("割る数を、**温度**と呼びます。\n温度を上げます。", True),
    ("ここでは温度を上げます。", False),
    ("# 温度\n\n温度は、ロジットを割る数です。", True),
    ("次のことができます。\n\n- 温度を使えます。\n\n割る数を、温度と呼びます。", True),
    ("```python\n温度 = 1\n```\n割る数を「温度」と呼びます。", True),
])  # fmt: skip
def test_an_explanation_is_told_from_a_use(text, said):
    """Catches a rule that takes every sentence for an explanation, or none."""
    assert explained(WORD, text) == said


def test_a_word_inside_a_longer_one_is_not_it():
    """Catches a link for FLOP that leads to where FLOPS stands."""
    flop = Term("FLOP", "ふろっぷ", "floating-point operation", "1 回分です。", "overview")
    assert not flop.stands_in("15.7 TFLOPS") and flop.stands_in("2 FLOP です。")


def test_links_lead_to_the_notebook_that_explains():
    """Catches a link to a notebook that is not built, and a section to come that gets a link."""
    for term in TERMS:
        text = term.first_text()
        shown = str(place(term))
        folder = SECTIONS[term.section].folder
        if text is None:
            assert shown == f"{SECTIONS[term.section].title}（準備中）"
        else:
            assert f'href="../{folder}/{text.stem}.ipynb"' in shown
    rows = rows_by_section()
    assert sum(map(len, rows.values())) == len(TERMS)
    assert "05 蒸留" in rows and any("転移集合" in row[0] for row in rows["05 蒸留"])
