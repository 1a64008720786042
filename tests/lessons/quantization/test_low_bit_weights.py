"""One bit and powers of two against torch, a search and plain loops."""

import math

import pytest
import torch
import torch.nn.functional as F

from lessons.quantization.low_bit_weights import binary_weights, power_of_two, straight_through


def rows(*shape, seed=0, dtype=torch.float32):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


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


@pytest.mark.parametrize("call", [
    lambda: binary_weights(torch.ones(0)),
    lambda: straight_through(torch.ones(2), torch.ones(3)), lambda: power_of_two(torch.ones(1), 2)])
def test_illegal_values_are_named(call):
    """Catches silent nonsense for values that no formula covers."""
    with pytest.raises(ValueError, match=r"[ぁ-ん]"):
        call()
