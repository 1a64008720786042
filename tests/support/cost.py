"""No case may take over a minute: whoever waits for the suite pays for it every time.

The clock on the wall only raises the suspicion. What counts is the processors' work, as the machine
on which the minute was agreed would have done it: neither other work nor a slow machine fails a test.
"""

import contextlib
import os
import time

import psutil
import pytest
from nbval.plugin import IPyNbCell

SECONDS = 60.0
YARDSTICK = 0.17  # processor seconds that `yardstick` takes on that machine


class Phase:
    """The work of one phase of a test, begun now."""

    def __init__(self, kernel: int | None = None):
        self.began, self.started, self.kernel = time.time(), time.monotonic(), kernel
        self.before = self._work()

    def _work(self) -> float:
        """Processor seconds of this process, of its children that have ended, and of the kernel."""
        work = sum(os.times()[:4])
        with contextlib.suppress(psutil.Error):
            work += total(psutil.Process(self.kernel)) if self.kernel else 0.0
        return work

    def work(self) -> float:
        """Processor seconds since the beginning, those of the children that are left included."""
        work = self._work() - self.before
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if child.create_time() >= self.began:
                    work += total(child)
        return work

    def complaint(self) -> str:
        """What there is to say against it, or nothing."""
        if time.monotonic() - self.started <= SECONDS:
            return ""
        work, slower = self.work(), slowness()
        if work <= SECONDS * slower:
            return ""
        return (
            f"{work:.0f} s of processor time, on a machine {slower:.1f} times slower than the one "
            f"where {SECONDS:.0f} s are allowed: split the case, or mark it long with the reason"
        )


def total(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:4])


def slowness() -> float:
    """How many times slower than that machine this one is, here and now; 1 if it is faster."""
    return max(1.0, yardstick() / YARDSTICK)


def yardstick() -> float:
    """Processor seconds that a fixed piece of work takes here and now."""
    started = time.process_time()
    sum(i * i for i in range(3_000_000))
    return time.process_time() - started


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    phase = item.stash.get(PHASE, None)
    if phase and call.when != "teardown" and report.passed and not item.get_closest_marker("long"):
        if complaint := phase.complaint():
            report.outcome, report.longrepr = "failed", complaint
    return report


PHASE = pytest.StashKey[Phase]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item):
    item.stash[PHASE] = Phase()
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item):
    cell = isinstance(item, IPyNbCell)
    item.stash[PHASE] = Phase(item.parent.kernel.km.provisioner.pid if cell else None)
    return (yield)
