"""The cut block against torch's own TransformerEncoderLayer: values, gradients, communications."""

import pytest
import torch

from lessons.model_parallel.exchange import ALL_REDUCE, BACKWARD, FORWARD, Exchange
from lessons.model_parallel.tensor_parallel import column_parallel, row_parallel
from lessons.model_parallel.transformer_block import cut, forward, whole_block

SHARED = ["norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias", "self_attn.out_proj.bias",
          "linear2.bias"]


@pytest.mark.parametrize("n_workers", [1, 2, 4])
def test_equals_torch(n_workers):
    """Catches heads that are mixed up, a bias that is added by every worker, a missing residual, a
    gradient that does not reach a part, and an all-reduce too many."""
    block = whole_block(16, 4, 24, seed=3, dtype=torch.float64)
    x = torch.randn(2, 5, 16, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    inputs = [x.clone().requires_grad_() for _ in "ab"]
    parts, exchange = cut(block, n_workers), Exchange()
    y = forward(block, parts, inputs[0], exchange, column_parallel, row_parallel)
    y.sin().sum().backward()
    shared = {name: block.get_parameter(name).grad.clone() for name in SHARED}
    block.zero_grad()
    expected = block(inputs[1])
    expected.sin().sum().backward()

    def near(ours, theirs):
        return torch.allclose(ours, theirs, rtol=0, atol=1e-12)

    assert near(y, expected) and near(inputs[0].grad, inputs[1].grad)
    assert all(near(shared[name], block.get_parameter(name).grad) for name in SHARED)
    whole = block.self_attn.in_proj_weight.grad.view(3, n_workers, -1, 16)
    for k, part in enumerate(parts):
        assert near(part.query_key_value.grad, whole[:, k].reshape(-1, 16))
        assert near(part.attention_out.grad, block.self_attn.out_proj.weight.grad.chunk(n_workers, 1)[k])
        assert near(part.up.grad, block.linear1.weight.grad.chunk(n_workers)[k])
        assert near(part.up_bias.grad, block.linear1.bias.grad.chunk(n_workers)[k])
        assert near(part.down.grad, block.linear2.weight.grad.chunk(n_workers, 1)[k])
    kinds = [(m.direction, m.kind) for m in exchange.log]
    assert kinds == ([] if n_workers == 1 else [(FORWARD, ALL_REDUCE)] * 2 + [(BACKWARD, ALL_REDUCE)] * 2)


def test_parts_hold_the_whole_once_and_their_own_memory():
    """Catches a weight that two workers share, one that nobody holds, and a seed that does not count."""
    block = whole_block(8, 2, 12, seed=0)
    parts = cut(block, 2)
    held = sum(w.numel() for part in parts for w in part.weights())
    shared = sum(block.get_parameter(name).numel() for name in SHARED)
    assert held + shared == sum(p.numel() for p in block.parameters())
    with torch.no_grad():
        parts[0].up.zero_()
    assert block.linear1.weight.abs().min() > 0
    biases = [p for name, p in block.named_parameters() if "bias" in name]
    assert all(bias.abs().min() > 0 for bias in biases), "a forgotten bias would not show"
    assert torch.equal(block.linear1.weight, whole_block(8, 2, 12, seed=0).linear1.weight)
    assert not torch.equal(block.linear1.weight, whole_block(8, 2, 12, seed=1).linear1.weight)


@pytest.mark.parametrize("heads, hidden", [(2, 9), (1, 8)])
def test_what_does_not_divide_is_refused(heads, hidden):
    """Catches a head or a neuron that is lost when the numbers do not divide."""
    with pytest.raises(ValueError, match="割り切れません"):
        cut(whole_block(8, heads, hidden, seed=0), 2)
