"""Asynchronous updates against a history kept in full, roots of the recurrence, and a simulation."""

import math

import numpy as np
import pytest
import torch
from module_gate import public_functions

from lessons.data_parallel import async_sgd, asynchronous, max_stable_lr, updates_per_second


def test_rates_are_those_of_counted_updates():
    """Catches the fastest worker in place of the slowest, and a mean of times or of rates."""
    seconds, duration = [2.0, 3.0, 5.0, 3.0], 300
    finished = [time for t in seconds for time in np.arange(t, duration + 1e-9, t)]
    assert updates_per_second(seconds, False) == pytest.approx(len(finished) / duration, rel=1e-12)
    rounds = np.arange(5, duration + 1e-9, 5)  # the last one of each round ends after 5 s
    assert updates_per_second(seconds, True) == pytest.approx(len(rounds) / duration, rel=1e-12)


@pytest.mark.parametrize("arrivals", [[3], [0, 1, 0, 1], [5, -2, -2, 9, 5, 5, -2, 9]])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_each_push_stems_from_what_its_worker_pulled(arrivals, dtype):
    """Catches the newest theta in a gradient, pulls by all, and a staleness off by one.

    The whole history is kept: theta after each update, and where each worker was last seen.
    """
    theta = torch.tensor([1.0, -2.0], dtype=dtype)
    start, history, asked = theta.clone(), [theta.clone()], []

    def gradient(theta, worker):
        asked.append((theta.clone(), worker))
        return theta.square() + worker

    result, staleness = async_sgd(gradient, theta, 0.1, arrivals)
    for t, worker in enumerate(arrivals):
        pulled = max((s + 1 for s in range(t) if arrivals[s] == worker), default=0)
        assert asked[t][1] == worker and torch.equal(asked[t][0], history[pulled])
        assert staleness[t] == t - pulled
        history.append(history[-1] - 0.1 * (history[pulled].square() + worker))
    torch.testing.assert_close(result, history[-1])
    assert result.dtype == dtype and torch.equal(theta, start)


def test_one_worker_alone_is_never_stale():
    """Catches a worker's own updates counted as staleness."""
    result, staleness = async_sgd(lambda theta, _: theta, torch.ones(1), 0.5, [4, 4, 4])
    assert staleness == [0, 0, 0] and result.item() == 0.125


@pytest.mark.parametrize("staleness", [0, 1, 2, 3, 5, 8, 16])
def test_the_limit_is_where_the_roots_leave_the_unit_circle(staleness):
    """Catches another formula: the roots of z^(τ+1) - z^τ + ηh decide, and a simulation agrees."""
    curvature = 3.7
    limit = max_stable_lr(curvature, staleness)
    for factor, stable in ((0.995, True), (1.005, False)):
        coefficients = np.zeros(staleness + 2)
        coefficients[0] = 1
        coefficients[1] -= 1
        coefficients[-1] += factor * limit * curvature
        assert (abs(np.roots(coefficients)).max() < 1) is np.bool_(stable)
        theta = [1.0] * (staleness + 1)
        for _ in range(1500 * (staleness + 1)):
            theta.append(theta[-1] - factor * limit * curvature * theta[-1 - staleness])
            theta.pop(0)
        assert (max(map(abs, theta)) < 0.1) is stable


ILLEGAL = [
    (lambda: updates_per_second([], True), r"正の時間が 1 つ以上要ります: \[\]"),
    (lambda: updates_per_second([1.0, 0.0], False), r"正の時間が 1 つ以上要ります: \[1.0, 0.0\]"),
    (lambda: async_sgd(math.fsum, torch.ones(1), 0.1, []), "arrivals が空です"),
    (lambda: max_stable_lr(0.0, 1), "曲率は正、ステイルネスは 0 以上です: 0.0, 1"),
    (lambda: max_stable_lr(1.0, -1), "曲率は正、ステイルネスは 0 以上です: 1.0, -1"),
]


@pytest.mark.parametrize("call,message", ILLEGAL, ids=[message for _, message in ILLEGAL])
def test_illegal_values_are_named(call, message):
    """Catches an illegal value that passes silently or a message that does not name it."""
    with pytest.raises(ValueError, match=message):
        call()


def test_every_function_of_the_module_is_tested_here():
    """Catches a function that joins the module and is compared with nothing."""
    assert public_functions(asynchronous) == {"updates_per_second", "async_sgd", "max_stable_lr"}
