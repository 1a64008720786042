"""The judged check cell, written and read here and nowhere else.

    write(cell, facts, cards)
    judged = read(cell)          # judged.facts.outcome, judged.points, judged.message

It has two outputs: the message with the facts in its metadata, and the points as a number. nbgrader
takes the points, and gives full marks to a cell without a number, so every check cell gets one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.converters.base import NbGraderException

from checker.hand_in import grade_id
from checker.judging.verdict import WORDS

KEY = "keiryoka"  # in the metadata of the first output
ENDING = "-check"  # the grade_id is the exercise's name and this
NOT_JUDGED = "not_judged"  # an outcome beside those of a verdict: the grader failed, not the answer


@dataclass(frozen=True)
class Facts:
    """What is known about one judged answer, for the report and the feedback."""

    outcome: str  # a key of WORDS, or NOT_JUDGED
    score: float  # 0.0–1.0
    label: str | None  # the first failing case
    misconception: str | None  # the name of the known wrong answer
    isolation: str
    seconds: float | None = None  # an empty answer is not run
    memory_mib: float | None = None
    fault: str | None = None  # of the grader, where it failed
    explanation: str | None = None  # the key: answers with the same one belong together
    cause: str | None = None  # the explanation as a sentence
    no_time_left: bool = False  # not run, because of the answers before it


@dataclass(frozen=True)
class Judged:
    """A check cell as it was read."""

    facts: Facts
    points: float
    message: str


def is_check(cell) -> bool:
    """True for a cell that gives points automatically."""
    return cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell)


def exercise_of(cell) -> str:
    """The name of the exercise that a check cell gives points for."""
    return grade_id(cell).removesuffix(ENDING)


def write(cell, facts: Facts, cards: list) -> None:
    """Leave message, facts and points in a check cell."""
    message = {
        "text/html": "".join(card.html for card in cards),
        "text/plain": "\n".join(card.text for card in cards),
    }
    full = float(cell.metadata.nbgrader.points)
    points = min(max(round(facts.score * full, 4), 0.0), full)
    cell.outputs = [
        new_output("display_data", message, metadata={KEY: asdict(facts)}),
        new_output("execute_result", {"text/plain": repr(points)}, execution_count=1),
    ]
    cell.execution_count = 1


def read(cell: dict) -> Judged | None:
    """What stands in a check cell; None where it is none, or not judged by this grader.

    Raises `ValueError` where nobody knows the outcome.
    """
    outputs = cell.get("outputs") or [{}]
    try:
        facts = Facts(**outputs[0].get("metadata", {}).get(KEY))
    except TypeError:  # no facts, or those of another version
        return None
    if facts.outcome not in (*WORDS, NOT_JUDGED):
        raise ValueError(f"unknown outcome {facts.outcome!r}")
    message, points = ("".join(output["data"]["text/plain"]) for output in outputs)
    return Judged(facts, float(points), message)


def read_all(cells: list[dict]) -> dict[str, Judged]:
    """The judged exercises of a graded notebook, in its order."""
    found = ((grade_id(cell), read(cell)) for cell in cells)
    return {name.removesuffix(ENDING): judged for name, judged in found if name and judged}


def refuse_unjudged(nb) -> None:
    """Raise where a check cell lacks its number: nbgrader would give it full marks."""
    for cell in filter(is_check, nb.cells):
        kinds = [output.output_type for output in cell.outputs]
        if kinds != ["display_data", "execute_result"]:
            raise NbGraderException(f"the cell {grade_id(cell)} was not judged")
