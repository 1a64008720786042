"""Dead neurons that really go: the smaller network computes what the larger one did."""

import copy

import pytest
import torch

from lessons.pruning import dead_neurons, remove_neurons, threshold_mask
from lessons.pruning.removal import (
    dead_in_each_layer,
    largest_difference,
    layers_of,
    masked,
    outputs,
    products,
    without,
)
from lessons.training import linear_layers, mlp

WIDTHS = [12, 9, 7, 4]


def images(n: int = 30) -> torch.Tensor:
    return torch.rand(n, WIDTHS[0], generator=torch.Generator().manual_seed(0))


def cut(model, alpha: float):
    layers = layers_of(model)
    masks = [threshold_mask(w, alpha) for w, _ in layers]
    return masked(layers, masks), dead_in_each_layer(masks, dead_neurons)


def test_layers_compute_what_the_network_does():
    """Catches a forgotten bias, a ReLU after the last layer, and weights shared with the network."""
    model = mlp(WIDTHS, seed=0)
    layers = layers_of(model)
    torch.testing.assert_close(outputs(layers, images()), copy.deepcopy(model).double()(images().double()))
    assert all(w.dtype == torch.float64 for w, _ in layers)
    assert products(layers) == 12 * 9 + 9 * 7 + 7 * 4


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("alpha", [0.8, 1.5, 1.7])
def test_removing_the_dead_changes_nothing(seed, alpha):
    """Catches a bias that is not folded, folded without ReLU, or into the wrong layer; and a neuron
    that is dead only because its neighbours are."""
    layers, dead = cut(mlp(WIDTHS, seed), alpha)
    layers = [(w, b + 0.3) for w, b in layers]  # so that a constant is seldom cut off by ReLU
    small = without(layers, dead, remove_neurons)
    assert largest_difference(layers, small, images())[0] < 1e-12
    left = [int((~gone).sum()) for gone in dead]
    assert [tuple(w.shape) for w, _ in small] == [(left[0], 12), (left[1], left[0]), (4, left[1])]
    assert sum(int(gone.sum()) for gone in dead) > 0 or alpha < 1


def test_forgetting_the_bias_would_be_seen():
    """Catches a test above in which no dead neuron says anything: here the constant counts."""
    model = mlp([3, 2, 1], seed=0)
    first, second = linear_layers(model)
    with torch.no_grad():
        first.weight[0] = 0
        first.bias[:] = torch.tensor([2.0, 0.5])
        second.weight[:] = torch.tensor([[3.0, 1.0]])
    layers = layers_of(model)
    dead = dead_in_each_layer([w != 0 for w, _ in layers], dead_neurons)
    assert [gone.tolist() for gone in dead] == [[True, False]]
    (_, _), (_, bias) = without(layers, dead, remove_neurons)
    assert float(bias) == pytest.approx(second.bias.item() + 6.0)
    unfolded = [(w[1:], b[1:]) for w, b in layers[:1]] + [(layers[1][0][:, 1:], layers[1][1])]
    difference, _ = largest_difference(layers, unfolded, torch.rand(5, 3))
    assert difference == pytest.approx(6.0)


def test_death_spreads():
    """Catches one pass over the layers: the first neuron feeds only one that nothing leaves."""
    incoming = torch.ones(2, 3, dtype=torch.bool)
    middle = torch.tensor([[True, False], [False, True]])
    outgoing = torch.tensor([[False, True]])
    masks = [incoming, middle, outgoing]
    assert [d.tolist() for d in dead_in_each_layer(masks, dead_neurons)] == [[True, False]] * 2
    assert masks[0].all() and masks[1].sum() == 2, "the masks themselves stay"


def test_changed_predictions_are_counted():
    """Catches a difference of absolute values, and a count of differing outputs."""
    one = [(torch.eye(2, dtype=torch.float64), torch.zeros(2, dtype=torch.float64))]
    other = [(torch.eye(2, dtype=torch.float64), torch.tensor([0.0, 0.5], dtype=torch.float64))]
    x = torch.tensor([[1.0, 0.9], [1.0, 0.1]])
    assert largest_difference(one, other, x) == (0.5, 1)
