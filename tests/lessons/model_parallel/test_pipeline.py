"""Timetable, bubble and partition against an event simulation, a count and brute force."""

import itertools

import numpy as np
import pytest
from module_gate import public_functions

from lessons.model_parallel import balanced_bottleneck, bubble_fraction, gpipe_schedule, pipeline

SIZES = [(p, m) for p in (1, 2, 3, 5) for m in (1, 2, 4, 7)]


def simulated(stages: int, microbatches: int) -> list[list[int | None]]:
    """Queues: each slot, a stage takes the oldest micro-batch that the stage before has finished."""
    waiting = [list(range(microbatches)), *([] for _ in range(stages))]
    timetable = []
    while len(waiting[stages]) < microbatches:
        row = [queue.pop(0) if queue else None for queue in waiting[:stages]]
        for stage, microbatch in enumerate(row):
            if microbatch is not None:
                waiting[stage + 1].append(microbatch)
        timetable.append(row)
    return timetable


@pytest.mark.parametrize("stages, microbatches", SIZES)
def test_the_timetable_is_what_queues_do(stages, microbatches):
    """Catches a stage that starts too early or too late, and a row too many."""
    assert gpipe_schedule(stages, microbatches) == simulated(stages, microbatches)


@pytest.mark.parametrize("stages, microbatches", SIZES)
def test_the_bubble_is_the_idle_share_of_the_timetable(stages, microbatches):
    """Catches p for p - 1, and m - 1 in the denominator: idle cells are counted."""
    cells = [cell for row in simulated(stages, microbatches) for cell in row]
    idle = cells.count(None) / len(cells)
    assert bubble_fraction(stages, microbatches) == pytest.approx(idle, abs=1e-15)


@pytest.mark.parametrize("layers, workers", [(1, 1), (1, 3), (4, 1), (5, 2), (6, 3), (4, 4), (3, 7)])
def test_the_bottleneck_is_the_best_of_all_partitions(layers, workers):
    """Catches a greedy partition, one that reorders, and workers that must each have a layer."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        costs = rng.uniform(0.1, 5, layers).tolist()
        best = min(
            max(sum(costs[start:end]) for start, end in itertools.pairwise((0, *cuts, layers)))
            for cuts in itertools.combinations_with_replacement(range(layers + 1), workers - 1)
        )
        found = balanced_bottleneck(costs, workers)
        assert type(found) is float and found == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize("call", [
    lambda: gpipe_schedule(0, 3), lambda: gpipe_schedule(3, 0), lambda: bubble_fraction(0, 1),
    lambda: bubble_fraction(2, 0), lambda: balanced_bottleneck([], 2),
    lambda: balanced_bottleneck([1.0, 0.0], 2), lambda: balanced_bottleneck([1.0], 0)])
def test_a_size_that_cannot_be_is_refused(call):
    """Catches an empty timetable or an infinite bottleneck instead of a sentence."""
    with pytest.raises(ValueError, match="1 に満たない|正です"):
        call()


def test_this_module_offers_its_exercises():
    """Catches a function without a test of its own."""
    assert public_functions(pipeline) == {"balanced_bottleneck", "bubble_fraction", "gpipe_schedule"}
