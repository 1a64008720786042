"""Waiting for the slowest: closed forms for one and two workers, plain loops for the drawn times."""

import math
import statistics

import numpy as np
import pytest

from lessons.data_parallel.stragglers import expected_maximum, slowest_of, step_seconds


@pytest.mark.parametrize("spread", [0.1, 0.5, 0.8])
def test_the_integral_has_its_closed_forms(spread):
    """Catches a tail that is cut off, and a power at the wrong place."""
    mean = math.exp(spread**2 / 2)
    assert expected_maximum(spread, 1) == pytest.approx(mean, rel=1e-6)
    both = 2 * mean * statistics.NormalDist().cdf(spread / math.sqrt(2))
    assert expected_maximum(spread, 2) == pytest.approx(both, rel=1e-6)
    assert expected_maximum(0, 64) == 1


def test_drawn_times_are_lognormal_and_keep_their_order():
    """Catches a mean of one second instead of the median, and new chance for every spread."""
    some, more = (step_seconds(spread, 8, 4000, seed=0) for spread in (0.2, 0.6))
    assert np.median(some) == pytest.approx(1, rel=0.02)
    assert np.log(some).std() == pytest.approx(0.2, rel=0.02)
    assert np.allclose(np.log(more), 3 * np.log(some))


def test_the_slowest_is_searched_among_the_first_workers():
    """Catches a maximum over steps instead of workers."""
    seconds = step_seconds(0.5, 5, 300, seed=1)
    for n, found in enumerate(slowest_of(seconds), 1):
        assert found == pytest.approx(statistics.mean(max(row[:n]) for row in seconds.tolist()))
