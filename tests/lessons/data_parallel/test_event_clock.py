"""The event clock: nobody waits, or all do; staleness is counted as the server would."""

from statistics import mean

import pytest
import torch

from lessons.data_parallel import async_sgd
from lessons.data_parallel.event_clock import (
    asynchronous_clock,
    durations,
    mean_seconds,
    speeds,
    synchronous_clock,
    waiting_percent,
)

FAST = speeds(5, 0.4)
PUSHES = asynchronous_clock(FAST, 60.0, seed=3)


def test_speeds_run_from_one_to_the_slowest():
    """Catches a list that ends before the slowest, and one worker that is slow."""
    assert speeds(1, 0.5) == [1.0]
    assert speeds(3, 0.5) == pytest.approx([1.0, 0.75, 0.5])


def test_a_worker_never_rests_and_never_overlaps_itself():
    """Catches a pull that is later than the push before it, pushes out of order, a lost worker."""
    assert [p.pushed for p in PUSHES] == sorted(p.pushed for p in PUSHES)
    for worker in range(5):
        mine = [p for p in PUSHES if p.worker == worker]
        assert mine[0].pulled == 0.0 and len(mine) > 10
        assert all(a.pushed == b.pulled for a, b in zip(mine, mine[1:], strict=False))


def test_staleness_is_what_a_parameter_server_counts():
    """Catches a staleness that counts the worker's own update, or that of another pull."""
    _, staleness = async_sgd(lambda t, _: 0 * t, torch.zeros(1), 0.1, [p.worker for p in PUSHES])
    assert [p.staleness for p in PUSHES] == staleness
    for push in PUSHES:
        between = [p for p in PUSHES if push.pulled < p.pushed < push.pushed]
        assert push.staleness == len(between)


def test_a_workers_times_do_not_depend_on_the_others():
    """Catches one stream of random numbers for all: the order of events would change the times."""
    alone = durations(FAST, 3)
    expected = [alone(2) for _ in range(5)]
    found = [p.pushed - p.pulled for p in PUSHES if p.worker == 2][:5]
    assert found == pytest.approx(expected)
    assert asynchronous_clock(FAST, 60.0, 3) == PUSHES != asynchronous_clock(FAST, 60.0, 4)


def test_all_wait_for_the_slowest():
    """Catches a step that ends with the first or begins before the last has ended."""
    steps = synchronous_clock(FAST, 60.0, seed=3)
    assert steps[-1].ended <= 60.0 and len(steps) < len(PUSHES) / 5
    assert all(a.ended == b.started for a, b in zip(steps, steps[1:], strict=False))
    lost = sum(5 * (s.ended - s.started) - sum(e - s.started for e in s.finished) for s in steps)
    assert waiting_percent(steps) == pytest.approx(100 * lost / (5 * steps[-1].ended))
    assert waiting_percent(synchronous_clock([1.0], 60.0, 0)) == pytest.approx(0)


@pytest.mark.parametrize("gap", [1, 2, 4])
def test_ssp_bounds_how_far_one_may_be_ahead(gap):
    """Catches a bound that is off by one, a worker that waits for ever, a bound that does nothing."""
    bounded = asynchronous_clock(FAST, 60.0, 3, max_gap=gap)
    assert {p.worker for p in bounded} == set(range(5)) and len(bounded) < len(PUSHES)
    for push in bounded:
        done = [sum(p.worker == w and p.pushed <= push.pulled for p in bounded) for w in range(5)]
        assert done[push.worker] - min(done) <= gap


def test_mean_seconds_is_the_mean():
    """Catches the median of a lognormal time in place of its mean."""
    draw = durations([0.5], 0)
    assert mean(draw(0) for _ in range(4000)) == pytest.approx(mean_seconds([0.5])[0], rel=0.02)
