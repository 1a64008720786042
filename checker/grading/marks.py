"""The marks of one assignment, as the gradebook and the graded notebooks hold them.

    with opened(course, "06_pruning") as (gradebook, assignment):
        for student, submission in by_student(gradebook, "06_pruning"): ...

Points are the gradebook's, marks by hand included; messages are what the check cells of the graded
notebooks say, so that hidden cases stay hidden.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student, SubmittedAssignment

from checker.grading import check_cell
from checker.grading.course import COURSE_ID, GRADEBOOK, autograded, handed_in, submitted
from checker.grading.submission import collected_at
from checker.hand_in import grade_id
from checker.refusal import Refusal

NOT_GRADED = "採点済みのノートブックがありません。採点した人に知らせてください。"
NOT_HANDED_IN = "このノートブックは提出されていません。"


class CannotExport(Refusal):
    """There is nothing to export, or no safe place for it."""


@dataclass(frozen=True)
class Check:
    """One graded cell: its name, the points in the gradebook and the message in the notebook."""

    name: str
    points: float
    full: float
    message: str


@contextmanager
def opened(course: Path, assignment: str) -> Iterator[tuple[Gradebook, Assignment]]:
    """The gradebook and the assignment in it."""
    path = course.absolute() / GRADEBOOK
    if not path.exists():  # opening would make an empty one
        raise CannotExport(
            f"成績簿 {path} がありません。先に採点してください: python -m checker grade {assignment}"
        )
    with Gradebook(f"sqlite:///{path}", COURSE_ID) as gradebook:
        try:
            found = gradebook.find_assignment(assignment)
        except MissingEntry:
            known = "、".join(each.name for each in gradebook.assignments)
            raise CannotExport(
                f"成績簿に「{assignment}」という課題はありません。"
                + (f"あるのは {known} です。" if known else "課題は 1 つもありません。")
            ) from None
        yield gradebook, found


def by_student(
    gradebook: Gradebook, assignment: str
) -> list[tuple[Student, SubmittedAssignment | None]]:
    """Every learner with the submission, if there is one. Ids become names of folders."""
    submissions = {each.student_id: each for each in gradebook.assignment_submissions(assignment)}
    students = sorted(gradebook.students, key=lambda student: student.id)
    for student in students:
        if student.id in (".", "..") or set(student.id) & set("/\\\0"):
            raise CannotExport(
                f"学習者の ID {student.id!r} は、フォルダーの名前にできません。別の ID に変えてください。"
            )
    return [(student, submissions.get(student.id)) for student in students]


def score(submission: SubmittedAssignment) -> float:
    """The points that count, late penalty taken off; never below 0, as in nbgrader's export."""
    return max(0.0, float(submission.score) - float(submission.late_submission_penalty))


def why_no_mark(
    course: Path, assignment: str, student: str, found: SubmittedAssignment | None
) -> str:
    """Why the points in the gradebook are not yet this learner's mark; empty where they are."""
    graded = autograded(course, student, assignment)
    names = handed_in(course, student, assignment)[0]
    names = names or [notebook.name for notebook in (found.notebooks if found else [])]
    if not names or not found or not all((graded / f"{name}.ipynb").exists() for name in names):
        return "まだ採点していません。"
    time = collected_at(submitted(course, student, assignment))
    if time and found.timestamp and time.replace(tzinfo=None) != found.timestamp:
        return "採点のあとに、別の提出を取り込みました。採点し直してください。"
    if found.needs_manual_grade:
        return "人の採点を待つ欄があります。"
    judged = [each for name in names for each in judged_in(graded / f"{name}.ipynb").values()]
    if any(each.facts.outcome == check_cell.NOT_JUDGED for each in judged if each):
        return "採点する側の不具合で、判定できなかった演習があります。採点し直してください。"
    return ""


def checks(course: Path, assignment: str, submission: SubmittedAssignment) -> list[Check]:
    """The graded cells in the order of the notebooks, with the messages of the judge."""
    student, found = submission.student_id, []
    there, missing = handed_in(course, student, assignment)
    for notebook in sorted(submission.notebooks, key=lambda notebook: notebook.name):
        judged = judged_in(autograded(course, student, assignment) / f"{notebook.name}.ipynb")
        messages = {name: each.message if each else "" for name, each in judged.items()}
        absent = there and notebook.name in missing
        grades = {grade.name: grade for grade in notebook.grades}
        order = [name for name in messages if name in grades]
        for name in [*order, *sorted(grades.keys() - messages.keys())]:
            points, full = float(grades[name].score), float(grades[name].max_score)
            message = NOT_HANDED_IN if absent else messages.get(name, NOT_GRADED)
            found.append(Check(name.removesuffix(check_cell.ENDING), points, full, message))
    return found


def judged_in(path: Path) -> dict[str, check_cell.Judged | None]:
    """grade_id → what the judge left there, None where a person judges; no other output counts."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
        return {name: check_cell.read(cell) for cell in cells if (name := grade_id(cell))}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}  # absent or broken: the points are known all the same
