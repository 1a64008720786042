"""The quantization functions against torch, NumPy, struct, closed forms and plain loops."""

import math
import struct
from fractions import Fraction

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lessons import quantization
from lessons.quantization.bit_budget import (
    accuracy_of,
    accuracy_with_bits,
    choose_bits,
    digit_weights,
    packed_bytes,
    puzzle,
)
from lessons.quantization.float_formats import (
    decode_float,
    encode_float,
    loss_scale,
    smallest_normal,
    underflow_fraction,
)
from lessons.quantization.int8_inference import (
    int8_linear,
    range_error,
    rounded_linear,
    shift_milliseconds,
    symmetric_int8,
)
from lessons.quantization.integers import (
    affine_params,
    dequantize,
    fit_slope,
    int8_matmul,
    quantize,
)
from lessons.quantization.low_bit_weights import binary_weights, power_of_two, straight_through

finite = st.floats(allow_nan=False, allow_infinity=False)


def rows(*shape, seed=0, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def same_float(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or (
        one == other and math.copysign(1, one) == math.copysign(1, other))


def test_the_section_holds_every_function_under_one_name():
    """Catches a function that its exercise cannot find in the section's module."""
    for name in quantization.__all__:
        assert getattr(quantization, name).__name__ == name


@pytest.mark.parametrize("dtype,exponent_bits,fraction_bits", [
    (torch.float16, 5, 10), (torch.bfloat16, 8, 7), (torch.float8_e5m2, 5, 2)])
def test_every_pattern_of_a_small_format(dtype, exponent_bits, fraction_bits):
    """Catches a mistake in any pattern: subnormals, infinities, nan, the sign of zero."""
    width = 1 + exponent_bits + fraction_bits
    integers = torch.arange(2**width, dtype=torch.int32)
    values = integers.to(torch.int16 if width == 16 else torch.uint8).view(dtype).double()
    for bits, value in enumerate(values.tolist()):
        found = decode_float(bits, exponent_bits, fraction_bits)
        assert same_float(found, value), bits
        if not math.isnan(value):
            assert encode_float(value, exponent_bits, fraction_bits) == bits


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1))
def test_single_and_double_against_struct(single, double):
    """Catches a wrong bias or a rounded fraction in the wide formats."""
    assert same_float(decode_float(single, 8, 23), struct.unpack(">f", struct.pack(">I", single))[0])
    value = struct.unpack(">d", struct.pack(">Q", double))[0]
    assert same_float(decode_float(double, 11, 52), value)
    if not math.isnan(value):
        assert encode_float(value, 11, 52) == double


@given(finite)
def test_encoding_rounds_as_numpy_does(value):
    """Catches truncation, ties away from even, and a lost carry into the exponent."""
    with np.errstate(over="ignore"):
        half, single = np.float64(value).astype(np.float16), np.float64(value).astype(np.float32)
    assert encode_float(value, 5, 10) == int(half.view(np.uint16))
    assert encode_float(value, 8, 23) == int(single.view(np.uint32))


@pytest.mark.parametrize("dtype,exponent_bits", [
    (torch.float16, 5), (torch.bfloat16, 8), (torch.float32, 8), (torch.float64, 11)])
def test_the_smallest_normal_is_that_of_torch(dtype, exponent_bits):
    """Catches the smallest subnormal, or a bias that is one off."""
    assert smallest_normal(exponent_bits) == torch.finfo(dtype).smallest_normal


def test_underflow_is_counted_to_the_bit():
    """Catches a limit at the smallest normal: values down to half the smallest subnormal stay."""
    step = 2.0**-24  # the smallest subnormal of float16
    above_half = step / 2 * (1 + 2.0**-23)
    values = torch.tensor([0.0, step, -step / 2, above_half, 2.0**-14, 0.0, 1e-9])
    assert underflow_fraction(values, torch.float16) == 2 / 5
    assert underflow_fraction(values, torch.bfloat16) == 0
    assert underflow_fraction(torch.zeros(3), torch.float16) == 0
    many = rows(2000).double() * 1e-7
    expected = np.count_nonzero(many.numpy().astype(np.float16) == 0) / 2000
    assert underflow_fraction(many, torch.float16) == expected


@settings(max_examples=60)
@given(st.floats(width=32, allow_nan=False, allow_infinity=False),
       st.sampled_from([torch.float16, torch.bfloat16]))
def test_the_loss_scale_is_the_largest_that_fits(gradient, dtype):
    """Catches a scale that overflows, or one that could be doubled."""
    scale = loss_scale(torch.tensor([0.0, gradient]), dtype)
    limit, exact = Fraction(torch.finfo(dtype).max), abs(Fraction(gradient))
    assert math.frexp(scale)[0] == 0.5, "a power of two"
    if gradient == 0:
        assert scale == 1
    else:
        assert Fraction(scale) * exact <= limit < 2 * Fraction(scale) * exact


@pytest.mark.parametrize("seed", range(5))
def test_the_slope_has_the_least_error(seed):
    """Catches the level nearest to zero, or nearest to the mean of y/x, in place of the best."""
    x, y, levels = (rows(9, seed=seed + shift, dtype=torch.float64) for shift in (0, 20, 40))
    errors = {float(a): float(((y - a * x) ** 2).sum()) for a in levels}
    assert fit_slope(x, y, levels) == min(errors, key=errors.get)


def test_slope_ties_go_to_the_smaller():
    """Catches the first level of the list in place of the smaller one."""
    x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    levels = torch.tensor([0.75, 0.25], dtype=torch.float64)
    assert fit_slope(x, 0.5 * x, levels) == 0.25
    assert fit_slope(0 * x, x, levels) == 0.25


@given(st.floats(-50, 50, allow_subnormal=False), st.floats(0, 60, allow_subnormal=False),
       st.integers(1, 8))
def test_a_range_reaches_both_ends(low, width, bits):
    """Catches a range that leaves zero out, or whose last level misses the end."""
    high = low + width
    assume(max(high, 0) - min(low, 0) == 0 or max(high, 0) - min(low, 0) > 1e-300)
    scale, zero_point = affine_params(low, high, bits)
    assert 0 <= zero_point < 2**bits
    if min(low, 0) < max(high, 0):
        assert scale * (2**bits - 1) == pytest.approx(max(high, 0) - min(low, 0))
        assert abs(-scale * zero_point - min(low, 0)) <= scale / 2 * (1 + 1e-9)
    else:
        assert (scale, zero_point) == (1.0, 0)


@pytest.mark.parametrize("bits", [2, 3, 4, 6, 8])
def test_quantizing_is_what_torch_does(bits):
    """Catches another rounding or clamp than torch's own, to the bit."""
    x = 2 * rows(50, 40) + 0.3
    scale, zero_point = affine_params(float(x.quantile(0.01)), float(x.quantile(0.99)), bits)
    q = quantize(x, scale, zero_point, bits)
    fake = torch.fake_quantize_per_tensor_affine(x, scale, zero_point, 0, 2**bits - 1)
    assert torch.equal(dequantize(q, scale, zero_point), fake)
    if bits == 8:
        theirs = torch.quantize_per_tensor(x, scale, zero_point, torch.quint8)
        assert torch.equal(q, theirs.int_repr().long())
    assert q.dtype == torch.int64 and int(quantize(torch.tensor(1e30), 0.1, 3, bits)) == 2**bits - 1


def test_the_integer_product_is_exact():
    """Catches float32 accumulation: 4,096 products that cancel to one."""
    xq = torch.full((1, 4097), 255)
    wq = torch.cat([torch.full((1, 2048), 127), torch.full((1, 2048), -127), torch.tensor([[1]])], 1)
    exact = sum((int(a) - 3) * int(b) for a, b in zip(xq[0], wq[0], strict=True))
    assert float(int8_matmul(xq, 0.5, 3, wq, 0.25)[0, 0]) == exact * 0.125


def test_int8_by_torch_is_our_integer_product():
    """Catches a lost correction for the shift by 128, or another scale than the layer's."""
    x, weight = rows(32, 64) + 0.5, rows(48, 64, seed=1)
    weight_int8, w_scale = symmetric_int8(weight)
    scale, zero = affine_params(float(x.min()), float(x.max()), 8)
    ours = int8_matmul(quantize(x, scale, zero, 8), scale, zero, weight_int8.long(), w_scale)
    assert torch.allclose(int8_linear(x, weight_int8, w_scale), ours, rtol=1e-6, atol=1e-6)
    assert weight_int8.abs().max() == 127


def test_rounding_inside_float32_changes_values_alone():
    """Catches a weight that is not rounded, and another type."""
    x, weight = rows(4, 16), rows(8, 16, seed=1)
    found = rounded_linear(x, weight, 2)
    largest = weight.abs().max()
    assert found.dtype == torch.float32
    assert torch.allclose(found, x @ (largest * (weight / largest).round()).T, atol=1e-5)


def test_clipping_outliers_trades_two_errors():
    """Catches a range that ignores the percentage: the best is in between."""
    x = rows(20_000)
    x[:20] *= 12
    none, some, much = (range_error(x, percent, 4)[2] for percent in (0.0, 0.1, 5.0))
    assert none > 1.5 * some and much > some
    low, high, _ = range_error(x, 0.0, 4)
    assert (low, high) == (float(x.min()), float(x.max()))


def test_the_shifts_give_what_multiplying_gives():
    """Catches a comparison of two different results."""
    integers = torch.arange(100, dtype=torch.int32)
    assert torch.equal(integers << 3, integers * 8)
    assert list(shift_milliseconds(100, 1, "cpu")) == [
        "float32 の掛け算", "int32 の掛け算", "int32 のビットのずらし"]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_binary_weights_are_the_best_of_their_kind(dtype):
    """Catches another α than the mean magnitude: every other one has a larger error."""
    weight = rows(6, 7, dtype=dtype) + 0.2
    best = binary_weights(weight)
    signs = torch.where(weight >= 0, 1.0, -1.0)
    assert best.dtype == dtype and len(best.unique()) == 2
    error = (weight - best).square().sum()
    for alpha in torch.linspace(0, 2, 41):
        assert (weight - alpha * signs).square().sum() >= error - 1e-6
    zeros = binary_weights(torch.tensor([0.0, -0.0, -3.0]))
    assert zeros.tolist() == [1.0, 1.0, -1.0]


def test_straight_through_is_the_gradient_of_hardtanh():
    """Catches a gradient that passes outside, or is multiplied by the sign."""
    weight = (1.5 * rows(40)).requires_grad_()
    upstream = rows(40, seed=1)
    F.hardtanh(weight).backward(upstream)
    assert torch.equal(straight_through(upstream, weight.detach()), weight.grad)
    edge = torch.tensor([1.0, -1.0, math.nextafter(1.0, 2) + 1e-6])
    assert straight_through(torch.full((3,), 5.0), edge).tolist() == [5, 5, 0]


@pytest.mark.parametrize("bits", [3, 4, 5, 6])
@pytest.mark.parametrize("seed", range(3))
def test_powers_of_two_by_a_plain_loop(bits, seed):
    """Catches shifted levels, a scale over the kept weights alone, or ceil for floor."""
    weight = rows(30, seed=seed, dtype=torch.float64)
    n, mu = 2 ** (bits - 2), 0.75 * max(abs(w) for w in weight.tolist())
    levels = []
    for w in map(abs, weight.tolist()):
        inside = [t for t in range(n) if w >= mu * 2.0**-t]
        levels.append(2.0 ** -min(inside) if inside else 0.0)
    products = sum(q * abs(w) for q, w in zip(levels, weight.tolist(), strict=True))
    s = math.floor(math.log2(4 * products / (3 * sum(q * q for q in levels))))
    expected = [math.copysign(q, w) * 2.0**s for q, w in zip(levels, weight.tolist(), strict=True)]
    assert power_of_two(weight, bits).tolist() == expected


def test_powers_of_two_of_nothing_are_nothing():
    """Catches the logarithm of zero."""
    assert torch.equal(power_of_two(torch.zeros(2, 2), 4), torch.zeros(2, 2))


def test_the_network_of_the_puzzle_is_an_ordinary_one():
    """Catches a forward pass that differs from nn.Linear and ReLU, or weights left unrounded."""
    weights, x, y, _, _ = puzzle(0)
    model = torch.nn.Sequential()
    for weight in weights:
        layer = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=False)
        scale, zero_point = affine_params(float(weight.min()), float(weight.max()), 4)
        layer.weight.data = torch.fake_quantize_per_tensor_affine(weight, scale, zero_point, 0, 15)
        model.extend([layer, torch.nn.ReLU()])
    predicted = model[:-1](x).argmax(dim=1)
    expected = 100 * float((predicted == y).double().mean())
    assert accuracy_with_bits(weights, [4, 4, 4], x, y) == pytest.approx(expected)
    assert accuracy_of(weights, x, y) > 90
    assert packed_bytes([torch.zeros(3), torch.zeros(2)], [3, 1]) == 2


@pytest.mark.parametrize("seed", [0, 5, 4])
def test_the_puzzle_needs_unequal_bits(seed):
    """Catches a puzzle without a solution, or one that equal bits solve."""
    weights, x, y, budget, target = puzzle(seed)
    chosen = choose_bits(weights, x, y, budget, target)
    assert packed_bytes(weights, chosen) <= budget
    assert accuracy_with_bits(weights, chosen, x, y) >= target
    for bits in range(1, 9):
        equal = [bits] * len(weights)
        fits = packed_bytes(weights, equal) <= budget
        assert not (fits and accuracy_with_bits(weights, equal, x, y) >= target)
    assert digit_weights(seed)[0] is weights[0], "trained once"


@pytest.mark.parametrize("call", [
    lambda: decode_float(256, 5, 2), lambda: decode_float(-1, 5, 2), lambda: smallest_normal(1),
    lambda: underflow_fraction(torch.ones(1), torch.int8),
    lambda: loss_scale(torch.tensor([math.inf]), torch.float16),
    lambda: fit_slope(torch.ones(1), torch.ones(1), torch.ones(0)),
    lambda: affine_params(1.0, -1.0, 8), lambda: quantize(torch.ones(1), 0.0, 0, 8),
    lambda: int8_matmul(torch.ones(1, 2), 1.0, 0, torch.ones(1, 3), 1.0),
    lambda: binary_weights(torch.ones(0)),
    lambda: straight_through(torch.ones(2), torch.ones(3)), lambda: power_of_two(torch.ones(1), 2),
    lambda: choose_bits([torch.ones(2, 2)], torch.ones(1, 2), torch.zeros(1).long(), 0, 50.0)])
def test_illegal_values_are_named(call):
    """Catches silent nonsense for values that no formula covers."""
    with pytest.raises(ValueError, match=r"[ぁ-ん]"):
        call()
