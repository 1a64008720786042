"""Synchronous training on the digits, beside an ordinary network and torch's own optimizer."""

import pytest
import torch
import torch.nn.functional as F

from lessons.data import digits
from lessons.data_parallel import sync_sgd
from lessons.data_parallel.digit_network import first_theta, gradient, digit_accuracy, training_rows
from lessons.data_parallel.one_worker import minibatches, trained
from lessons.training import accuracy, mlp

DATA = digits()


def theta_of(network: torch.nn.Sequential) -> torch.Tensor:
    """The parameters in the order of the vector: [in, out] weights, layer by layer."""
    with torch.no_grad():
        parts = [p.T if p.dim() == 2 else p for p in network.parameters()]
        return torch.cat([p.flatten() for p in parts])


def test_the_table_and_the_vector_are_the_ordinary_network():
    """Catches labels in another column, weights in another order, a sum instead of the mean."""
    network, rows = mlp([64, 32, 10], 1), training_rows()[:40]
    assert torch.equal(first_theta(1), theta_of(network))
    F.cross_entropy(network(DATA.x_train[:40]), DATA.y_train[:40]).backward()
    parts = [p.grad.T if p.dim() == 2 else p.grad for p in network.parameters()]
    expected = torch.cat([p.flatten() for p in parts])
    assert torch.allclose(gradient(first_theta(1), rows), expected, atol=1e-6)
    assert digit_accuracy(first_theta(1)) == accuracy(network, DATA.x_test, DATA.y_test)


@pytest.mark.parametrize("workers", [1, 3, 8])
def test_workers_follow_torchs_sgd(workers):
    """Catches minibatches that differ with the number of workers, and steps that are left out."""
    network = mlp([64, 32, 10], 2)
    optimizer = torch.optim.SGD(network.parameters(), 0.5)
    for rows in minibatches(training_rows(), 64, 6, seed=2):
        optimizer.zero_grad()
        F.cross_entropy(network(rows[:, :-1]), rows[:, -1].long()).backward()
        optimizer.step()
    theta = trained(sync_sgd, workers, 64, seed=2, steps=6)
    assert torch.allclose(theta, theta_of(network), atol=1e-6)
    assert not torch.allclose(theta, first_theta(2), atol=1e-2)


def test_minibatches_are_drawn_anew():
    """Catches one minibatch for the whole training, or rows that stand in it twice."""
    one, two = minibatches(torch.arange(100)[:, None], 30, 2, seed=0)
    assert len(set(one.flatten().tolist())) == 30 and not torch.equal(one, two)
