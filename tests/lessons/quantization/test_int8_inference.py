"""Inference with int8: the results that are timed are the right ones."""

import torch

from lessons.quantization.int8_inference import (
    EVERY_TIME,
    INT8,
    ONCE,
    int8_linear,
    layer_milliseconds,
    range_error,
    shift_milliseconds,
)
from lessons.quantization.integers import affine_params, quantize
from lessons.quantization.symmetric import int8_matmul, symmetric_int8


def rows(*shape, seed=0, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def test_int8_by_torch_is_our_integer_product():
    """Catches a lost correction for the shift by 128, or another scale than the layer's."""
    x, weight = rows(32, 64) + 0.5, rows(48, 64, seed=1)
    weight_int8, w_scale = symmetric_int8(weight)
    scale, zero = affine_params(float(x.min()), float(x.max()), 8)
    ours = int8_matmul(quantize(x, scale, zero, 8), scale, zero, weight_int8.long(), w_scale)
    assert torch.allclose(int8_linear(x, weight_int8, w_scale), ours, rtol=1e-6, atol=1e-6)
    assert weight_int8.abs().max() == 127


def test_rounding_is_timed_once_and_every_time():
    """Catches a rounding that is timed with its rounding where it should be done beforehand."""
    found = layer_milliseconds(batch=16, width=256)
    assert found[EVERY_TIME] > 2 * found[ONCE] and found[EVERY_TIME] > 2 * found["float32"]
    assert set(found) == {"float64", "float32", "bfloat16", "float16", INT8, ONCE, EVERY_TIME}


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
    assert list(shift_milliseconds(100)) == [
        "float32 の掛け算", "int32 の掛け算", "int32 のビットのずらし"]
