"""What the graded notebooks say: every judged answer, and what is lacking of a submission."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from checker.catalogue import exercise_names, section_of
from checker.grading import check_cell
from checker.grading.course import (
    AUTOGRADED,
    SUBMITTED,
    autograded,
    handed_in,
    release,
    released,
    students,
    submitted,
)
from checker.hand_in import RECORD, RECORD_CAP, grade_id
from checker.running.inside.cell_text import writable

# What is lacking of a submission, each with the names of notebooks or exercises behind it.
NOT_HANDED_IN = "提出されていないノートブックがあります: "
NOT_GRADED = "提出されていますが、まだ採点されていません: "
UNREADABLE = "採点済みのノートブックを読めません: "
NOT_JUDGED = "採点する側の不具合で、判定できなかった演習があります: "
NO_VERDICT = "判定の記録がない演習があります: "
# What a broken file raises while it is taken apart.
MALFORMED = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Answer:
    """One judged answer of one learner."""

    student: str
    exercise: str
    kind: str  # an outcome of a verdict, or "partial"
    points: float
    label: str | None  # the first failing case
    misconception: str | None  # the name of the known wrong answer
    explanation: str | None  # the key of what it coincides with, known wrong answer or not
    cause: str | None  # the explanation as a sentence
    seconds: float | None
    memory_mib: float | None
    isolation: str
    tries: int | None
    text: str


def read_class(course: Path, assignment: str) -> tuple[list[Answer], dict[str, list[str]]]:
    """All judged answers by learner, and what could not be judged: sentence → learners."""
    answers, problems = [], defaultdict(list)
    exercises = exercises_in(course, assignment)
    steps = (students(course, step, assignment) for step in (SUBMITTED, AUTOGRADED))
    for student in sorted(set().union(*steps)):
        found, sentences = read_submission(course, assignment, student, exercises)
        answers += found
        for sentence in sentences:
            problems[sentence].append(writable(student))
    return answers, dict(sorted(problems.items()))


def exercises_in(course: Path, assignment: str) -> dict[str, list[str]]:
    """The released notebooks of an assignment and the exercises that each holds."""
    known = exercise_names(section_of(assignment))
    found = {}
    for notebook in released(course).get(assignment, []):
        cells = json.loads(release(course, assignment, notebook).read_bytes())["cells"]
        names = {grade_id(cell) for cell in cells}
        found[notebook] = [name for name in known if name in names]
    return found


def read_submission(
    course: Path, assignment: str, student: str, exercises: dict[str, list[str]]
) -> tuple[list[Answer], list[str]]:
    """The answers in a learner's graded notebooks, and a sentence for each thing that is lacking."""
    there, missing = handed_in(course, student, assignment)
    missing = missing if there else []
    graded = sorted(autograded(course, student, assignment).glob("*.ipynb"))
    graded = [path for path in graded if path.stem not in missing]
    tries = read_tries(submitted(course, student, assignment))
    answers, lacking = [], defaultdict(list)
    lacking[NOT_HANDED_IN] += missing
    for path in graded:
        try:
            found, failed = read_notebook(path, student, tries)
        except MALFORMED:
            lacking[UNREADABLE].append(path.stem)
            continue
        answers += found
        lacking[NOT_JUDGED] += failed
        with_verdict = {*failed, *(answer.exercise for answer in found)}
        lacking[NO_VERDICT] += [n for n in exercises.get(path.stem, []) if n not in with_verdict]
    waiting = [name for name in there if name not in {path.stem for path in graded}]
    lacking[NOT_GRADED] += waiting if graded else there or [assignment]
    by_name = {answer.exercise: answer for answer in answers}
    known = [by_name[n] for n in exercise_names(section_of(assignment)) if n in by_name]
    return known, [said + "、".join(names) for said, names in lacking.items() if names]


def read_notebook(
    path: Path, student: str, tries: dict[str, int]
) -> tuple[list[Answer], list[str]]:
    """The answers of a graded notebook with a verdict, and the exercises that the grader failed at."""
    cells = json.loads(path.read_bytes())["cells"]
    texts = {grade_id(cell): "".join(cell["source"]) for cell in cells}
    answers, failed = [], []
    for name, judged in check_cell.read_all(cells).items():
        facts = judged.facts
        if facts.outcome == check_cell.NOT_JUDGED:
            failed.append(name)
            continue
        partly = facts.outcome == "wrong" and facts.score > 0
        answer = Answer(
            student=writable(student),
            exercise=name,
            kind="partial" if partly else facts.outcome,
            points=judged.points,
            tries=tries.get(name),
            text=writable(texts[name]),
            label=facts.label,
            misconception=facts.misconception,
            explanation=facts.explanation,
            cause=facts.cause,
            seconds=facts.seconds,
            memory_mib=facts.memory_mib,
            isolation=facts.isolation,
        )
        answers.append(answer)
    return answers, failed


def read_tries(submission: Path) -> dict[str, int]:
    """How often each exercise was checked, by the learner's own record; empty without one."""
    path = submission / RECORD
    try:
        if not path.is_file() or path.stat().st_size > RECORD_CAP:
            return {}
        tries = json.loads(path.read_bytes())["tries"]
        return {name: n for name, n in tries.items() if type(n) is int and 0 < n < 10_000}
    except MALFORMED:
        return {}
