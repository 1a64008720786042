"""The step with real numbers: its gradients are those of the loss, and θ does not feel the workers."""

import numpy as np
import pytest
import torch

from lessons.data_parallel import average_gradients
from lessons.data_parallel.one_step import LR, ROWS, THETA, gradient, one_step


def loss(theta: float, rows: np.ndarray) -> float:
    return float(np.mean((theta * rows[:, 0] - rows[:, 1]) ** 2 / 2))


def test_the_gradient_is_the_slope_of_the_loss():
    """Catches a gradient without the factor x, or of the sum instead of the mean."""
    rows, h = ROWS[1:5], 1e-6
    slope = (loss(0.7 + h, rows.numpy()) - loss(0.7 - h, rows.numpy())) / (2 * h)
    assert float(gradient(torch.tensor([0.7]).double(), rows)) == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize("workers", [1, 2, 3, 4])
def test_the_step_does_not_depend_on_the_number_of_workers(workers):
    """Catches data that are lost or used twice when they are divided, and a plain mean."""
    step = one_step(average_gradients, workers)
    assert torch.equal(torch.cat(step.shards), ROWS) and len(step.gradients) == workers
    h = 1e-6
    slope = (loss(THETA + h, ROWS.numpy()) - loss(THETA - h, ROWS.numpy())) / (2 * h)
    assert step.mean == pytest.approx(slope, rel=1e-6)
    assert step.updated == pytest.approx(THETA - LR * slope, rel=1e-6)


def test_a_plain_mean_shows():
    """Catches numbers with which a learner's mistake would look right."""
    wrong = one_step(lambda gradients, sizes: sum(gradients) / len(gradients), 4)
    assert abs(wrong.updated - one_step(average_gradients, 4).updated) > 0.01
