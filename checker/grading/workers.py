"""The processes that grade: each takes one submission after another, a dead one is replaced."""

from __future__ import annotations

import contextlib
import functools
import os
import queue
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process

import nbgrader.api
from sqlalchemy.exc import SAWarning


def work_through(
    names: list[str], jobs: int, work: Callable[[str], object], tell: Callable[[str, object], None]
) -> None:
    """Do `work` for every name in `jobs` processes and `tell` each result as it comes.

    A result of None means that the process was ended while it worked, twice.
    """
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
                pool = pool or ProcessPoolExecutor(1, get_context("spawn"), prepare)
                try:
                    result = pool.submit(work, name).result()
                    break
                except BrokenProcessPool:
                    pool, result = None, None
            tell(name, result)
    finally:
        if pool:
            with contextlib.suppress(BrokenProcessPool):
                pool.submit(end).result()
            pool.shutdown()


def prepare() -> None:
    """What a process does first. It ends with its parent, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # nbgrader 0.9.6 under SQLAlchemy 2.1 warns of a flush that is not needed, eight lines a learner.
    warnings.filterwarnings("ignore", category=SAWarning)

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
