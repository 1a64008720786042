"""The marks of one assignment for other systems, from nbgrader's gradebook.

    exported = export(course, "06_pruning", "moodle", Path("Grades-06.csv"))
    exported.paths, exported.lines

Everything lies in grading/export/<assignment>/; a table that is given is never written into.
"""

from __future__ import annotations

import html
import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Assignment, Student, SubmittedAssignment

from checker.grading.course import export as folder_of
from checker.grading.lms import Known, known_by
from checker.grading.marks import (
    CannotExport,
    Check,
    by_student,
    checks,
    opened,
    score,
    why_no_mark,
)
from checker.grading.output import say, table, write_whole
from checker.grading.worksheets import FORMATS, Mark, fill

NBGRADER_COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score",
)  # fmt: skip
MOODLE_COLUMNS = ("ID number", "Email address", "Grade", "Maximum grade", "Feedback")
PRAIRIELEARN_COLUMNS = ("uid", "instance", "points")
GRADESCOPE = Path(__file__).parent / "templates/gradescope"


@dataclass
class Exported:
    """What was written, what an instructor should know of it, and how many marks are not in it."""

    paths: list[Path] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    lost: int = 0


@dataclass(frozen=True)
class Marked:
    """A learner who has handed in. submission: None where nobody has graded it."""

    student: Student | None
    submission: SubmittedAssignment | None
    mark: Mark


def export(
    course: Path, assignment: str, system: str, sheet: Path | None = None, column: str = ""
) -> Exported:
    """Write the marks for a system; `sheet` is its own table, which comes back filled in.

    Raises `CannotExport` where there is nothing to export, or the table does not fit.
    """
    if sheet and system not in FORMATS:
        raise CannotExport(f"--sheet は {'、'.join(FORMATS)} でだけ使います。")
    if column and not sheet:
        raise CannotExport("--column は、--sheet で渡した表の列を選ぶときに使います。")
    if system in FORMATS and (sheet or system != "moodle"):
        return worksheet(course, assignment, system, sheet, column)
    return WRITERS[system](course, assignment)


def show(exported: Exported) -> int:
    """Print what was written; returns the exit status, 1 where a mark has no place."""
    for line in exported.lines:
        say(line)
    paths = [path.relative_to(Path.cwd()) for path in exported.paths]
    for first in paths[:1]:
        more = f" など {len(paths)} 個のファイル" if len(paths) > 1 else ""
        say(f"書きました: {first}{more}")
    return 1 if exported.lost else 0


def worksheet(
    course: Path, assignment: str, system: str, sheet: Path | None, column: str = ""
) -> Exported:
    """The table that the system gave out, with the marks in it. Raises `CannotExport`."""
    form = FORMATS[system]
    if sheet is None:
        raise CannotExport(
            f"{form.name} の表を --sheet で渡してください。{form.download}からダウンロードできます。"
        )
    name = Path(f"{system}{sheet.suffix or '.csv'}")
    target = folder_of(course, assignment) / name
    if sheet.exists() and target.exists() and sheet.samefile(target):
        raise CannotExport(
            f"{sheet} は前に書き出した表です。ダウンロードしたままの表を渡してください。"
        )
    with opened(course, assignment) as (gradebook, found):
        marks = [each.mark for each in handed_in_by(gradebook, course, assignment)]
        full = float(found.max_score)
    data, lines, lost = fill(system, sheet, marks, assignment, full, column)
    return Exported([write(course, assignment, name, data)], lines, lost)


def handed_in_by(gradebook, course: Path, assignment: str) -> list[Marked]:
    """Everybody who has handed in, graded or not."""
    known = known_by(course, assignment)
    graded = {s.id: (s, sub) for s, sub in by_student(gradebook, assignment) if sub}
    found = []
    for name in sorted(known.keys() | graded.keys()):
        student, submission = graded.get(name, (None, None))
        why = why_no_mark(course, assignment, name, submission)
        points = None if why else score(submission)
        found.append(Marked(student, submission, Mark(name, known.get(name, Known()), points, why)))
    return found


def told(marked: list[Marked]) -> list[str]:
    """A line for everybody who gets no mark."""
    marks = (each.mark for each in marked)
    return [f"記入なし  {mark.whose}: {mark.why}" for mark in marks if mark.points is None]


def nbgrader_csv(course: Path, assignment: str) -> Exported:
    """What `nbgrader export` writes, for one assignment: everybody, absent learners with 0.

    Where a submission waits for its mark, the marks stay empty: 0, or the former one, would count.
    """
    with opened(course, assignment) as (gradebook, found):
        marked = handed_in_by(gradebook, course, assignment)
        waiting = {each.mark.student for each in marked if each.mark.points is None}
        rows = [
            nbgrader_row(found, student, submission, student.id in waiting)
            for student, submission in by_student(gradebook, assignment)
        ]
    path = write_csv(course, assignment, "nbgrader.csv", NBGRADER_COLUMNS, rows)
    return Exported([path], told(marked))


def moodle_csv(course: Path, assignment: str) -> Exported:
    """For Moodle's grade import: map "ID number" (or the address), the grade and the feedback.

    Only where nbgrader's ids are Moodle's ID numbers: Moodle finds nobody by a participant number.
    """
    rows = []
    with opened(course, assignment) as (gradebook, found):
        marked = handed_in_by(gradebook, course, assignment)
        if any(each.mark.known.key("moodle", "participant") for each in marked):
            raise CannotExport(
                "Moodle からの提出物があります。Moodle は、この表では提出者を見つけられません。"
                f"--sheet で評定ワークシートを渡してください。{FORMATS['moodle'].download}から"
                "ダウンロードできます。"
            )
        full = float(found.max_score)
        for each in marked:
            if each.mark.points is not None:
                text = feedback(checks(course, assignment, each.submission))
                rows.append((each.student.id, each.student.email, each.mark.points, full, text))
    return Exported(
        [write_csv(course, assignment, "moodle.csv", MOODLE_COLUMNS, rows)], told(marked)
    )


def prairielearn_csv(course: Path, assignment: str) -> Exported:
    """For "Upload new total scores" on PrairieLearn's page Uploads, which says these columns.

    instance: 1, as that page says where a learner has a single instance of the assessment.
    """
    with opened(course, assignment) as (gradebook, _):
        marked = handed_in_by(gradebook, course, assignment)
        rows, lines, lost = with_key(marked, "prairielearn", "uid")
        table_rows = [(uid, 1, each.mark.points) for uid, each in rows.items()]
    path = write_csv(course, assignment, "prairielearn.csv", PRAIRIELEARN_COLUMNS, table_rows)
    return Exported([path], lines, lost)


def gradescope_json(course: Path, assignment: str) -> Exported:
    """results.json as a Gradescope autograder leaves it, in a folder for each learner.

    Gradescope takes results from an autograder only, never from a file of marks. So where the
    submissions come from Gradescope, autograder.zip holds all results and hands each submission its
    own: upload it under Configure Autograder, then Regrade All Submissions.
    """
    with opened(course, assignment) as (gradebook, _):
        marked = handed_in_by(gradebook, course, assignment)
        found = {
            each.mark.student: results(each.submission, checks(course, assignment, each.submission))
            for each in marked
            if each.mark.points is not None
        }
    paths = []
    for student, result in found.items():
        text = json.dumps(result, ensure_ascii=False, indent=1).encode("utf-8", "replace")
        paths.append(write(course, assignment, Path("gradescope", student, "results.json"), text))
    if not any(each.mark.known.system == "gradescope" for each in marked):
        line = "Gradescope からの提出物がないので、autograder.zip は作りません。"
        return Exported(paths, [*told(marked), line])
    rows, lines, lost = with_key(marked, "gradescope", "submission_id")
    data = autograder({key: found[each.mark.student] for key, each in rows.items()})
    archive = write(course, assignment, Path("gradescope", "autograder.zip"), data)
    return Exported([archive, *paths], lines, lost)


def with_key(
    marked: list[Marked], system: str, name: str
) -> tuple[dict[str, Marked], list[str], int]:
    """The marks by the system's own key, and the lines for those that have none."""
    ready = [each for each in marked if each.mark.points is not None]
    keys = {each.mark.student: each.mark.known.key(system, name) for each in ready}
    without = [student for student, key in keys.items() if not key]
    lines = [f"行なし  {student}: {system} からの提出物ではありません。" for student in without]
    rows = {key: each for each in ready if (key := keys[each.mark.student])}
    return rows, told(marked) + lines, len(without)


def autograder(found: dict[str, dict]) -> bytes:
    """An archive for Gradescope: its two scripts, and the results by the submission's id."""
    files = {name: (GRADESCOPE / name).read_bytes() for name in ("run_autograder", "setup.sh")}
    files["marks.json"] = json.dumps(found, indent=1, sort_keys=True).encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)  # without a time: the same marks make the same archive
            info.external_attr = 0o100755 << 16
            archive.writestr(info, data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


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


def nbgrader_row(
    found: Assignment, student: Student, submission: SubmittedAssignment | None, waiting: bool
):
    """The values of NBGRADER_COLUMNS."""
    marks = (0.0, 0.0, 0.0)
    if submission:
        late = float(submission.late_submission_penalty)
        marks = (float(submission.score), late, score(submission))
    return (
        found.name,
        found.duedate,
        submission and submission.timestamp,
        student.id,
        student.last_name,
        student.first_name,
        student.email,
        *((None, None, None) if waiting else marks),
        float(found.max_score),
    )


def write_csv(course: Path, assignment: str, name: str, columns: tuple, rows: list) -> Path:
    """A table in the folder of the export."""
    return write(course, assignment, Path(name), table([columns, *rows]))


def write(course: Path, assignment: str, name: Path, data: bytes) -> Path:
    """A file in the folder of the export."""
    return write_whole(folder_of(course, assignment) / name, data)


WRITERS = {
    "nbgrader": nbgrader_csv,
    "moodle": moodle_csv,
    "gradescope": gradescope_json,
    "prairielearn": prairielearn_csv,
}
