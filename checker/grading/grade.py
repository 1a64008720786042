"""python -m checker grade ASSIGNMENT: nbgrader's autograde in parallel, and safe to kill.

Every submission is graded by nbgrader's own Autograde with the course's own configuration, each in
one of a few worker processes with a sandbox of its own. A receipt is written after the last mark;
a run that was killed goes on with the submissions that have none.
"""

from __future__ import annotations

import functools
import os

import filelock
from rich import progress

from checker.grading import preconditions, receipts, workers
from checker.grading.autograde import (
    GRADED,
    GRADER,
    PREVIEWED,
    SUBMISSION,
    UNCHANGED,
    Outcome,
    Task,
    grade_one,
)
from checker.grading.course import (
    CONFIGURATION,
    GRADING,
    HERE,
    LOCK,
    SEED,
    SUBMITTED,
    released,
    students,
)
from checker.grading.output import printable
from checker.grading.preconditions import CannotGrade
from checker.grading.seed import secret_seed
from checker.grading.workers import Ended
from checker.running.isolation import ONE_THREAD

COUNTED = {
    GRADED: "{} 人を採点しました。",
    UNCHANGED: "{} 人は前の採点から変わっていないので、飛ばしました。採点し直すには --force を付けます。",
    PREVIEWED: "{} 人を試しに採点しました。点は変えていません。",
    SUBMISSION: "{} 人の提出物に、採点できないノートブックがあります。",
    GRADER: "{} 人の採点が、採点する側の不具合で失敗しました。",
}
TOLD = {
    GRADED: "採点しました",
    PREVIEWED: "試しに採点しました",
    SUBMISSION: "提出物の不備です",
    GRADER: "採点する側の不具合です",
}
ENDED_TWICE = "採点するプロセスが 2 回、途中で終わりました。"
STOPPED = (
    "採点に使う{}を超えたので、この提出物の採点だけを止めました。"
    "ノートブックに、終わらない解答か大きすぎる値がないかを確かめてください。"
)
ENDED = {
    Ended.TWICE: (GRADER, ENDED_TWICE),
    Ended.LATE: (SUBMISSION, STOPPED.format(f"時間が {workers.SECONDS / 60:.0f} 分")),
    Ended.LARGE: (SUBMISSION, STOPPED.format(f"メモリが {workers.BYTES >> 30} GiB ")),
}


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
    wanted = asked_for(assignment, student)
    preconditions.refuse_unwritable_folder()
    secret_seed(SEED)
    os.environ.update(ONE_THREAD)  # for the workers: marks must not depend on the number of cores
    try:
        with filelock.FileLock(LOCK, timeout=0):
            with preconditions.opened_gradebook(assignment) as gradebook:
                course = receipts.of_course(assignment, gradebook, trust)
                known = set() if force or dry_run else receipts.marked(assignment, gradebook)
                done = {
                    s for s in wanted if s in known and receipts.unchanged(course, assignment, s)
                }
                waiting = [s for s in wanted if s not in done]
                if waiting and not dry_run:
                    preconditions.refuse_unwritable(gradebook)
                    preconditions.refuse_full(assignment, waiting)
            task = Task(assignment, trust, dry_run, course)
            return [Outcome(s, UNCHANGED) for s in sorted(done)] + graded(task, waiting, jobs)
    except filelock.Timeout as error:
        raise CannotGrade(
            "このコースでは、別の採点が動いています。それが終わってから、もう一度実行してください。"
        ) from error


def asked_for(assignment: str, student: str | None) -> list[str]:
    """Everybody who handed in this assignment, or the one who was asked for."""
    if not CONFIGURATION.exists():
        raise CannotGrade(
            f"ここに {CONFIGURATION} がありません。コースのフォルダーで実行してください。"
        )
    known = released(HERE)
    if assignment not in known:
        names = "、".join(known)
        raise CannotGrade(f"「{assignment}」という課題はありません。公開した課題は {names} です。")
    found, where = students(HERE, SUBMITTED, assignment), (GRADING / SUBMITTED).as_posix()
    if student is not None and student not in found:
        raise CannotGrade(f"{where}/ に、{student} の {assignment} の提出物がありません。")
    if not found:
        raise CannotGrade(
            f"{where}/ に、{assignment} の提出物がありません。"
            "先に実行してください: python -m checker collect フォルダー"
        )
    return found if student is None else [student]


def graded(task: Task, waiting: list[str], jobs: int) -> list[Outcome]:
    """Grade in parallel, showing how far it is and everything remarkable as it happens."""
    if not waiting:
        return []
    outcomes: list[Outcome] = []
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeElapsedColumn(),
        progress.TextColumn("残り"),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns) as bar:
        row = bar.add_task(task.assignment, total=len(waiting))

        def tell(student: str, outcome: Outcome | Ended) -> None:
            if isinstance(outcome, Ended):
                outcome = Outcome(student, *ENDED[outcome])
            outcomes.append(outcome)
            bar.advance(row)
            if outcome.reason:
                said = f"{student}: {TOLD[outcome.kind]}: {outcome.reason}"
                plain = {"markup": False, "emoji": False, "highlight": False}
                bar.print(printable(said), soft_wrap=True, **plain)

        work = functools.partial(grade_one, task)
        workers.work_through(waiting, max(jobs, 1), work, tell)
    return outcomes


def summary(outcomes: list[Outcome]) -> str:
    """What a run did, for the terminal: every mark that a dry run would change, and the counts."""

    def points(value: float | None) -> str:
        return "未採点" if value is None else f"{value:g} 点"

    lines = [
        f"{outcome.student}: {exercise} {points(now)} → {points(then)}"
        for outcome in sorted(outcomes, key=lambda outcome: outcome.student)
        for exercise, (now, then) in outcome.changes.items()
    ]
    kinds = [outcome.kind for outcome in outcomes]
    counts = [said.format(kinds.count(kind)) for kind, said in COUNTED.items() if kind in kinds]
    return "\n".join([*lines, *counts])
