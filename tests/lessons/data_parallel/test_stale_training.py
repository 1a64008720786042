"""Training on the clock: the same numbers as plain loops and torch's own network give."""

from dataclasses import replace
from statistics import mean

import pytest
import torch
import torch.nn.functional as F

from lessons.data import digits
from lessons.data_parallel import async_sgd
from lessons.data_parallel.event_clock import asynchronous_clock, speeds, synchronous_clock
from lessons.data_parallel.flat_network import (
    PARAMETERS,
    accuracy_of,
    initial_parameters,
    logits,
    mean_gradient,
    named_parameters,
    one_vector,
)
from lessons.data_parallel.remedies import remedies_compared
from lessons.data_parallel.stale_training import (
    evenly,
    mean_removed,
    train_asynchronously,
    train_synchronously,
    worker_gradient,
)
from lessons.training import accuracy, mlp

DATA = digits()
PUSHES = asynchronous_clock(speeds(3, 0.5), 12.0, 0)


def test_the_vector_is_torchs_network():
    """Catches weights in another order or transposed: logits, gradient and accuracy of mlp."""
    model = mlp([64, 32, 10], seed=7)
    theta = initial_parameters([3, 7])
    x, y = DATA.x_train[:40], DATA.y_train[:40]
    assert theta.shape == (2, PARAMETERS) == (2, sum(p.numel() for p in model.parameters()))
    assert torch.allclose(logits(theta, x.expand(2, -1, -1))[1], model(x), atol=1e-5)
    F.cross_entropy(model(x), y).backward()
    found = named_parameters(mean_gradient(theta, x.expand(2, -1, -1), y.expand(2, -1))[1])
    assert torch.allclose(found["fc1.weight"], model[0].weight.grad.T, atol=1e-6)
    assert torch.allclose(found["fc2.bias"], model[2].bias.grad, atol=1e-6)
    assert accuracy_of(theta, DATA)[1] == pytest.approx(accuracy(model, DATA.x_test, DATA.y_test))
    assert torch.equal(one_vector(named_parameters(theta[0])), theta[0])


def test_training_follows_the_server():
    """Catches a gradient of the newest parameters, and seeds or rates that mix in the bundle."""
    curves = train_asynchronously(DATA, PUSHES, [0.1, 0.3], seeds=[0, 1], measured={5, len(PUSHES)})
    for rate, curve in curves.items():
        gradient = worker_gradient(DATA, [0, 1], 3)
        arrivals = [push.worker for push in PUSHES]
        theta, _ = async_sgd(gradient, initial_parameters([0, 1]), rate, arrivals)
        assert curve.final == pytest.approx(accuracy_of(theta, DATA), abs=0.4)
        assert curve.updates == [5, len(PUSHES)] and curve.at(5) == curve.accuracy[0]
        assert curve.seconds == [PUSHES[4].pushed, PUSHES[-1].pushed]


def test_dividing_by_staleness_is_a_smaller_rate():
    """Catches a division by 0, by one more, and one that is forgotten."""
    for staleness, rate in ((0, 0.1), (1, 0.1), (4, 0.4)):
        aged = [replace(push, staleness=staleness) for push in PUSHES]
        divided = train_asynchronously(DATA, aged, [rate], seeds=[0], by_staleness=True)[rate]
        plain = train_asynchronously(DATA, aged, [0.1], seeds=[0])[0.1]
        assert divided.final == pytest.approx(plain.final, abs=0.4)
    assert abs(plain.final[0] - train_asynchronously(DATA, aged, [0.4], seeds=[0])[0.4].final[0]) > 2


def test_synchronous_training_is_one_big_batch():
    """Catches a sum of the workers' gradients in place of their mean, and a stale one."""
    steps = synchronous_clock(speeds(3, 0.5), 12.0, 0)
    theta, gradient = initial_parameters([0]), worker_gradient(DATA, [0], 3)
    for _ in steps:
        theta = theta - 0.3 * sum(gradient(theta, i) for i in range(3)) / 3
    found = train_synchronously(DATA, steps, [0.3], seeds=[0])[0.3]
    assert found.final == pytest.approx(accuracy_of(theta, DATA), abs=0.4)


def test_workers_have_shards_of_their_own():
    """Catches workers that draw from all images: gradients at one point differ between workers."""
    gradient = worker_gradient(DATA, [0, 1], 4)
    theta = initial_parameters([0]).expand(2, -1)
    first = gradient(theta, 0)
    assert not torch.allclose(first[0], first[1])
    again = worker_gradient(DATA, [0, 1], 4)
    assert torch.equal(first, again(theta, 0)) and not torch.equal(first, again(theta, 1))


def test_means_are_those_of_the_training_images():
    """Catches a test set that is centred by its own mean."""
    centred = mean_removed(DATA)
    assert torch.allclose(centred.x_train.mean(dim=0), torch.zeros(64), atol=1e-6)
    assert torch.allclose(DATA.x_test - centred.x_test, DATA.x_train.mean(dim=0).expand(540, -1))


def test_marks_end_with_the_last_update():
    """Catches a record without its end."""
    assert evenly(587) >= {587} and len(evenly(587)) == 20 and evenly(5) == {0, 1, 2, 3, 4, 5}


@pytest.mark.slow
def test_remedies_differ_where_the_text_says_so():
    """Catches remedies under swapped names: at 0.5 two of the four save, SSP does not."""
    found = remedies_compared(DATA, 8, 0.5)
    at = {name: mean(by_rate[0.5]) for name, by_rate in found.items()}
    assert [name for name, value in at.items() if value < 20] == ["非同期型 そのまま", "非同期型 SSP"]
    assert mean(found["同期型"][0.05]) < 50 < mean(found["非同期型 そのまま"][0.05])
