"""The processes that grade: what one submission may take of them."""

import os

from checker.grading import nbgrader_steps, workers  # the former is what a process of ours holds
from checker.grading.workers import Ended


def test_a_process_that_goes_beyond_its_limits_costs_one_submission(monkeypatch):
    """Catches a run that waits for ever, a machine without memory, and a name nobody hears of."""
    monkeypatch.setattr(workers, "SECONDS", 1.0)
    monkeypatch.setattr(workers, "LOOK", 0.1)
    late = "__import__('time').sleep(600)"
    large = f"[bytearray({3 * workers.BYTES // 2}), {late}]"
    told = []
    workers.work_through([late, "2 + 2", large], 1, eval, lambda *one: told.append(one))
    assert told == [(late, Ended.LATE), ("2 + 2", 4), (large, Ended.LARGE)]


def test_an_honest_process_is_far_from_the_limits():
    """Catches a limit below what torch, nbgrader and the exercises need, and one that sees nothing."""
    assert nbgrader_steps.SEVERAL
    assert 50 << 20 < workers.memory_of(os.getpid()) < workers.BYTES / 2
    assert workers.memory_of(0) == 0
