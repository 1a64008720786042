"""Symmetric integers: their levels, and products that are summed exactly."""

import pytest
import torch

from lessons.quantization.symmetric import int8_matmul, symmetric_int8, symmetric_weights


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_symmetric_levels_are_one_less_than_the_patterns(bits):
    """Catches 2^b levels, a grid that is not centred on 0, and a scale that is not the largest weight's."""
    weight = torch.linspace(-3.0, 2.0, 100_001)
    levels = symmetric_weights(weight, bits).unique()
    step = 3.0 / (2 ** (bits - 1) - 1)
    expected = [k * step for k in range(-(2 ** (bits - 1) - 1), round(2.0 / step) + 1)]
    assert levels.tolist() == pytest.approx(expected)
    assert len(symmetric_weights(torch.cat([weight, -weight]), bits).unique()) == 2**bits - 1


def test_symmetric_integers_give_the_same_levels():
    """Catches integers that use -128, or belong to another scale than the rounded weights."""
    weight = torch.randn(40, 30, generator=torch.Generator().manual_seed(0))
    integers, scale = symmetric_int8(weight)
    assert integers.dtype == torch.int8 and int(integers.min()) >= -127
    torch.testing.assert_close(scale * integers, symmetric_weights(weight, 8))


def test_the_integer_product_is_exact():
    """Catches float32 accumulation: 4,096 products that cancel to one."""
    xq = torch.full((1, 4097), 255)
    wq = torch.cat([torch.full((1, 2048), 127), torch.full((1, 2048), -127), torch.tensor([[1]])], 1)
    exact = sum((int(a) - 3) * int(b) for a, b in zip(xq[0], wq[0], strict=True))
    assert float(int8_matmul(xq, 0.5, 3, wq, 0.25)[0, 0]) == exact * 0.125


def test_unequal_rows_are_named():
    """Catches silent nonsense for values that no formula covers."""
    with pytest.raises(ValueError, match=r"[ぁ-ん]"):
        int8_matmul(torch.ones(1, 2), 1.0, 0, torch.ones(1, 3), 1.0)
