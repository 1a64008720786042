"""The judged check cell: what is written into it is what nbgrader, the report and the export read."""

import json
from dataclasses import replace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.utils import determine_grade

from checker.cards import note_card
from checker.grading import check_cell
from checker.grading.check_cell import NOT_JUDGED, Facts, Judged

FACTS = Facts("wrong", 0.75, "端の値", "cuts_ties", "隔離あり", 0.25, 3.5, explanation="no dim-1f", cause="…")


def check(points: float = 2.0):
    marks = {"grade_id": "f-check", "grade": True, "solution": False, "points": points}
    return new_code_cell("check(f)", metadata={"nbgrader": marks})


def saved(cell) -> dict:
    """The cell as it comes from a file, where texts are lists of lines."""
    return json.loads(nbformat.writes(new_notebook(cells=[cell])))["cells"][0]


@pytest.mark.parametrize(
    "facts", [FACTS, Facts(NOT_JUDGED, 0.0, None, None, "隔離あり", fault="ValueError: x")]
)
def test_what_is_written_is_read(facts):
    """Catches a fact, a line of the message or a point that is lost on the way."""
    cell = check()
    check_cell.write(cell, facts, [note_card("一行目\n二行目"), note_card("三行目")])
    expected = Judged(facts, 2 * facts.score, "一行目\n二行目\n三行目")
    assert check_cell.read(cell) == check_cell.read(saved(cell)) == expected
    assert check_cell.read_all([saved(cell)]) == {"f": expected}
    assert determine_grade(cell) == (2 * facts.score, 2.0)


def test_a_cell_of_a_grader_without_explanations_is_read():
    """Catches a class graded before the update whose report is empty."""
    cell = check()
    check_cell.write(cell, FACTS, [note_card("一行目")])
    old = cell.outputs[0].metadata[check_cell.KEY]
    del old["explanation"], old["cause"]
    assert check_cell.read(cell).facts == replace(FACTS, explanation=None, cause=None)


@pytest.mark.parametrize("score, points", [(1 / 3, 0.6667), (1.5, 2.0), (-1.0, 0.0)])
def test_points_are_numbers_that_nbgrader_takes(score, points):
    """Catches a number for which nbgrader gives full marks, or fails the whole submission."""
    cell = check()
    check_cell.write(cell, replace(FACTS, score=score), [note_card("")])
    assert check_cell.read(cell).points == points == determine_grade(cell)[0]


@pytest.mark.parametrize(
    "output",
    [
        None,
        new_output("stream", name="stdout", text="正解"),
        new_output("display_data", {"text/plain": "正解"}),
        new_output("display_data", {"text/plain": "正解"}, metadata={"keiryoka": {}}),
        new_output("display_data", {"text/plain": "正解"}, metadata={"keiryoka": [1]}),
    ],
)
def test_what_this_grader_did_not_write_is_nothing(output):
    """Catches a learner's own output that passes for a verdict."""
    cell = check()
    cell.outputs = [output] if output else []
    assert check_cell.read(cell) is None
    assert check_cell.read(saved(cell)) is None
    assert check_cell.read_all([saved(cell)]) == {}


def test_an_unknown_outcome_is_an_error():
    """Catches a verdict that no report would count."""
    cell = check()
    check_cell.write(cell, replace(FACTS, outcome="great"), [note_card("")])
    with pytest.raises(ValueError, match="great"):
        check_cell.read(cell)
