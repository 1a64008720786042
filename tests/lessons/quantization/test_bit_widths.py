"""Few-bit networks: exact where there is an independent way, and the direction of every effect
with a margin."""

import copy
import math

import pytest
import torch
import torch.nn.functional as F

from lessons.data import fashion_mnist
from lessons.quantization.bit_widths import (
    accuracy_with,
    float_results,
    integer_results,
    per_channel_weights,
    power_of_two_results,
    rescaled_neurons,
    trained,
    uniform_weights,
    with_rounded_weights,
)
from lessons.quantization.low_bit_weights import binary_weights, power_of_two, straight_through
from lessons.quantization.retraining import StraightThrough, quantization_aware
from lessons.training import accuracy, linear_layers, mlp, train

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clothes():
    return fashion_mnist()


@pytest.fixture(scope="module")
def model(clothes):
    """One net for all tests: each of them fails afterwards if somebody changed it."""
    model = trained(clothes, seed=0)
    before = copy.deepcopy(model.state_dict())
    yield model
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("bits", [2, 3, 6, 8])
def test_rounding_equals_torch_and_has_its_levels(bits):
    """Catches asymmetric levels, a scale that is not the largest weight's, one for all rows."""
    weight = torch.randn(7, 9, generator=seeded())
    top = 2 ** (bits - 1) - 1
    step = weight.abs().max() / top
    assert torch.equal(uniform_weights(weight, bits), torch.fake_quantize_per_tensor_affine(
        weight, float(step), 0, -top, top))
    torch.testing.assert_close(uniform_weights(weight, bits), step * (weight / step).round())
    steps = torch.stack([row.abs().max() for row in weight]) / top
    by_rows = torch.fake_quantize_per_channel_affine(
        weight, steps, torch.zeros(7, dtype=torch.int32), 0, -top, top)
    assert torch.equal(per_channel_weights(weight, bits), by_rows)
    rows = torch.stack([uniform_weights(row[None], bits)[0] for row in weight])
    torch.testing.assert_close(per_channel_weights(weight, bits), rows)


def test_one_bit_is_the_mean_magnitude():
    """Catches the zero levels that 2^0 - 1 would give."""
    weight = torch.tensor([[3.0, -1.0], [0.0, -4.0]])
    assert uniform_weights(weight, 1).tolist() == [[2, -2], [2, -2]]


def test_the_results_of_each_format(model, clothes):
    """Catches bytes that are not packed, changes counted against the labels, a wrong error."""
    results = float_results(model, clothes) + integer_results(model, clothes, [8, 6, 4, 3, 2, 1])
    of = {r.name: r for r in results}
    assert [r.bits for r in results] == [64, 32, 16, 16, 8, 6, 4, 3, 2, 1]
    weights = 784 * 300 + 300 * 100 + 100 * 10
    assert [r.bytes for r in results] == [weights * r.bits // 8 for r in results]
    assert of["float32"].rms_error == of["float32"].changed == of["float64"].rms_error == 0
    assert of["float32"].accuracy == accuracy(model, clothes.x_test, clothes.y_test) > 80
    assert of["float16"].rms_error < of["bfloat16"].rms_error < of["対称 8 bit"].rms_error
    assert of["float64"].changed < 2 and of["float16"].changed < 10
    assert abs(of["対称 6 bit"].accuracy - of["float32"].accuracy) <= 1
    assert of["対称 2 bit"].accuracy + 10 < of["±α 1 bit"].accuracy
    assert of["±α 1 bit"].accuracy + 10 < of["対称 4 bit"].accuracy


@pytest.mark.parametrize("results,rounding,bits", [
    (integer_results, uniform_weights, 4), (integer_results, binary_weights, 1),
    (power_of_two_results, power_of_two, 4)])
def test_a_result_is_that_of_the_rounded_weights(model, clothes, results, rounding, bits):
    """Catches rounded biases, an error of the last layer alone, and one that is not in percent."""
    (w1, b1), (w2, b2), (w3, b3) = (
        (layer.weight.detach(), layer.bias.detach()) for layer in linear_layers(model))
    arguments = () if bits == 1 else (bits,)
    r1, r2, r3 = (rounding(w, *arguments) for w in (w1, w2, w3))
    hidden = F.linear(F.linear(clothes.x_test, r1, b1).relu(), r2, b2).relu()
    predicted = F.linear(hidden, r3, b3).argmax(dim=1)
    (found,) = results(model, clothes, [bits])
    assert found.accuracy == 100 * int((predicted == clothes.y_test).sum()) / 2000
    assert found.changed == int((predicted != model(clothes.x_test).argmax(dim=1)).sum())
    all_weights = torch.cat([w.flatten() for w in (w1, w2, w3)]).double()
    errors = torch.cat([r.flatten() for r in (r1, r2, r3)]).double() - all_weights
    assert found.rms_error == pytest.approx(
        100 * math.sqrt(errors.square().mean() / all_weights.square().mean()), rel=1e-6)


def test_the_trained_net_follows_its_seed_alone(model, clothes):
    """Catches a hidden random state, and a seed that reaches only the order or the start."""
    torch.manual_seed(5)
    again = trained(clothes, seed=1)
    expected = mlp([784, 300, 100, 10], 1)
    train(expected, clothes.x_train, clothes.y_train, epochs=8, lr=0.05, weight_decay=5e-4,
          generator=seeded(1))
    for found, layer, other in zip(*map(linear_layers, (again, expected, model)), strict=True):
        assert torch.equal(found.weight, layer.weight)
        assert not torch.equal(found.weight, other.weight)


def test_powers_of_two_hardly_gain_from_a_sixth_bit(model, clothes):
    """Catches levels that grow with the bits in the wrong direction."""
    six, five, three = power_of_two_results(model, clothes, [6, 5, 3])
    assert abs(six.accuracy - five.accuracy) <= 1
    assert three.accuracy < six.accuracy - 10


def test_straight_through_rounds_forward_and_asks_for_the_gradient():
    """Catches retraining that never rounds, and a gradient that is not the one that was asked for."""
    weight = (2 * torch.randn(5, 6, generator=seeded())).requires_grad_()
    upstream = torch.randn(5, 6, generator=seeded(1))
    rounded = StraightThrough(lambda w: uniform_weights(w, 3), straight_through)(weight)
    assert torch.equal(rounded, uniform_weights(weight.detach(), 3))
    rounded.backward(upstream)
    inside = weight.detach().abs() <= 1
    assert 0 < int(inside.sum()) < 30
    assert torch.equal(weight.grad, upstream * inside)


def test_training_with_rounded_weights_brings_few_bits_back(model, clothes):
    """Catches retraining that learns nothing, ignores its bits, or measures unrounded weights; and
    a gradient of 0 that reaches the weights all the same."""
    base = accuracy(model, clothes.x_test, clothes.y_test)
    two, one = (r.accuracy for r in integer_results(model, clothes, [2, 1]))
    assert two + 40 < quantization_aware(model, clothes, 2, 0, straight_through) < base - 2
    after = quantization_aware(model, clothes, 1, 0, straight_through)
    blocked = quantization_aware(model, clothes, 1, 0, lambda gradient, w: torch.zeros_like(w))
    assert one + 20 < blocked < after <= base + 1


def test_uneven_rows_need_a_scale_of_their_own(model, clothes):
    """Catches a rescaling that changes the function, that leaves the rows even, or has no seed."""
    uneven = rescaled_neurons(model, seed=0)
    assert torch.equal(uneven(clothes.x_test), model(clothes.x_test))
    assert torch.equal(uneven[0].weight, rescaled_neurons(model, seed=0)[0].weight)
    assert not torch.equal(uneven[0].weight, rescaled_neurons(model, seed=1)[0].weight)
    for layer, before in zip(linear_layers(uneven)[:-1], linear_layers(model)[:-1], strict=True):
        factors = layer.bias / before.bias
        assert factors.unique().numel() > 1 and bool((factors.log2().frac() == 0).all())
    single, rows = (accuracy_with(uneven, clothes, rounding, 4)
                    for rounding in (uniform_weights, per_channel_weights))
    assert rows >= single + 30
    assert accuracy_with(uneven, clothes, per_channel_weights, 8) >= accuracy_with(
        model, clothes, per_channel_weights, 8) - 2


def test_rounding_a_net_leaves_its_biases(model):
    """Catches biases that are rounded with the weights, and weights that are not."""
    rounded = with_rounded_weights(model, uniform_weights, 4)
    for layer, before in zip(linear_layers(rounded), linear_layers(model), strict=True):
        assert torch.equal(layer.bias, before.bias)
        assert torch.equal(layer.weight, uniform_weights(before.weight.detach(), 4))
