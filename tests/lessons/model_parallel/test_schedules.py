"""Timetables of a pipeline: nobody works too early, twice or not at all."""

import pytest

from lessons.model_parallel.schedules import (
    BACKWARD,
    FORWARD,
    ORDERS,
    idle_share,
    makespan,
    most_held,
    timetable,
)

UNEQUAL = ([1.0, 2.5, 0.5, 1.5], [2.0, 4.0, 1.5, 3.0])
EVEN = ([1.0] * 3, [2.0] * 3)
every_order = pytest.mark.parametrize("order", ORDERS)


@every_order
@pytest.mark.parametrize("times", [UNEQUAL, EVEN])
@pytest.mark.parametrize("microbatches", [1, 2, 3, 7])
def test_every_job_is_done_once_after_what_it_needs(order, times, microbatches):
    """Catches a stage that starts before its input is there, does two jobs at once, or skips one."""
    forward, backward = times
    stages = len(forward)
    tasks = timetable(order, forward, backward, microbatches)
    span = {(t.stage, t.kind, t.microbatch): (t.start, t.end) for t in tasks}
    assert len(tasks) == len(span) == 2 * stages * microbatches
    for (stage, kind, i), (start, end) in span.items():
        length = (forward if kind == FORWARD else backward)[stage]
        assert end - start == pytest.approx(length)
        if kind == FORWARD and stage > 0:
            assert start >= span[stage - 1, FORWARD, i][1]
        if kind == BACKWARD:
            needs = (stage, FORWARD, i) if stage == stages - 1 else (stage + 1, BACKWARD, i)
            assert start >= span[needs][1]
    for stage in range(stages):
        days = sorted(times for (s, _, _), times in span.items() if s == stage)
        assert all(a[1] <= b[0] for a, b in zip(days, days[1:], strict=False))


@every_order
def test_equal_stages_end_when_the_closed_form_says(order):
    """Catches an idle slot too many: (m + p - 1) slots forward and as many, twice as long, backward."""
    for p, m in ((1, 4), (2, 1), (4, 8), (6, 3)):
        tasks = timetable(order, [1] * p, [2] * p, m)
        assert makespan(tasks) == 3 * (m + p - 1)
        assert idle_share(tasks) == pytest.approx((p - 1) / (m + p - 1))


def test_the_slow_stage_sets_the_pace():
    """Catches an idle share from the formula instead of the timetable (stages 1, 1, 2, 1 and m = 8)."""
    tasks = timetable("GPipe", [1, 1, 2, 1], [2, 2, 4, 2], 8)
    assert idle_share(tasks) == pytest.approx(1 - 5 * 8 * 3 / (4 * makespan(tasks)))
    assert idle_share(tasks) == pytest.approx(0.474, abs=5e-4)


def test_gpipe_is_all_forward_then_all_backward_and_1f1b_alternates():
    """Catches two names for one order."""
    by_start = {
        order: [(t.kind, t.microbatch) for t in sorted(timetable(order, [1, 1], [1, 1], 3),
                key=lambda t: t.start) if t.stage == 1] for order in ORDERS
    }
    forward, backward = [(FORWARD, i) for i in range(3)], [(BACKWARD, i) for i in range(3)]
    assert by_start["GPipe"] == forward + backward[::-1]
    pairs = zip(forward, backward, strict=True)
    assert by_start["1F1B"] == [job for pair in pairs for job in pair]


def test_what_is_held_counts_from_forward_to_backward():
    """Catches a peak that ignores what is being computed, or counts what is already done."""
    gpipe, other = (timetable(order, [1] * 4, [2] * 4, 6) for order in ORDERS)
    assert [most_held(gpipe, s) for s in range(4)] == [6, 6, 6, 6]
    assert [most_held(other, s) for s in range(4)] == [4, 3, 2, 1]
