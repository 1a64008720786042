"""A graded set of questions: what is asked, what is said of a letter, and what it earns."""

import importlib.util
import itertools
import re
import sys

import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from nbformat.v4 import new_code_cell
from places import ROOT
from sample_exercise import sample, verdict_on

from checker.authoring import gates
from checker.authoring.assemble import exercise_cells
from checker.cards import verdict_card
from checker.catalogue import load, question
from checker.exercise import Exercise
from checker.grading import check_cell, report
from checker.grading.classroom import Answer
from checker.judging import source
from checker.judging.source import judge_source
from checker.letters import ANY, ask, sheet
from checker.question import LETTERS

NAME, ASSIGNMENT = "overview_letters", "00_overview"
KEY = "".join(load(NAME).solution(number) for number in (1, 2, 3, 4))
OPTION = re.compile(r"^- ([A-D])　(.+)$", re.MULTILINE)
LETTER = re.compile(r"(?<![A-Za-z])[A-D](?![A-Za-z])")
WRONG = [(i, letter) for i in range(4) for letter in LETTERS if letter != KEY[i]]


def answer(letters) -> str:
    """The text of an answer cell that gives these letters."""
    return f"{load(NAME).stub()}\n    return {dict(enumerate(letters, 1))!r}[number]"


def changed(place: int, letter: str) -> str:
    """The key with another letter at one place."""
    return KEY[:place] + letter + KEY[place + 1 :]


def reason(place: int, letter: str) -> str:
    """The reason of an option, found by the text that stands beside the letter on the prompt."""
    prompt = exercise_cells(load(NAME), "")[0].source
    shown = dict(OPTION.findall(prompt.split("**問 ")[place + 1]))[letter]
    asked = question(load(NAME).questions[place])
    # Another seed draws other numbers, so that they are looked for among the right ones.
    seed = next(s for s in range(1000) if asked.draw(s).question.stem in prompt)
    return next(w.reason for w in asked.draw(seed).question.wrong if w.text == shown)


@pytest.mark.parametrize("seed", [None, 5])
@pytest.mark.parametrize("place, letter", WRONG)
def test_a_wrong_letter_gets_its_own_options_reason(place, letter, seed):
    """Catches the reason of another option or question, said once or in the learner's run alone."""
    verdict = judge_source(NAME, answer(changed(place, letter)), seed=seed)
    assert verdict.outcome == "wrong"
    assert verdict.misconception == f"{load(NAME).questions[place]}_{letter}"
    assert f"違い: {letter} を選んでいます。{reason(place, letter)}" in verdict.message
    assert verdict.message.count(reason(place, letter)) == 1
    assert f"ケース: 問 {place + 1} " in verdict.message


def letters_in(text: str) -> set[str]:
    """The letters that a text names, but for the sentence that lists all of them."""
    return set(LETTER.findall(text.replace(ANY, "")))


@pytest.mark.parametrize("place, letter", WRONG)
def test_nothing_that_is_said_names_the_right_letter(place, letter):
    """Catches an expected value on the learner's card, in the grader's cell or in the report."""
    text = answer(changed(place, letter))
    for seed in (None, 5):
        verdict = judge_source(NAME, text, seed=seed)
        card = BeautifulSoup(verdict_card(verdict).html, "html.parser").get_text(" ")
        assert letters_in(verdict.message) == letters_in(card) == {letter}
        assert verdict.comparison is None
    cell = graded(verdict)
    assert letters_in(str(cell.outputs)) == {letter}
    told = Answer(
        "e25", NAME, "partial", 3.0, verdict.label, verdict.misconception, verdict.explanation,
        verdict.cause, None, None, "隔離あり", 1, "",
    )  # fmt: skip
    page = BeautifulSoup(report.page_text(ASSIGNMENT, [told], {}), "html.parser")
    assert reason(place, letter) in page.body.get_text()
    assert letters_in(page.body.get_text(" ")) <= {letter}
    assert letters_in(str(report.table_rows([told], {}))) <= {letter}


def graded(verdict):
    """The check cell of a verdict, as the grader leaves it."""
    metadata = {"nbgrader": {"grade_id": f"{NAME}-check", "points": load(NAME).points}}
    cell = new_code_cell(f"check({NAME})", metadata=metadata)
    noted = check_cell.Facts(
        verdict.outcome, verdict.score, verdict.label, verdict.misconception, "隔離あり",
        explanation=verdict.explanation, cause=verdict.cause,
    )  # fmt: skip
    check_cell.write(cell, noted, [verdict_card(verdict)])
    return cell


@pytest.mark.parametrize("right", list(itertools.product([True, False], repeat=4)))
def test_each_question_earns_its_share(right):
    """Catches a first question without which the others earn nothing, and a mark of all or none."""
    other = {a: b for a, b in zip(LETTERS, LETTERS[1:] + LETTERS[0], strict=True)}
    letters = [known if good else other[known] for known, good in zip(KEY, right, strict=True)]
    for seed in (None, 5, 6):
        verdict = judge_source(NAME, answer(letters), seed=seed)
        assert check_cell.read(graded(verdict)).points == sum(right)
        assert "が通ると部分点" not in verdict.message
    if sum(right) == 1:
        assert "だけです。\n" in verdict.message  # and nothing of what its case has in itself


@pytest.mark.parametrize("spell, said", [
    (lambda a: a.lower(), "記号が小文字です。"), (lambda a: a + " ", "記号のほかに、空白があります。"),
    (lambda a: "　" + a, "記号のほかに、空白があります。"),
    (lambda a: chr(ord(a) + 0xFEE0), "記号が全角です。"), (lambda a: "", "まだ選んでいません。"),
    (lambda a: "？", "まだ選んでいません。"), (lambda a: "ア", "'ア' は、選択肢の記号ではありません。"),
    (lambda a: "ｱ", "'ｱ' は、選択肢の記号ではありません。"), (lambda a: "1", "'1' は、選択肢の記号ではありません。"),
    (lambda a: "AB", "'AB' は、選択肢の記号ではありません。"),
    (lambda a: "<b>" * 10**5, "'<b><b><b>' は、選択肢の記号ではありません。")])  # fmt: skip
def test_an_odd_spelling_is_told_whether_or_not_it_is_meant_right(spell, said):
    """Catches a learner who is told of another option because of a width, and one who learns by a
    misspelt letter which one is right."""
    told = set()
    for letter in LETTERS:
        verdict = judge_source(NAME, answer([spell(letter), *KEY[1:]]))
        told.add(next(line.text for line in verdict.lines if line.caption == "違い"))
        assert verdict.score == 0.75
    assert told == {said + ANY}


@pytest.mark.parametrize("value, said", [
    ("number", "戻り値の型が int です。str になるはずです。"), ("None", "戻り値が None です。"),
    ("['A']", "戻り値の型が list です。"), ("b'A'", "戻り値の型が")])  # fmt: skip
def test_what_is_no_text_is_told_by_its_type(value, said):
    """Catches a letter's judge that is handed a number, and fails."""
    verdict = judge_source(NAME, f"{load(NAME).stub()}\n    return {value}")
    assert verdict.outcome == "wrong" and said in verdict.message


def test_the_letters_belong_to_the_numbers():
    """Catches an answer that counts its calls: the cases come in another order for each seed."""
    counts = f"LETTERS = iter({KEY!r})\n\n\ndef {NAME}(number):\n    return next(LETTERS)"
    assert {judge_source(NAME, counts, seed=seed).outcome for seed in range(8)} >= {"wrong"}
    orders = set()
    for seed in range(50):
        cases = load(NAME).make_cases(seed)
        assert {case.label.split()[1]: case.arguments for case in cases} == {
            str(number): (number,) for number in (1, 2, 3, 4)
        }
        orders.add(tuple(case.label for case in cases))
    assert len(orders) > 10


@pytest.mark.box
@pytest.mark.slow
def test_the_sandbox_gives_the_same_marks():
    """Catches a hand-in that is judged otherwise than in the notebook."""
    verdict = judge_source(NAME, answer(changed(0, WRONG[0][1])), seed=5, box=True)
    assert (verdict.score, verdict.outcome) == (0.75, "wrong")
    assert reason(*WRONG[0]) in verdict.message


# ---- what `ask` makes of other questions --------------------------------------------------------


def two_letters(number: int) -> str:
    """問 number の答えの記号を返します。"""
    return "CC"[number - 1]


def twice_typed(number: int) -> str:
    """問 number の答えの記号を返します。"""
    return "CC"[number - 1] or "CC"


TABLE, CODE, PAIR = "share_of_all_layers", "threshold_mask_code", ["largest_alpha", "what_alpha_does"]


def asking(names, solution=two_letters, seed=103) -> Exercise:
    exercise = sample(solution, wrongs={}, rights=[])
    ask(exercise, tuple(map(question, names)), seed)
    return exercise


def test_letters_that_are_not_the_banks_are_refused():
    """Catches a key that drifts from the bank, one that an edit cannot find, and a typed number."""
    assert asking(PAIR).questions == tuple(PAIR)
    with pytest.raises(ValueError, match='with seed 104 the letters are "[A-D]{2}"'):
        asking(PAIR, seed=104)
    with pytest.raises(ValueError, match='"CC": write them so, once'):
        asking(PAIR, twice_typed)
    with pytest.raises(ValueError, match="has no letter"):
        asking([PAIR[0], "when_csr_pays"])


def test_the_sheet_keeps_tables_and_code():
    """Catches a stem whose table or program is lost, one that is told twice, and an option of which
    Markdown makes something else."""
    shown = sheet([question(name).draw(103) for name in (*PAIR, CODE)])
    shared = question(PAIR[0]).draw(103).shared
    assert shown.count(shared) == 1 and shown.index(shared) < shown.index("**問 1**")
    assert question(CODE).draw(103).question.stem in shown
    html = BeautifulSoup(MarkdownIt("commonmark").enable("table").render(shown), "html.parser")
    assert len(html.select("table")) == 1 and len(html.select("pre code.language-python")) == 1
    options = [each.get_text() for each in html.select("li")]
    drawn = (question(name).draw(103).options for name in (*PAIR, CODE))
    assert options == [f"{a}　{text}" for texts in drawn for a, text in zip(LETTERS, texts, strict=True)]


def test_only_questions_do_without_basics():
    """Catches a gate that no longer asks other exercises for 基本, and for other cases each time."""
    asked, plain = asking(PAIR), sample(cases=lambda _: [("ほかの値", (1.0, 2.0))])
    assert gates.case_problems(asked) == []
    assert [problem.split()[0] for problem in gates.case_problems(plain)] == ["the", "two"]
    assert verdict_on('def two_letters(number):\n    return "?C"[number - 1]', asked).score == 0.5


def test_the_guides_example_is_sound(tmp_path, monkeypatch):
    """Follows CONTRIBUTING.md: catches an example whose letters or words are not right."""
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    text, = (block for block in re.findall(r"```py\n(.*?)```", guide, re.DOTALL) if "ask(" in block)
    name = re.search(r"def (\w+)", text)[1]
    assert f"checker/exercises/pruning/{name}.py" in guide and f"%exercise {name}" in guide
    path = tmp_path / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(source, "load", lambda _: module.exercise)
    assert gates.problems(module.exercise, seeds=4) == []
