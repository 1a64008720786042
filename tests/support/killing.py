"""Grading that ends at a named moment as if the power failed: no handler, no clean-up.

A moment is where a function is entered or left: "checker.grading.autograde.write_whole entered".
The grading runs in a process of its own and SIGKILL ends it while one learner is at hand.

    python tests/support/killing.py MARK MOMENT VICTIM ASSIGNMENT ARGUMENT…

runs the command itself, with real workers and sandboxes. The first worker to meet the moment ends
VICTIM: itself ("worker"), its command ("command") or both ("both"). The folder MARK remembers that
it has happened, and which processes there were.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import multiprocessing
import os
import signal
import sys
from concurrent.futures import Future
from pathlib import Path

import nbgrader.api
import psutil
import pytest
from sqlalchemy import event

from checker.grading import autograde, workers

SECONDS = 5.0  # for an answer in this process: the tests' own answers


class Here:
    """An executor that works at once, in this process: the commands use real ones."""

    def __init__(self, *_):
        pass

    def submit(self, function, *arguments) -> Future:
        future = Future()
        future.set_result(function(*arguments))
        return future

    def shutdown(self) -> None:
        pass


@contextlib.contextmanager
def grading_here():
    """Grading with the worker in this process: gives a function that enters a course.

    Its sandbox lives until this process ends: to start one takes as long as nine submissions. It has
    to be started here: bubblewrap ends with the thread that started it, and `grade`'s threads end.
    """
    from remembered import remember_verdicts  # imports torch: for the tests only

    from checker.grading.nbgrader_steps import shared_sandbox

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "ProcessPoolExecutor", Here)
        patch.setattr(workers, "end", lambda: None)
        without_waiting_for_the_disk(patch)
        remember_verdicts(patch)

        def enter(folder: Path) -> Path:
            patch.chdir(folder)
            autograde.autograde_app.cache_clear()
            shared_sandbox(False)
            return folder

        yield enter


def without_waiting_for_the_disk(monkeypatch=None) -> None:
    """Gradebooks that survive a kill but not a power failure: a commit need not reach the disk."""
    create_engine = nbgrader.api.create_engine

    def quick(*arguments, **options):
        engine = create_engine(*arguments, **options)
        event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF"))
        return engine

    if monkeypatch:
        monkeypatch.setattr(nbgrader.api, "create_engine", quick)
    else:
        nbgrader.api.create_engine = quick


class NoSandbox:
    """Stands where the sandbox does and runs the tests' own answers in this process."""

    active, cost, left = (), None, 1.0

    @property
    def sandbox(self) -> NoSandbox:
        return self

    def learner(self):
        return contextlib.nullcontext(self)

    def __call__(self, request):
        from checker.running.inside.answer import run_answer

        return run_answer(request, SECONDS)


def at(moment: str, does) -> None:
    """Have `does` called whenever the moment comes."""
    path, when = moment.split()
    names = path.split(".")
    for depth in range(len(names) - 1, 0, -1):
        with contextlib.suppress(ModuleNotFoundError):
            place = importlib.import_module(".".join(names[:depth]))
            break
    for name in names[depth:-1]:
        place = getattr(place, name)
    function = getattr(place, names[-1], None) or getattr(sys.modules["builtins"], names[-1])

    @functools.wraps(function)
    def watched(*arguments, **options):
        if when == "entered":
            does()
        result = function(*arguments, **options)
        if when == "left":
            does()
        return result

    setattr(place, names[-1], watched)


def grade_and_die(course: Path, assignment: str, moment: str, student: str) -> None:
    """Grade everybody anew in this process, which ends at the moment while `student` is at hand."""
    from checker.grading import grade, nbgrader_steps, workers

    os.chdir(course)
    without_waiting_for_the_disk()
    workers.ProcessPoolExecutor = Here
    nbgrader_steps.shared_sandbox = lambda trust: NoSandbox()
    at_hand = []
    one = grade.grade_one

    def watched(task, name):
        at_hand.append(name)
        return one(task, name)

    grade.grade_one = watched
    at(moment, lambda: at_hand[-1:] == [student] and os.kill(os.getpid(), signal.SIGKILL))
    grade.grade(assignment, jobs=1, force=True)


def strike(mark: Path, victim: str) -> None:
    """Once: note the processes of the command, then end the victim."""
    with contextlib.suppress(FileExistsError):
        mark.mkdir()
        command = psutil.Process(multiprocessing.parent_process().pid)
        family = [command, *command.children(recursive=True)]
        facts = [(process.pid, process.create_time()) for process in family]
        (mark / "family").write_text(json.dumps(facts))
        for pid in {"worker": [os.getpid()], "command": [command.pid]}.get(
            victim, [command.pid, os.getpid()]
        ):
            os.kill(pid, signal.SIGKILL)


def survivors(mark: Path, patience: float) -> list[psutil.Process]:
    """Which processes of a command that was ended still live after a while."""
    family = []
    for pid, born in json.loads((mark / "family").read_text()):
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            family += [process] if process.create_time() == born else []
    return psutil.wait_procs(family, timeout=patience)[1]


if __name__ in ("__main__", "__mp_main__"):  # a worker imports this file as the second
    sys.path.insert(0, str(Path(__file__).parents[2]))
    folder, moment, victim, *arguments = sys.argv[1:]
    if __name__ == "__mp_main__":
        at(moment, functools.partial(strike, Path(folder), victim))
    else:
        from checker.__main__ import main

        sys.exit(main(["grade", *arguments]))
