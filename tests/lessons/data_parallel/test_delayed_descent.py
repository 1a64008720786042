"""Delayed gradient descent against its characteristic equation."""

import numpy as np
import pytest

from lessons.data_parallel import max_stable_lr
from lessons.data_parallel.delayed_descent import (
    delayed_descent,
    growth_per_step,
    largest_stable_lr,
)


def test_the_recursion_is_that_of_the_formula():
    """Catches a delay that is off by one, and a start that is not 1."""
    assert delayed_descent(2.0, 0.25, 0, 3) == [1.0, 0.5, 0.25, 0.125]
    assert delayed_descent(1.0, 0.5, 1, 4) == [1.0, 0.5, 0.0, -0.25, -0.25]
    assert delayed_descent(1.0, 0.1, 3, 4) == pytest.approx([1.0, 0.9, 0.8, 0.7, 0.6])


@pytest.mark.parametrize("delay", [0, 1, 2, 5, 12])
def test_the_roots_say_how_fast_it_shrinks(delay):
    """Catches a polynomial of another degree: theta shrinks by the largest root per step."""
    lr = 0.5 * max_stable_lr(3.0, delay)
    theta = np.abs(delayed_descent(3.0, lr, delay, 60 * (delay + 1)))
    n = 20 * (delay + 1)
    measured = (theta[-n:].max() / theta[-2 * n : -n].max()) ** (1 / n) if delay else 0.0
    assert growth_per_step(3.0, lr, delay) == pytest.approx(measured, abs=0.03)
    assert growth_per_step(3.0, max_stable_lr(3.0, delay), delay) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("curvature,delay", [(1.0, 0), (4.0, 1), (0.3, 6), (1.0, 16)])
def test_the_search_finds_the_closed_form(curvature, delay):
    """Catches a search that stops early: it knows nothing of the formula."""
    assert largest_stable_lr(curvature, delay) == pytest.approx(max_stable_lr(curvature, delay), rel=0.02)
