"""The estimate against its own terms, added one by one, and against numbers worked out by hand."""

import math

import pytest

from lessons.model_parallel.speedup import (
    bytes_with_waiting,
    compute_seconds,
    equal_batch,
    fastest,
    speedups,
)


@pytest.mark.parametrize("parameters", [42e6, 1.7e9])
@pytest.mark.parametrize("n", [2, 8, 81])
def test_adds_compute_transfer_and_waiting(parameters, n):
    """Catches waiting that is counted once instead of for every message, a transfer of the whole
    instead of a share, and a direction that is forgotten."""
    seconds = 6 * 32 * parameters / 20e9 / n
    for _layer in range(5):
        for _direction in ("forward", "backward"):
            for _message in range(n - 1):
                seconds += 2e-4 + 4 * 32 * math.sqrt(parameters / 5) / n / 125e6
    assert speedups(parameters, [1, n], 125e6, 2e-4) == pytest.approx(
        [1, 6 * 32 * parameters / 20e9 / seconds])


def test_the_peaks_that_were_worked_out_before():
    """Catches a formula that drifts: the peaks of the four networks, computed by another program."""
    found = [fastest(size, 125e6, 2e-4, 512) for size in (42e6, 80e6, 330e6, 1.7e9)]
    assert [machines for machines, _ in found] == [14, 19, 39, 90]
    assert [times for _, times in found] == pytest.approx([4.9, 6.7, 13.3, 29.9], abs=0.05)
    assert fastest(42e6, 125e6, 2e-4, 8) == (8, speedups(42e6, [8], 125e6, 2e-4)[0])


def test_uses_the_function_that_it_is_given():
    """Catches an experiment that runs on the reference whatever the learner wrote."""
    asked = []

    def learners(compute, moved, bandwidth, n):
        asked.append((compute, moved, bandwidth, n))
        return 7.0

    assert speedups(1e6, [1, 4], 1e8, 0, learners) == [7.0, 7.0]
    assert asked[1] == (compute_seconds(1e6), bytes_with_waiting(1e6, 4, 1e8, 0), 1e8, 4)


def test_bytes_are_equal_at_the_crossing():
    """Catches a crossing that is upside down: 784-300-100-10, cut after the first layer."""
    parameters = 784 * 300 + 300 + 300 * 100 + 100 + 100 * 10 + 10
    batch = equal_batch(parameters, 300)
    assert batch == pytest.approx(888.7)
    assert 2 * 4 * batch * 300 == pytest.approx(2 * 4 * parameters)
