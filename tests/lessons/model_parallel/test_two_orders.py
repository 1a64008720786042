"""Two layers cut in two orders: the same values as uncut, and the communications of each order."""

import pytest
import torch
import torch.nn.functional as F

from lessons.model_parallel.exchange import ALL_GATHER, ALL_REDUCE, BACKWARD, FORWARD, Exchange
from lessons.model_parallel.tensor_parallel import column_parallel, row_parallel
from lessons.model_parallel.two_orders import ORDERS, counted

KINDS = {
    "列 → 行": [(FORWARD, ALL_REDUCE), (BACKWARD, ALL_REDUCE)],
    "行 → 列": [(FORWARD, ALL_REDUCE), (FORWARD, ALL_GATHER), (BACKWARD, ALL_REDUCE), (BACKWARD, ALL_GATHER)],
}


@pytest.fixture
def layers():
    """An input and two weights, whose sizes all differ."""
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(shape, generator=generator, dtype=torch.float64)
            for shape in ((3, 8), (12, 8), (4, 12))]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("n_workers", [1, 2, 4])
def test_equals_the_uncut_layers(layers, order, n_workers):
    """Catches GELU before the sum, a shard given to the wrong worker, a gradient of x that misses
    some workers' part."""
    whole, cut = ([t.clone().requires_grad_() for t in layers] for _ in "ab")
    expected = F.gelu(whole[0] @ whole[1].T) @ whole[2].T
    exchange = Exchange()
    y = ORDERS[order](*cut, n_workers, exchange, column_parallel, row_parallel)
    weight = torch.linspace(-1, 1, y.numel(), dtype=y.dtype).view(y.shape)
    (expected * weight).sum().backward()
    (y * weight).sum().backward()
    assert torch.allclose(y, expected, rtol=0, atol=1e-12)
    for ours, theirs in zip(cut, whole, strict=True):
        assert torch.allclose(ours.grad, theirs.grad, rtol=0, atol=1e-12)
    kinds = [(m.direction, m.kind) for m in exchange.log]
    assert kinds == ([] if n_workers == 1 else KINDS[order])


@pytest.mark.parametrize("order", ORDERS)
def test_counts_what_the_given_functions_do(layers, order):
    """Catches a count that does not run the learner's functions, and a backward that nobody asked for."""
    calls = []

    def column(x, shards):
        calls.append("column")
        return column_parallel(x, shards)

    def row(x, shards):
        calls.append("row")
        return row_parallel(x, shards)

    exchange = counted(ORDERS[order], *layers, column, row)
    assert calls == (["column"] * 2 + ["row"] * 2)[:: 1 if order == "列 → 行" else -1]
    assert exchange.count(BACKWARD) == 0 and exchange.count() == len(KINDS[order]) / 2
    assert counted(ORDERS[order], *layers, with_gradient=True).count(BACKWARD) == len(KINDS[order]) / 2
