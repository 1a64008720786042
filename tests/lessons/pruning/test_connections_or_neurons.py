"""Connections against neurons: equal sizes, equal results, and what the sparse form weighs."""

import copy

import pytest
import torch
from torch.nn.utils import prune

from lessons.pruning.connections_or_neurons import (
    compare_at_equal_weights,
    count_weights,
    csr_break_even,
    csr_forward,
    csr_layers,
    forward_milliseconds,
    remove_hidden_neurons,
    smaller_widths,
    weight_bytes,
)
from lessons.pruning.network import WIDTHS, threshold_masks, weights
from lessons.training import apply_masks, linear_layers, mlp

pytestmark = pytest.mark.slow


def test_smaller_widths_is_the_widest_that_fits():
    """Catches an off-by-one in the search: the next wider net must break the budget."""
    for removed in (50, 80, 90, 95):
        widths = smaller_widths(WIDTHS, removed)
        budget = (784 * 300 + 300 * 100 + 100 * 10) * (1 - removed / 100)
        wider = widths[1] + 1
        assert count_weights(widths) <= budget
        assert count_weights([784, wider, round(100 * wider / 300), 10]) > budget
    with pytest.raises(ValueError, match="99.9"):
        smaller_widths(WIDTHS, 99.9)


def test_removed_neurons_are_those_that_torch_ranks_lowest():
    """Catches a wrong ranking: with equal outgoing norms it is torch's ln_structured."""
    model = mlp([6, 10, 3], seed=0)
    first, second = linear_layers(model)
    second.weight.data /= second.weight.data.norm(dim=0)
    x = torch.randn(7, 6, generator=torch.Generator().manual_seed(0))
    small = remove_hidden_neurons(model, [6, 4, 3])
    prune.ln_structured(first, "weight", amount=6, n=2, dim=0)
    silent = second(first(x).relu() * first.weight_mask.any(dim=1))
    assert [tuple(w.shape) for w in weights(small)] == [(4, 6), (3, 4)]
    torch.testing.assert_close(small(x), silent)


def test_removed_neurons_count_their_outgoing_weights():
    """Catches a ranking by the incoming weights alone."""
    model = mlp([6, 10, 3], seed=0)
    with torch.no_grad():
        linear_layers(model)[0].weight[4] *= 100
        linear_layers(model)[1].weight[:, 4] = 0
    assert weights(remove_hidden_neurons(model, [6, 9, 3]))[0].abs().max() < 1


def test_connections_and_neurons_at_equal_weights(dense, fashion):
    """Catches a comparison of unequal sizes. Measured at 90 %: 84.0 against 83.2 %, so only
    that both recover is asserted."""
    result = compare_at_equal_weights(dense, fashion, 90, seed=0)
    small = sum(w.numel() for w in weights(result.neurons))
    left = sum(int(w.count_nonzero()) for w in weights(result.connections))
    assert abs(small - left) <= 3
    assert 90 <= result.removed_percent < 91
    assert result.connections_after > result.connections_before + 10
    assert result.neurons_after > result.neurons_before + 10
    assert min(result.connections_after, result.neurons_after, result.scratch) > 75


def test_csr_computes_the_same_and_weighs_less(dense, recwarn):
    """Catches a transposed product, a forgotten bias, and torch's beta warning in a notebook."""
    model = copy.deepcopy(dense)
    apply_masks(model, threshold_masks(model, 1.5))
    x = torch.rand(50, 784, generator=torch.Generator().manual_seed(0))
    layers = csr_layers(model)
    with torch.no_grad():
        torch.testing.assert_close(csr_forward(layers, x), model(x), rtol=1e-4, atol=1e-4)
    real = sum(part.nbytes for w, _ in layers
               for part in (w.values(), w.col_indices(), w.crow_indices()))
    dense_bytes, csr = weight_bytes(model, index_bytes=8)
    assert csr == real
    assert dense_bytes == sum(w.nbytes for w in weights(model))
    assert csr < dense_bytes / 2
    assert not recwarn.list


def test_break_even_is_where_the_bytes_are_equal():
    """Catches a break-even without the row pointers."""
    rows, columns, value, index = 300, 784, 4, 8
    nonzeros = csr_break_even(rows, columns, value, index) * rows * columns
    csr = nonzeros * value + nonzeros * index + (rows + 1) * index
    assert csr == pytest.approx(rows * columns * value, rel=1e-12)


def test_four_forms_are_timed(dense):
    """Catches a form that is left out; how long each takes is not asserted."""
    small = remove_hidden_neurons(dense, [784, 30, 10, 10])
    times = forward_milliseconds(dense, dense, small, torch.rand(8, 784), rounds=1)
    assert list(times) == ["元の密行列", "0 を含む密行列", "CSR 形式", "小さい密行列"]
    assert all(ms > 0 for ms in times.values())
