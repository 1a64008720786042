"""Low-precision training and few-bit networks: exact where there is an independent way, and the
direction of every effect with a margin."""

import copy

import pytest
import torch

from lessons.bit_widths import (
    accuracy_with, float_results, integer_results, per_channel_weights, power_of_two_results,
    quantization_aware, rescaled_neurons, trained, uniform_weights, with_rounded_weights)
from lessons.data import digits, fashion_mnist
from lessons.mixed_precision import gradient_run, gradients_in, swamped_run
from lessons.training import accuracy, mlp

HALF, BRAIN, SINGLE = torch.float16, torch.bfloat16, torch.float32


@pytest.fixture(scope="module")
def numbers():
    return digits()


@pytest.fixture(scope="module")
def clothes():
    return fashion_mnist()


@pytest.fixture(scope="module")
def model(clothes):
    return trained(clothes, seed=0)


def test_half_precision_stops_and_a_scaled_loss_saves_it(numbers):
    """Catches gradients in float32, a scale that is not divided out, a cast after the product."""
    single = gradient_run(numbers, SINGLE, seed=0)
    half = gradient_run(numbers, HALF, seed=0)
    scaled = gradient_run(numbers, HALF, seed=0, loss_scale=2.0**10)
    brain = gradient_run(numbers, BRAIN, seed=0)
    assert single.accuracies[-1] > 93 and single.zero_percent == 0
    assert half.accuracies[-1] < 20 and half.zero_percent > 90
    assert abs(scaled.accuracies[-1] - single.accuracies[-1]) <= 2 and scaled.zero_percent < 5
    assert abs(brain.accuracies[-1] - single.accuracies[-1]) <= 2 and brain.zero_percent < 1
    assert torch.equal(half.true_gradients, scaled.true_gradients)
    assert len(half.accuracies) == 10


def test_a_run_follows_its_seed(numbers):
    """Catches a hidden random state."""
    once, again = (swamped_run(numbers, BRAIN, seed=1, master=True) for _ in "ab")
    assert once == again


def test_gradients_are_those_of_autograd(numbers):
    """Catches a factor that is lost, or a gradient of another parameter."""
    model, x, y = mlp([64, 8, 10], 0), numbers.x_train[:5], numbers.y_train[:5]
    (3 * torch.nn.functional.cross_entropy(model(x), y)).backward()
    for found, parameter in zip(gradients_in(model, x, y, SINGLE, 3.0), model.parameters(),
                                strict=True):
        assert torch.allclose(found, parameter.grad)


def test_small_updates_drown_in_bfloat16_weights(numbers):
    """Catches weights that are kept in float32 after all: the copy is what saves the training."""
    pure = swamped_run(numbers, BRAIN, seed=0, master=False)[-1]
    master = swamped_run(numbers, BRAIN, seed=0, master=True)[-1]
    assert master - pure >= 10


@pytest.mark.parametrize("bits", [2, 3, 6, 8])
def test_rounding_has_its_levels(bits):
    """Catches asymmetric levels, a missing zero, and one scale for all rows."""
    weight = torch.randn(7, 9, generator=torch.Generator().manual_seed(0))
    top = 2 ** (bits - 1) - 1
    step = weight.abs().max() / top
    expected = step * (weight / step).round()
    assert torch.allclose(uniform_weights(weight, bits), expected, atol=1e-6)
    rows = torch.stack([uniform_weights(row[None], bits)[0] for row in weight])
    assert torch.allclose(per_channel_weights(weight, bits), rows, atol=1e-6)


def test_the_results_of_each_format(model, clothes):
    """Catches bytes that are not packed, changes counted against the labels, a wrong error."""
    results = float_results(model, clothes) + integer_results(model, clothes, [8, 6, 4, 3, 2, 1])
    of = {r.name: r for r in results}
    weights = 784 * 300 + 300 * 100 + 100 * 10
    assert [r.bytes for r in results] == [weights * r.bits // 8 for r in results]
    assert of["float32"].rms_error == of["float32"].changed == of["float64"].rms_error == 0
    assert of["float32"].accuracy == accuracy(model, clothes.x_test, clothes.y_test)
    assert of["float16"].rms_error < of["bfloat16"].rms_error < of["整数 8 bit"].rms_error
    assert of["float64"].changed < 2 and of["float16"].changed < 10
    assert abs(of["整数 6 bit"].accuracy - of["float32"].accuracy) <= 1
    assert of["整数 2 bit"].accuracy < of["整数 1 bit"].accuracy < of["整数 4 bit"].accuracy
    rounded = with_rounded_weights(model, uniform_weights, 4)
    changed = rounded(clothes.x_test).argmax(1) != model(clothes.x_test).argmax(1)
    assert of["整数 4 bit"].changed == int(changed.sum())


def test_powers_of_two_hardly_gain_from_a_sixth_bit(model, clothes):
    """Catches levels that grow with the bits in the wrong direction."""
    six, five, three = power_of_two_results(model, clothes, [6, 5, 3])
    assert abs(six.accuracy - five.accuracy) <= 1
    assert three.accuracy < six.accuracy - 10


def test_training_with_rounded_weights_brings_one_bit_back(model, clothes):
    """Catches retraining without rounding at the end, and a model that is changed in place."""
    before = copy.deepcopy(model.state_dict())
    after = quantization_aware(model, clothes, 1, seed=0)
    rounded = integer_results(model, clothes, [1])[0].accuracy
    assert rounded + 10 < after <= accuracy(model, clothes.x_test, clothes.y_test) + 1
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_uneven_rows_need_a_scale_of_their_own(model, clothes):
    """Catches a rescaling that changes the function, or that leaves the rows even."""
    uneven = rescaled_neurons(model, seed=0)
    assert torch.equal(uneven(clothes.x_test), model(clothes.x_test))
    assert not torch.equal(uneven[0].weight, model[0].weight)
    single, rows = (accuracy_with(uneven, clothes, rounding, 6)
                    for rounding in (uniform_weights, per_channel_weights))
    assert rows >= single + 5
