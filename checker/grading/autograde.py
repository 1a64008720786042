"""One submission graded or previewed, by nbgrader's own Autograde with the course's configuration.

This is what a worker does. A notebook that cannot be read costs only itself: the others of the
submission are graded, and it keeps the marks that it had.
"""

from __future__ import annotations

import functools
import glob
import json
import logging
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import AutogradeApp, NbGraderAPI
from nbgrader.utils import temp_attrs

from checker.grading import check_cell, receipts
from checker.grading.archive import Refused
from checker.grading.course import HERE, autograded, handed_in, receipt, release, submitted
from checker.grading.cut_down import readable
from checker.grading.output import printable, write_whole

GRADED, UNCHANGED, PREVIEWED = "graded", "unchanged", "previewed"
SUBMISSION, GRADER = "submission", "grader"  # whose fault a failure was


@dataclass(frozen=True)
class Outcome:
    """What became of one submission."""

    student: str
    kind: str  # GRADED, UNCHANGED, PREVIEWED, SUBMISSION or GRADER
    reason: str = ""  # what an instructor should know about it
    changes: dict[str, tuple[float | None, float]] = field(default_factory=dict)  # of a preview

    @property
    def failed(self) -> bool:
        return self.kind in (SUBMISSION, GRADER)


@dataclass(frozen=True)
class Task:
    """What a worker needs to know beside the name of a student."""

    assignment: str
    trust: bool
    dry_run: bool
    course_fingerprint: str  # of what decides everybody's marks, before the workers read it


@functools.cache
def autograde_app(assignment: str, trust: bool) -> AutogradeApp:
    """nbgrader's own command with the configuration of this course, silent."""
    app = AutogradeApp()
    app.initialize([assignment])
    if trust:
        app.config.JudgeCells.trust_submissions = True
    app.log.handlers.clear()
    app.log.propagate = False
    # nbgrader prints tracebacks of the database there; what failed is told on one line instead.
    logging.getLogger("tornado.application").addHandler(logging.NullHandler())
    return app


def gradebook_of(assignment: str) -> Gradebook:
    """The gradebook that the configuration names."""
    coursedir = autograde_app(assignment, False).coursedir
    return Gradebook(coursedir.db_url, coursedir.course_id)


def grade_one(task: Task, student: str) -> Outcome:
    """Grade or preview one submission; whatever happens to it is told and costs no other."""
    from checker.grading import nbgrader_steps  # imports torch: for the workers only

    app = autograde_app(task.assignment, task.trust)
    trust = nbgrader_steps.JudgeCells(parent=app).trust_submissions
    nbgrader_steps.shared_sandbox(trust)  # NoIsolation ends the whole run
    try:
        return examined(app, task, student)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return Outcome(student, GRADER, f"{told(error)}（{where.filename}:{where.lineno}）")


def examined(app: AutogradeApp, task: Task, student: str) -> Outcome:
    """Grade or preview what can be read of a submission, and tell what cannot."""
    folder = submitted(HERE, student, task.assignment)
    there, missing = handed_in(HERE, student, task.assignment)
    broken = {name: said for name in there if (said := unreadable(folder / f"{name}.ipynb"))}
    readable = [name for name in there if name not in broken]
    said = [*broken.values(), *([absent(folder, missing, there)] if missing else [])]
    kind, changes = GRADED, {}
    if readable and task.dry_run:
        kind, changes = PREVIEWED, preview(app, task.assignment, student, readable, missing)
    elif readable and (failures := mark(app, task, student, readable, whole=not broken)):
        return Outcome(student, GRADER, " ".join([*failures, *said]))
    elif readable:
        said += [no_time_left(student, task.assignment, readable)]
    fault = broken or not readable
    return Outcome(student, SUBMISSION if fault else kind, " ".join(filter(None, said)), changes)


def unreadable(path: Path) -> str:
    """Why this file is no notebook; empty where it is one."""
    try:
        nbformat.reads(readable(path.read_bytes()), as_version=4)
    except Refused as error:
        said = str(error).removesuffix("。")
        return f"{path.name} はノートブックとして開けません（{said}）。"
    except Exception as error:
        return f"{path.name} はノートブックとして開けません（{printable(told(error)[:200])[:200]}）。"
    return ""


def absent(folder: Path, missing: list[str], there: list[str]) -> str:
    """The notebooks that were not handed in, and what there is instead."""
    names = "、".join(f"{name}.ipynb" for name in missing)
    if there:
        return f"{names} は提出されていません。その演習は 0 点です。"
    others = "、".join(path.name for path in sorted(folder.glob("*.ipynb")))
    return f"{names} は提出されていません。" + (f"あるのは {others} だけです。" if others else "")


def mark(
    app: AutogradeApp, task: Task, student: str, notebooks: list[str], whole: bool
) -> list[str]:
    """Have nbgrader grade these notebooks; says what failed.

    The receipt comes after the last mark, and only where they are the whole submission.
    """
    fingerprint = receipts.of_submission(task.course_fingerprint, task.assignment, student)
    path = receipt(HERE, student, task.assignment)
    path.unlink(missing_ok=True)
    wanted = ["*"] if whole else notebooks
    failures = [said for name in wanted if (said := autograde(app, task.assignment, student, name))]
    graded = autograded(HERE, student, task.assignment)
    failures = failures or [said for name in notebooks if (said := faults_in(graded, name))]
    if whole and not failures:
        write_whole(path, fingerprint.encode())
    return failures


class LastError(logging.Handler):
    """The last exception that was being handled when something was logged.

    nbgrader logs the traceback of what failed, and ends with an exception that only points there.
    """

    error: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.error = sys.exc_info()[1] or self.error


def autograde(app: AutogradeApp, assignment: str, student: str, notebook: str) -> str:
    """Have nbgrader grade a notebook, or all with "*"; which exception ended it where that fails."""
    api, last = NbGraderAPI(app.coursedir, parent=app), LastError()
    api.log.addHandler(last)
    try:
        with temp_attrs(app.coursedir, notebook_id=notebook):
            result = api.autograde(assignment, glob.escape(student))
    finally:
        api.log.removeHandler(last)
    if result["success"]:
        return ""
    reason = told(last.error) if last.error else result["error"].strip().splitlines()[-1]
    return f"nbgrader の採点が失敗しました: {reason}"


def told(error: BaseException) -> str:
    """An exception on one line; where a database's is in it or behind it, that one."""
    error = getattr(error, "orig", None) or getattr(error.__context__, "orig", None) or error
    return " ".join(f"{type(error).__name__}: {error}".split())


def faults_in(folder: Path, notebook: str) -> str:
    """The exercises of a graded notebook that the grader itself could not judge, and why."""
    cells = json.loads((folder / f"{notebook}.ipynb").read_bytes())["cells"]
    faults = [
        f"{name}（{judged.facts.fault}）"
        for name, judged in check_cell.read_all(cells).items()
        if judged.facts.outcome == check_cell.NOT_JUDGED
    ]
    return faults and f"判定できず、0 点にした演習があります: {'、'.join(faults)}。"


def no_time_left(student: str, assignment: str, notebooks: list[str]) -> str:
    """The exercises that were not judged because others had used up the learner's time."""
    folder, found = autograded(HERE, student, assignment), []
    for notebook in notebooks:
        cells = json.loads((folder / f"{notebook}.ipynb").read_bytes())["cells"]
        judged = check_cell.read_all(cells).items()
        found += [name for name, one in judged if one.facts.no_time_left]
    names = "、".join(found)
    return names and f"前の解答が時間を使い切ったため、動かさずに 0 点にした演習があります: {names}。"


def preview(
    app: AutogradeApp, assignment: str, student: str, notebooks: list[str], missing: list[str]
) -> dict[str, tuple[float | None, float]]:
    """What grading would change: {exercise: (points now, points then)}. Writes nothing."""
    changes = {}
    for name in [*notebooks, *missing]:
        if name in missing:
            nb = nbformat.read(release(HERE, assignment, name), as_version=4)
            checks = filter(check_cell.is_check, nb.cells)
            then = dict.fromkeys(map(check_cell.exercise_of, checks), 0.0)
        else:
            judged = judged_notebook(app, assignment, student, name)
            then = {exercise: found.points for exercise, found in judged.items()}
        now = points_now(assignment, student, name)
        changes |= {e: (now.get(e), points) for e, points in then.items() if now.get(e) != points}
    return changes


def judged_notebook(
    app: AutogradeApp, assignment: str, student: str, notebook: str
) -> dict[str, check_cell.Judged]:
    """The exercises of a submitted notebook, judged without a trace."""
    from checker.grading.nbgrader_steps import JudgeCells, RestoreFromRelease

    path = submitted(HERE, student, assignment) / f"{notebook}.ipynb"
    nb = nbformat.reads(readable(path.read_bytes()), as_version=4)
    names = {"student": student, "assignment": assignment, "notebook": notebook}
    resources = {"nbgrader": names}
    for step in (RestoreFromRelease, JudgeCells):
        nb, resources = step(parent=app).preprocess(nb, resources)
    return check_cell.read_all(nb.cells)


def points_now(assignment: str, student: str, notebook: str) -> dict[str, float | None]:
    """The automatic points in the gradebook, by exercise."""
    with gradebook_of(assignment) as gradebook:
        try:
            found = gradebook.find_submission_notebook(notebook, assignment, student)
        except MissingEntry:
            return {}
        scores = {entry.name: entry.auto_score for entry in found.grades}
    return {name.removesuffix(check_cell.ENDING): points for name, points in scores.items()}
