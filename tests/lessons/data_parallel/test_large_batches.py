"""Large minibatches: each network of the bundle is trained as it would be alone."""

import pytest
import torch
import torch.nn.functional as F

from lessons.data import digits
from lessons.data_parallel import large_batches
from lessons.data_parallel.large_batches import accuracy_after, updates
from lessons.training import accuracy, mlp

DATA = digits()


def alone(seed: int, batch: int, rates: list[float]) -> float:
    """One epoch of an ordinary network with torch's SGD, each update at its own learning rate."""
    network = mlp([64, 32, 10], seed)
    order = torch.randperm(len(DATA.x_train), generator=torch.Generator().manual_seed(seed))
    for rows, rate in zip(order.split(batch), rates, strict=False):
        optimizer = torch.optim.SGD(network.parameters(), rate)
        F.cross_entropy(network(DATA.x_train[rows]), DATA.y_train[rows]).backward()
        optimizer.step()
        optimizer.zero_grad()
    return accuracy(network, DATA.x_test, DATA.y_test)


@pytest.mark.parametrize("warm_up, rates", [(0, [0.5] * 6), (1, [0.5 * k / 6 for k in range(1, 7)])])
def test_the_bundle_is_three_ordinary_networks(monkeypatch, warm_up, rates):
    """Catches a learning rate that depends on the number of seeds, the last rest of an epoch that
    is used, and a warm-up that begins at the full rate or ends an update late."""
    monkeypatch.setattr(large_batches, "EPOCHS", 1)
    assert updates(200) == 6
    expected = [alone(seed, 200, rates) for seed in (0, 1, 2)]
    assert accuracy_after(200, 0.5, warm_up) == pytest.approx(expected, abs=0.4)
    assert max(expected) > 20
