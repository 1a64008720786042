"""The systolic array, register by register."""

import pytest
import torch

from lessons.gpu.systolic import run


@pytest.mark.parametrize("m, k, n", [(4, 4, 4), (1, 1, 1), (5, 2, 3), (2, 6, 1)])
def test_the_product_and_its_cycles(m, k, n):
    """Catches a delay that is wrong by one cycle: the answer, and the cycle in which each part of it
    leaves, are those of the closed form."""
    generator = torch.Generator().manual_seed(0)
    x, w = torch.randn(m, k, generator=generator), torch.randn(k, n, generator=generator)
    cycles = run(x, w)
    assert len(cycles) == m + k + n - 2
    torch.testing.assert_close(cycles[-1].finished, x @ w)
    for now, cycle in enumerate(cycles):
        out = torch.tensor([[i + k - 1 + j <= now for j in range(n)] for i in range(m)])
        assert torch.equal(~cycle.finished.isnan(), out)
        for r in range(k):
            for c in range(n):
                i = now - r - c
                held = cycle.x[r, c]
                assert held == x[i, r] if 0 <= i < m else held.isnan()
