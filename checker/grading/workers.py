"""The processes that grade: each takes one submission after another, a dead one is replaced.

Each is watched from outside, because what goes on in it may be deaf to everything else: one that
takes too long or too much memory for a submission is ended. The next submission gets a new one.
"""

from __future__ import annotations

import contextlib
import enum
import functools
import mmap
import os
import queue
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process
from pathlib import Path

import nbgrader.api
from nbformat.warnings import DuplicateCellId, MissingIDFieldWarning
from sqlalchemy.exc import SAWarning

SECONDS = 900.0  # on the clock for one submission: an honest one takes 4, beside other work 40
BYTES = 2 << 30  # of memory that a process has for itself: honest work takes a fifth of it
LOOK = 0.5  # seconds between two looks at a process
CONTEXT = get_context("spawn")
if sys.platform == "linux":  # forks of one process that has imported torch and nbgrader for all
    CONTEXT = get_context("forkserver")
    CONTEXT.set_forkserver_preload(["checker.grading.autograde", "checker.grading.nbgrader_steps"])


class Ended(enum.Enum):
    """Why there is no result: the process ended before its work did."""

    TWICE = "ended from outside, two times"
    LATE = "it took more than SECONDS"
    LARGE = "it took more than BYTES"


def work_through(
    names: list[str], jobs: int, work: Callable[[str], object], tell: Callable[[str, object], None]
) -> None:
    """Do `work` for every name in `jobs` processes and `tell` each result, or `Ended`, as it comes."""
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for name in names:
        waiting.put(name)
    with ThreadPoolExecutor(jobs) as threads:
        workers = [threads.submit(keep_working, waiting, work, tell) for _ in range(jobs)]
        try:
            for worker in as_completed(workers):
                worker.result()
        except BaseException:
            list(taken(waiting))  # the other workers end after the submission at hand
            raise


def taken(waiting: queue.SimpleQueue[str]) -> Iterator[str]:
    """The names that are still waiting, each given to one taker only."""
    while True:
        try:
            yield waiting.get_nowait()
        except queue.Empty:
            return


def keep_working(
    waiting: queue.SimpleQueue[str],
    work: Callable[[str], object],
    tell: Callable[[str, object], None],
) -> None:
    """Do one name after another in a process of its own."""
    pool = None
    try:
        for name in taken(waiting):
            for _ in range(2):
                pool = pool or ProcessPoolExecutor(1, CONTEXT, prepare)
                result = watched(pool, work, name)
                if isinstance(result, Ended):
                    pool = None
                if result is not Ended.TWICE:
                    break
            tell(name, result)
    finally:
        if pool:
            with contextlib.suppress(BrokenProcessPool):
                pool.submit(end).result()
            pool.shutdown()


def watched(pool: ProcessPoolExecutor, work: Callable[[str], object], name: str) -> object:
    """The result of the work in a process, which is ended where it goes beyond its limits."""
    try:
        pid = pool.submit(os.getpid).result()
        future = pool.submit(work, name)
        if why := beyond(future, pid):
            with contextlib.suppress(ProcessLookupError):  # it has ended just now
                os.kill(pid, signal.SIGTERM)  # nobody handles it: C code that never returns ends, too
            wait([future])
            return why
        return future.result()
    except BrokenProcessPool:
        return Ended.TWICE


def beyond(future: Future, pid: int) -> Ended | None:
    """Wait for the work; returns the limit that it went beyond, if any."""
    deadline = time.monotonic() + SECONDS
    while not wait([future], LOOK).done:
        if time.monotonic() > deadline:
            return Ended.LATE
        if memory_of(pid) > BYTES:
            return Ended.LARGE
    return None


def memory_of(pid: int) -> int:
    """Bytes that a process has for itself, swapped out or not; 0 where the system does not say."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[5]) * mmap.PAGESIZE
    except (OSError, LookupError):
        return 0


def prepare() -> None:
    """What a process does first. It ends with its parent, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # nbgrader 0.9.6 under SQLAlchemy 2.1 warns of a flush that is not needed, eight lines a learner.
    warnings.filterwarnings("ignore", category=SAWarning)
    for learners_editor in (DuplicateCellId, MissingIDFieldWarning):  # two lines a cell and reading
        warnings.filterwarnings("ignore", category=learners_editor)

    # nbgrader makes a new engine nine times a submission, and each compiles every query anew: a
    # quarter of the work outside of the sandbox. Many workers may have to wait for each other.
    create_engine = nbgrader.api.create_engine

    @functools.cache
    def engine(url: str, **options):
        patience = {"connect_args": {"timeout": 600}} if url.startswith("sqlite") else {}
        return create_engine(url, **patience, **options)

    nbgrader.api.create_engine = engine

    def end_with_parent() -> None:
        connection.wait([parent_process().sentinel])
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


def end() -> None:
    """End the sandbox of a process; one of multiprocessing runs no atexit."""
    from checker.grading import nbgrader_steps

    nbgrader_steps.open_sandboxes.close()
    nbgrader_steps.shared_sandbox.cache_clear()
