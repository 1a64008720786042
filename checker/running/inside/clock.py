"""The time of an answer: what it works itself, on whatever machine and beside whatever else."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from time import monotonic, thread_time  # not by way of a module that an answer can patch
from types import FrameType

SECONDS = 5.0  # of a processor: what an answer may work
PATIENCE = 30.0  # on the clock: sleep ends too, and a busy machine may wait
TICK = 0.05
AGAIN = 0.25  # until it rings again: a bare `except:` in the learner's loop may swallow the first


class TimeUp(BaseException):
    """The answer used up its time. Not an Exception, so that `except Exception` lets it through.

    The text says which of the two limits it met: "work 5" or "wait 30".
    """


class Spent:
    """Processor seconds and seconds on the clock since the beginning, those of imports left out."""

    def __init__(self):
        self.work = self.wait = 0.0
        self._last = thread_time(), monotonic()

    def add(self, importing: bool) -> None:
        """Count what has passed since the last time, if it was not for an import."""
        now = thread_time(), monotonic()
        if not importing:
            self.work += now[0] - self._last[0]
            self.wait += now[1] - self._last[1]
        self._last = now


def within(seconds: float, patience: float, work: Callable[[], None]) -> None:
    """Do `work`; raise `TimeUp` in it after `seconds` of a processor or `patience` on the clock.

    An import is never cut and never counts: it would leave half a module behind for whoever comes
    next, and the first use of a part of torch imports for seconds. Where the system has no timers
    or this is not the main thread, the learner has the stop button and the grader kills the child.
    """
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        work()
        return
    spent, limits = Spent(), {"work": seconds, "wait": patience}
    rings = dict(limits)  # when it rings next

    def tick(_, frame: FrameType) -> None:
        importing = is_importing(frame)
        spent.add(importing)
        # In our own frame the work has not begun, or is done.
        if importing or frame.f_code is within.__code__:
            return
        for kind in limits:
            if vars(spent)[kind] > rings[kind]:
                rings[kind] = vars(spent)[kind] + AGAIN
                raise TimeUp(f"{kind} {limits[kind]:g}")

    before = signal.signal(signal.SIGALRM, tick)
    signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
    try:
        work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def is_importing(frame: FrameType | None) -> bool:
    """True where an import is under way: Python's own importer stands on the stack, also where an
    extension module imports."""
    while frame and frame.f_code is not within.__code__:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
