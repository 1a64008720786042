"""Federated rounds: who holds what, what is averaged, what it costs."""

import pytest
import torch
import torch.nn.functional as F

from lessons.data import digits
from lessons.data_parallel import federated_average, federated_training
from lessons.data_parallel.federated_training import (
    LOCAL_BATCH,
    LOCAL_LR,
    alone,
    bytes_of_rounds,
    classes_of,
    locally_trained,
    rounds_to,
    split_by_class,
    split_evenly,
    train_federated,
)
from lessons.data_parallel.flat_network import initial_parameters
from lessons.training import mlp

DATA = digits()


@pytest.mark.parametrize("split", [split_evenly, split_by_class])
@pytest.mark.parametrize("seed", [0, 1])
def test_every_image_has_one_client(split, seed):
    """Catches images that are lost, or held twice."""
    shards = split(DATA.y_train, 10, seed)
    assert sorted(torch.cat(shards).tolist()) == list(range(len(DATA.y_train)))
    assert sum(map(sum, classes_of(DATA.y_train, shards))) == len(DATA.y_train)


def test_clients_hold_all_classes_or_two():
    """Catches a split by class that is shuffled again."""
    for seed in range(3):
        many, few = (classes_of(DATA.y_train, split(DATA.y_train, 10, seed))
                     for split in (split_evenly, split_by_class))
        assert all(min(row) > 0 for row in many)
        assert all(sum(sorted(row)[-2:]) >= sum(row) - 4 for row in few)


def test_local_training_is_plain_sgd():
    """Catches clients that mix in the bundle: the second one alone, by torch's own SGD."""
    shards = split_evenly(DATA.y_train, 3, 0)[:2]
    theta = initial_parameters([0, 4])
    generator = torch.Generator().manual_seed(5)
    found = locally_trained(theta, DATA, shards, 1, generator)[1]
    generator.manual_seed(5)
    order = [shard[torch.randperm(len(shard), generator=generator)] for shard in shards][1]
    model = mlp([64, 32, 10], seed=4)
    optimizer = torch.optim.SGD(model.parameters(), LOCAL_LR)
    for rows in order[: len(order) // LOCAL_BATCH * LOCAL_BATCH].split(LOCAL_BATCH):
        optimizer.zero_grad()
        F.cross_entropy(model(DATA.x_train[rows]), DATA.y_train[rows]).backward()
        optimizer.step()
    expected = torch.cat([model[0].weight.T.flatten(), model[0].bias, model[2].weight.T.flatten(),
                          model[2].bias])
    assert torch.allclose(found, expected, atol=1e-4)


def test_the_average_decides(monkeypatch):
    """Catches a server that averages by itself: with the first client's parameters as "average"
    the round ends where that client is alone."""
    monkeypatch.setattr(federated_training, "CLIENTS", 4)

    def first(states, n_samples):
        assert len(states) == len(n_samples) == 4
        return states[0]

    found = train_federated(first, DATA, split_by_class, epochs=3, rounds=1, seeds=[0])
    assert found == [[pytest.approx(alone(DATA, split_by_class, 3)[0], abs=0.4)]]
    fair = train_federated(federated_average, DATA, split_evenly, epochs=3, rounds=4, seeds=[0])
    assert fair[-1][0] > 80


def test_bytes_and_rounds():
    """Catches bytes of one direction only, and rounds that are counted from 0."""
    assert bytes_of_rounds(3, 10, 2410) == 3 * 10 * (2410 * 4 + 2410 * 4)
    history = [[70.0, 80.0], [80.0, 90.0], [60.0, 90.0]]
    assert (rounds_to(history, 75), rounds_to(history, 85), rounds_to(history, 86)) == (1, 2, None)
