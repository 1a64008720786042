"""Float formats against torch, NumPy, struct and exact fractions."""

import math
import struct
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.quantization.float_formats import (
    decode_float,
    encode_float,
    loss_scale,
    smallest_normal,
    underflow_fraction,
)

finite = st.floats(allow_nan=False, allow_infinity=False)


def rows(*shape, seed=0, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def same_float(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or (
        one == other and math.copysign(1, one) == math.copysign(1, other))


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


@pytest.mark.parametrize("call", [
    lambda: decode_float(256, 5, 2), lambda: decode_float(-1, 5, 2), lambda: smallest_normal(1),
    lambda: underflow_fraction(torch.ones(1), torch.int8),
    lambda: loss_scale(torch.tensor([math.inf]), torch.float16)])
def test_illegal_values_are_named(call):
    """Catches silent nonsense for values that no formula covers."""
    with pytest.raises(ValueError, match=r"[ぁ-ん]"):
        call()
