"""The marks of one assignment for other systems, from nbgrader's gradebook.

    for path in nbgrader_csv(course, "06_pruning"): print(path)

Everything lies in grading/export/<assignment>/. Points are the gradebook's, marks by hand included;
messages are what the check cells of the graded notebooks say, so that hidden cases stay hidden.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student, SubmittedAssignment

from checker.grading import check_cell
from checker.grading.course import COURSE_ID, GRADEBOOK, autograded, handed_in
from checker.grading.course import export as folder_of
from checker.grading.output import table, write_whole
from checker.hand_in import grade_id
from checker.refusal import Refusal

NOT_GRADED = "採点済みのノートブックがありません。採点した人に知らせてください。"
NOT_HANDED_IN = "このノートブックは提出されていません。"
NBGRADER_COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip
MOODLE_COLUMNS = ("ID number", "Email address", "Grade", "Maximum grade", "Feedback")


class CannotExport(Refusal):
    """There is nothing to export, or no safe place for it."""


@dataclass(frozen=True)
class Check:
    """One graded cell: its name, the points in the gradebook and the message in the notebook."""

    name: str
    points: float
    full: float
    message: str


def nbgrader_csv(course: Path, assignment: str) -> list[Path]:
    """What `nbgrader export` writes, for one assignment: everybody, absent learners with 0."""
    with opened(course, assignment) as (gradebook, found):
        rows = [nbgrader_row(found, *pair) for pair in by_student(gradebook, assignment)]
    return [write_csv(course, assignment, "nbgrader.csv", NBGRADER_COLUMNS, rows)]


def moodle_csv(course: Path, assignment: str) -> list[Path]:
    """For Moodle's grade import: map "ID number" (or the address), the grade and the feedback."""
    rows = []
    with opened(course, assignment) as (gradebook, found):
        for student, submission in by_student(gradebook, assignment):
            if submission:  # nobody who did not hand in gets a 0 without a word
                text = feedback(checks(course, assignment, submission))
                points = score(submission)
                rows.append((student.id, student.email, points, float(found.max_score), text))
    return [write_csv(course, assignment, "moodle.csv", MOODLE_COLUMNS, rows)]


def gradescope_json(course: Path, assignment: str) -> list[Path]:
    """results.json as a Gradescope autograder leaves it, in a folder for each learner."""
    paths = []
    with opened(course, assignment) as (gradebook, _):
        for student, submission in by_student(gradebook, assignment):
            if submission:
                found = checks(course, assignment, submission)
                text = json.dumps(results(submission, found), ensure_ascii=False, indent=1)
                path = Path("gradescope", student.id, "results.json")
                paths.append(write(course, assignment, path, text.encode("utf-8", "replace")))
    return paths


def results(submission: SubmittedAssignment, found: list[Check]) -> dict:
    """Gradescope shows the tests; the score on top counts, because it knows the penalty."""
    tests = [
        {
            "name": check.name,
            "score": check.points,
            "max_score": check.full,
            "output": check.message,
            "visibility": "visible",
        }
        for check in found
    ]
    late = float(submission.late_submission_penalty)
    output = f"提出が遅れたため、{late:g} 点を引きました。" if late else ""
    return {"score": score(submission), "output": output, "tests": tests}


def feedback(found: list[Check]) -> str:
    """All messages as HTML, which is what Moodle takes feedback for."""
    texts = [f"{c.name} {c.points:g} / {c.full:g}\n{c.message}".strip() for c in found]
    return "<br>".join(html.escape("\n\n".join(texts)).splitlines())


def nbgrader_row(found: Assignment, student: Student, submission: SubmittedAssignment | None):
    """The values of NBGRADER_COLUMNS."""
    return (
        found.name,
        found.duedate,
        submission and submission.timestamp,
        student.id,
        student.last_name,
        student.first_name,
        student.email,
        float(submission.score) if submission else 0.0,
        float(submission.late_submission_penalty) if submission else 0.0,
        score(submission) if submission else 0.0,
        float(found.max_score),
    )


def score(submission: SubmittedAssignment) -> float:
    """The points that count, late penalty taken off; never below 0, as in nbgrader's export."""
    return max(0.0, float(submission.score) - float(submission.late_submission_penalty))


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


def checks(course: Path, assignment: str, submission: SubmittedAssignment) -> list[Check]:
    """The graded cells in the order of the notebooks, with the messages of the judge."""
    student, found = submission.student_id, []
    there, missing = handed_in(course, student, assignment)
    for notebook in sorted(submission.notebooks, key=lambda notebook: notebook.name):
        messages = messages_in(autograded(course, student, assignment) / f"{notebook.name}.ipynb")
        absent = there and notebook.name in missing
        grades = {grade.name: grade for grade in notebook.grades}
        order = [name for name in messages if name in grades]
        for name in [*order, *sorted(grades.keys() - messages.keys())]:
            points, full = float(grades[name].score), float(grades[name].max_score)
            message = NOT_HANDED_IN if absent else messages.get(name, NOT_GRADED)
            found.append(Check(name.removesuffix(check_cell.ENDING), points, full, message))
    return found


def messages_in(path: Path) -> dict[str, str]:
    """grade_id → the judge's message, empty where a person judges; no other output is passed on."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
        judged = {name: check_cell.read(cell) for cell in cells if (name := grade_id(cell))}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}  # absent or broken: the points are known all the same
    return {name: found.message if found else "" for name, found in judged.items()}


def write_csv(course: Path, assignment: str, name: str, columns: tuple, rows: list) -> Path:
    """A table in the folder of the export."""
    return write(course, assignment, Path(name), table([columns, *rows]))


def write(course: Path, assignment: str, name: Path, data: bytes) -> Path:
    """A file in the folder of the export."""
    return write_whole(folder_of(course, assignment) / name, data)
