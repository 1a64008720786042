"""Low-precision training: exact where there is an independent way, and the direction of every
effect with a margin."""

import copy

import pytest
import torch
import torch.nn.functional as F

from lessons.data import digits
from lessons.quantization.float_formats import loss_scale
from lessons.quantization.mixed_precision import gradient_run, gradients_in, swamped_run
from lessons.training import linear_layers, mlp

HALF, BRAIN, SINGLE = torch.float16, torch.bfloat16, torch.float32


@pytest.fixture(scope="module")
def numbers():
    return digits()


@pytest.fixture(scope="module")
def single(numbers):
    return gradient_run(numbers, SINGLE, seed=0)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.slow
def test_half_precision_stops_and_a_scaled_loss_saves_it(numbers, single):
    """Catches a forward or backward pass in float32, and a scale that reaches no gradient."""
    half = gradient_run(numbers, HALF, seed=0)
    scaled = gradient_run(numbers, HALF, seed=0, loss_scale=2.0**10)
    brain = gradient_run(numbers, BRAIN, seed=0)
    assert single.accuracies[-1] > 93 and single.zero_percent == 0
    assert half.accuracies[-1] < 20 and half.zero_percent == 100
    assert scaled.accuracies[-1] > 95 and 0 < scaled.zero_percent < 5
    assert abs(scaled.accuracies[-1] - single.accuracies[-1]) <= 2
    assert abs(brain.accuracies[-1] - single.accuracies[-1]) <= 2 and brain.zero_percent < 1
    assert torch.equal(half.true_gradients, scaled.true_gradients)
    assert len(half.accuracies) == 10
    plain = gradient_run(numbers, HALF, seed=0, loss_factor=1.0)
    assert abs(plain.accuracies[-1] - single.accuracies[-1]) <= 2 and plain.zero_percent < 1


@pytest.mark.slow
def test_the_largest_scale_has_no_room_and_a_sixteenth_of_it_has(numbers, single):
    """Catches a scale that reaches no gradient, and one that is cut off at the largest number."""
    largest = loss_scale(single.true_gradients, HALF)
    full, safe = (gradient_run(numbers, HALF, seed=0, loss_scale=largest / room) for room in (1, 16))
    assert full.accuracies[-1] < 20
    assert abs(safe.accuracies[-1] - single.accuracies[-1]) <= 2 and safe.zero_percent < 1


def test_the_scale_is_divided_out_before_the_update(numbers, single):
    """Catches a missing division, which Adam hides unless its eps matters: here it does.

    A power of two only moves the exponent, so that in float32 nothing at all may change.
    """
    tiny = gradient_run(numbers, SINGLE, seed=0, loss_scale=2.0**-30)
    assert tiny.accuracies == single.accuracies


@pytest.mark.parametrize("seed", [0, 1])
def test_true_gradients_are_those_of_the_first_batch(numbers, seed):
    """Catches biases among them, images that are not centred, a lost factor, a lost seed."""
    run = gradient_run(numbers, SINGLE, seed=seed)
    model = mlp([64, 64, 10], seed)
    rows = torch.randperm(len(numbers.x_train), generator=seeded(seed))[:64]
    loss = F.cross_entropy(model(2 * numbers.x_train[rows] - 1), numbers.y_train[rows])
    weights = [layer.weight for layer in linear_layers(model)]
    expected = torch.cat([g.flatten() for g in torch.autograd.grad(loss, weights)])
    torch.testing.assert_close(run.true_gradients * 1e6, expected)


@pytest.mark.parametrize("dtype", [SINGLE, HALF, BRAIN])
def test_gradients_are_those_of_a_cast_network(numbers, dtype):
    """Catches a factor that is lost, another order of the parameters, and another format."""
    model, x, y = mlp([64, 8, 10], 0), numbers.x_train[:5], numbers.y_train[:5]
    cast = copy.deepcopy(model).to(dtype)
    (3 * F.cross_entropy(cast(x.to(dtype)).float(), y)).backward()
    for found, parameter in zip(gradients_in(model, x, y, dtype, 3.0), cast.parameters(),
                                strict=True):
        assert found.dtype == dtype and torch.equal(found, parameter.grad)
    assert all(p.grad is None and p.dtype == SINGLE for p in model.parameters())


def test_a_run_follows_its_seed_alone(numbers, single):
    """Catches a hidden random state, and a seed that reaches no weight and no order."""
    torch.manual_seed(5)
    again, other = (gradient_run(numbers, SINGLE, seed=seed) for seed in (0, 1))
    assert again.accuracies == single.accuracies != other.accuracies
    assert torch.equal(again.true_gradients, single.true_gradients)
    assert not torch.equal(other.true_gradients, single.true_gradients)


@pytest.mark.slow
def test_small_updates_drown_in_bfloat16_weights(numbers):
    """Catches weights that are kept in float32 after all, and a copy that is not.

    float16 has three more bits of fraction, so that it needs no copy here.
    """
    pure = swamped_run(numbers, BRAIN, seed=0, master=False)
    master = swamped_run(numbers, BRAIN, seed=0, master=True)
    assert master == swamped_run(numbers, BRAIN, seed=0, master=True)
    assert len(master) == 20
    assert master[-1] - pure[-1] >= 10
    assert swamped_run(numbers, HALF, seed=0, master=False)[-1] - pure[-1] >= 10
