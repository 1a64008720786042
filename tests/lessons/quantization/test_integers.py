"""Integers against torch's own quantization, exact sums and plain loops."""


import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from lessons.quantization.integers import (
    affine_params,
    dequantize,
    fit_slope,
    quantize,
)


def rows(*shape, seed=0, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


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


@pytest.mark.parametrize("call", [
    lambda: fit_slope(torch.ones(1), torch.ones(1), torch.ones(0)),
    lambda: affine_params(1.0, -1.0, 8), lambda: quantize(torch.ones(1), 0.0, 0, 8)])
def test_illegal_values_are_named(call):
    """Catches silent nonsense for values that no formula covers."""
    with pytest.raises(ValueError, match=r"[ぁ-ん]"):
        call()
