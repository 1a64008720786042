"""python -m checker grade ASSIGNMENT: nbgrader's autograde in parallel, and safe to kill.

Every submission is graded by nbgrader's own Autograde with the course's own configuration, each in
one of a few worker processes with a sandbox of its own. A receipt is written after the last mark;
a run that was killed goes on with the submissions that have none.
"""

from __future__ import annotations

import contextlib
import functools
import glob
import hashlib
import os
import queue
import re
import signal
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import connection, get_context, parent_process
from pathlib import Path

import filelock
import nbformat
import nbgrader.api
from nbgrader.api import Grade, Gradebook, MissingEntry, SubmittedAssignment, SubmittedNotebook
from nbgrader.apps import AutogradeApp, NbGraderAPI
from nbgrader.utils import determine_grade
from rich import progress
from sqlalchemy.exc import SAWarning

from checker.catalogue import FOLDER, LESSONS
from checker.grading.output import write_whole
from checker.grading.seed import secret_seed
from checker.refusal import Refusal
from checker.running.isolation import ONE_THREAD, PACKAGE

GRADED, UNCHANGED, PREVIEWED = "graded", "unchanged", "previewed"
SUBMISSION, GRADER = "submission", "grader"  # whose fault a failure was
WORDS = {
    GRADED: "graded",
    UNCHANGED: "unchanged and skipped (--force grades them again)",
    PREVIEWED: "judged without a change to any mark",
    SUBMISSION: "failed, a fault of the submission",
    GRADER: "failed, a fault of the grader",
}


class CannotGrade(Refusal):
    """Nothing can be graded: says why and what to do."""


@dataclass(frozen=True)
class Outcome:
    """What became of one submission."""

    student: str
    kind: str  # GRADED, UNCHANGED, PREVIEWED, SUBMISSION or GRADER
    reason: str = ""
    changes: dict[str, tuple[float | None, float]] = field(default_factory=dict)  # of a preview


@dataclass(frozen=True)
class Task:
    """What a worker needs to know beside the name of a student."""

    assignment: str
    trust: bool
    dry_run: bool
    course: str  # a fingerprint of what decides everybody's marks, before the workers read it


def grade(
    assignment: str,
    *,
    jobs: int,
    student: str | None = None,
    force: bool = False,
    dry_run: bool = False,
    trust: bool = False,
) -> list[Outcome]:
    """Grade the submissions of the course in the current folder; one outcome for each.

    Raises `CannotGrade` before anything is touched, and `NoIsolation` where the submissions' code
    cannot be isolated and the instructor does not trust it.
    """
    students = submitted(assignment, student)
    secret_seed(Path("grading/seed"))
    os.environ.update(ONE_THREAD)  # for the workers: marks must not depend on the number of cores
    try:
        with filelock.FileLock("grading/lock", timeout=0):
            task = Task(assignment, trust, dry_run, course_digest(assignment, trust))
            known = set() if force or dry_run else marked(assignment)
            done = [Outcome(s, UNCHANGED) for s in students if s in known and unchanged(task, s)]
            skipped = {outcome.student for outcome in done}
            waiting = [s for s in students if s not in skipped]
            return done + grade_in_parallel(task, waiting, max(jobs, 1))
    except filelock.Timeout as error:
        raise CannotGrade("another run is grading this course: wait until it has ended") from error


def submitted(assignment: str, student: str | None) -> list[str]:
    """Everybody who handed in this assignment, or the one who was asked for."""
    if not Path("nbgrader_config.py").exists():
        raise CannotGrade("no nbgrader_config.py here: run this in the folder of the course")
    released = sorted(path.parent.name for path in Path("notebooks").glob("*/*.ipynb"))
    if assignment not in released:
        raise CannotGrade(f"no assignment {assignment!r}; released are: {', '.join(released)}")
    found = sorted(path.parent.name for path in Path("grading/submitted").glob(f"*/{assignment}"))
    if student is not None and student not in found:
        raise CannotGrade(f"{student!r} has no submission in grading/submitted/")
    if not found:
        raise CannotGrade("no submissions in grading/submitted/: python -m checker collect FOLDER")
    return found if student is None else [student]


def summary(outcomes: list[Outcome]) -> str:
    """What a run did, for the terminal: every mark that a dry run would change, and the counts."""

    def points(value: float | None) -> str:
        return "unmarked" if value is None else f"{value:g}"

    lines = [
        f"{outcome.student}: {exercise} {points(now)} → {points(then)}"
        for outcome in sorted(outcomes, key=lambda outcome: outcome.student)
        for exercise, (now, then) in outcome.changes.items()
    ]
    kinds = [outcome.kind for outcome in outcomes]
    counts = [f"{kinds.count(kind)} {words}" for kind, words in WORDS.items() if kind in kinds]
    return "\n".join([*lines, ", ".join(counts)])


# What is done already.


def submission(assignment: str, student: str) -> Path:
    return Path("grading/submitted", student, assignment, f"{assignment}.ipynb")


def receipt(assignment: str, student: str) -> Path:
    """The file that says for which submission the marks are complete."""
    return Path("grading/receipts", assignment, f"{student}.sha256")


def digest(task: Task, student: str) -> str:
    """A fingerprint of all that decides the marks of a submission."""
    notebook = submission(task.assignment, student)
    own = fingerprint([notebook, notebook.with_name("timestamp.txt")])
    return f"{task.course} {own}"


def course_digest(assignment: str, trust: bool) -> str:
    """A fingerprint of the release, the seed, the due date, the trust and our own code."""
    ours = [*PACKAGE.glob("*.py"), *PACKAGE.glob("grading/*.py")]
    exercises = [*FOLDER.rglob("*.py"), *LESSONS.glob("*.py")]
    course = ["nbgrader_config.py", "grading/seed", f"notebooks/{assignment}/{assignment}.ipynb"]
    with Gradebook(autograde_app(assignment, trust).coursedir.db_url) as gradebook:
        due = [known.duedate for known in gradebook.assignments if known.name == assignment]
    files = fingerprint(sorted([*map(Path, course), *ours, *exercises]))
    return hashlib.sha256(f"{files} {due} {trust}".encode()).hexdigest()


def fingerprint(files: list[Path]) -> str:
    """A digest of the content of files; one that does not exist counts as such."""
    seen = hashlib.sha256()
    for path in files:
        content = path.read_bytes() if path.exists() else b"none"
        seen.update(hashlib.sha256(content).digest())
    return seen.hexdigest()


def unchanged(task: Task, student: str) -> bool:
    """Has exactly this submission been marked to the end?"""
    graded = Path("grading/autograded", student, task.assignment, f"{task.assignment}.ipynb")
    path = receipt(task.assignment, student)
    return graded.exists() and path.exists() and path.read_text() == digest(task, student)


def marked(assignment: str) -> set[str]:
    """Whose marks for this assignment, as far as they are ours, are all in the gradebook."""
    with Gradebook(autograde_app(assignment, False).coursedir.db_url) as gradebook:
        query = gradebook.db.query(SubmittedAssignment.student_id).filter(
            SubmittedAssignment.name == assignment
        )
        unmarked = (
            query.join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .filter(Grade.auto_score.is_(None), Grade.manual_score.is_(None))
            .filter(~Grade.needs_manual_grade)  # what waits for a person is not ours to mark
        )
        return {s for (s,) in query} - {s for (s,) in unmarked}


# The processes.


def grade_in_parallel(task: Task, students: list[str], jobs: int) -> list[Outcome]:
    """Grade with `jobs` workers, showing how far it is and every failure as it happens."""
    if not students:
        return []
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for student in students:
        waiting.put(student)
    outcomes: list[Outcome] = []
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
        progress.TextColumn("left:"),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns) as bar, ThreadPoolExecutor(max(jobs, 1)) as threads:
        row = bar.add_task(task.assignment, total=len(students))

        def tell(outcome: Outcome) -> None:
            outcomes.append(outcome)
            bar.advance(row)
            if outcome.reason:
                bar.print(line(outcome), markup=False, highlight=False, soft_wrap=True)

        workers = [threads.submit(work_through, task, waiting, tell) for _ in range(jobs)]
        try:
            for worker in as_completed(workers):
                worker.result()
        except BaseException:
            list(taken(waiting))  # the other workers end after the submission at hand
            raise
    return outcomes


def line(outcome: Outcome) -> str:
    """A failure in one line: who, whose fault, why."""
    return f"{outcome.student}: {outcome.kind}: {outcome.reason}"


def taken(waiting: queue.SimpleQueue[str]) -> Iterator[str]:
    """The students that are still waiting, each given to one taker only."""
    while True:
        try:
            yield waiting.get_nowait()
        except queue.Empty:
            return


def work_through(
    task: Task, waiting: queue.SimpleQueue[str], tell: Callable[[Outcome], None]
) -> None:
    """Grade one student after another in a process of its own; a dead one is replaced."""
    pool = None
    try:
        for student in taken(waiting):
            for _ in range(2):
                pool = pool or ProcessPoolExecutor(1, get_context("spawn"), prepare_worker)
                try:
                    outcome = pool.submit(grade_one, task, student).result()
                    break
                except BrokenProcessPool:
                    pool = None
                    outcome = Outcome(student, GRADER, "the process that graded it was ended, twice")
            tell(outcome)
    finally:
        if pool:
            with contextlib.suppress(BrokenProcessPool):
                pool.submit(end_worker).result()
            pool.shutdown()


def prepare_worker() -> None:
    """What a worker process does first. It ends with its parent, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # nbgrader 0.9.6 under SQLAlchemy 2.1 warns of a flush that is not needed, eight lines a learner.
    warnings.filterwarnings("ignore", category=SAWarning)

    # nbgrader makes a new engine nine times a submission, and each compiles every query anew: a
    # quarter of the work outside of the sandbox. Many workers may have to wait for each other.
    create_engine = nbgrader.api.create_engine

    @functools.cache
    def engine(url: str, **options):
        patience = {"connect_args": {"timeout": 60}} if url.startswith("sqlite") else {}
        return create_engine(url, **patience, **options)

    nbgrader.api.create_engine = engine

    def end_with_parent() -> None:
        connection.wait([parent_process().sentinel])
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


# In a worker.


@functools.cache
def autograde_app(assignment: str, trust: bool) -> AutogradeApp:
    """nbgrader's own command with the configuration of this course, silent."""
    app = AutogradeApp()
    app.initialize([assignment])
    if trust:
        app.config.JudgeCells.trust_submissions = True
    app.log.handlers.clear()
    app.log.propagate = False
    return app


def grade_one(task: Task, student: str) -> Outcome:
    """Grade or preview one submission; whatever happens to it is told and costs no other."""
    from checker.grading import nbgrader_steps  # imports torch: for the workers only

    app = autograde_app(task.assignment, task.trust)
    trust = nbgrader_steps.JudgeCells(parent=app).trust_submissions
    nbgrader_steps.shared_sandbox(trust)  # NoIsolation ends the whole run
    try:
        fault = unreadable(submission(task.assignment, student))
        if fault:
            return Outcome(student, SUBMISSION, fault)
        if task.dry_run:
            return Outcome(student, PREVIEWED, changes=preview(app, task.assignment, student))
        return mark(app, task, student)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        reason = f"{type(error).__name__}: {error} ({where.filename}:{where.lineno})"
        return Outcome(student, GRADER, " ".join(reason.split()))


def unreadable(path: Path) -> str:
    """Why this file is no notebook; empty where it is one."""
    if not path.exists():
        others = ", ".join(other.name for other in path.parent.glob("*.ipynb"))
        return f"no {path.name} was handed in" + (f", only {others}" if others else "")
    try:
        nbformat.reads(path.read_text(encoding="utf-8-sig"), as_version=4)
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return f"{path.name} is no notebook that Jupyter can open ({reason[:200]})"
    return ""


def end_worker() -> None:
    """End this worker's sandbox; a process of multiprocessing runs no atexit."""
    from checker.grading import nbgrader_steps

    nbgrader_steps.open_sandboxes.close()
    nbgrader_steps.shared_sandbox.cache_clear()


def mark(app: AutogradeApp, task: Task, student: str) -> Outcome:
    """Have nbgrader grade a submission; the receipt comes after the last mark."""
    judged = digest(task, student)
    path = receipt(task.assignment, student)
    path.unlink(missing_ok=True)
    api = NbGraderAPI(app.coursedir, parent=app)
    result = api.autograde(task.assignment, glob.escape(student))
    log = result.get("log", "")
    not_judged = re.findall(r"(\w+) could not be judged", log)
    if not_judged:
        return Outcome(student, GRADER, f"{', '.join(not_judged)} could not be judged, 0 points")
    if not result["success"]:
        said = (log + result.get("error", "")).strip().splitlines() or ["no message"]
        return Outcome(student, GRADER, said[-1])
    write_whole(path, judged.encode())
    return Outcome(student, GRADED)


def preview(app: AutogradeApp, assignment: str, student: str) -> dict:
    """What grading would change: {exercise: (points now, points then)}. Writes nothing."""
    from checker.grading.nbgrader_steps import JudgeCells, RestoreFromRelease, is_check

    text = submission(assignment, student).read_text(encoding="utf-8-sig")
    resources = {"nbgrader": {"assignment": assignment, "notebook": assignment}}
    notebook = nbformat.reads(text, as_version=4)
    for step in (RestoreFromRelease, JudgeCells):
        notebook, resources = step(parent=app).preprocess(notebook, resources)
    then = {
        cell.metadata.nbgrader.grade_id: determine_grade(cell)[0]
        for cell in filter(is_check, notebook.cells)
    }
    with Gradebook(app.coursedir.db_url) as gradebook:
        try:
            found = gradebook.find_submission_notebook(assignment, assignment, student)
            now = {entry.name: entry.auto_score for entry in found.grades}
        except MissingEntry:
            now = {}
    return {
        name.removesuffix("-check"): (now.get(name), points)
        for name, points in then.items()
        if now.get(name) != points
    }
