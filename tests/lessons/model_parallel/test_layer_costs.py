"""VGG-16 in numbers, and its layers in groups."""

from itertools import combinations

import pytest
import torch
from torch import nn

from lessons.model_parallel import balanced_bottleneck
from lessons.model_parallel.layer_costs import (
    activation_bytes,
    best_groups,
    gflops,
    grouped,
    totals,
    vgg16,
)


def test_vgg16_has_the_published_number_of_weights():
    """Catches a wrong channel or image size: 138 M in all, known to the last weight without biases."""
    layers = vgg16(1)
    assert len(layers) == 16 and sum(cost.weights for cost in layers.values()) == 138_344_128


def test_a_layer_counts_like_torch():
    """Catches FLOP or activations of another image size: the second convolution, run on meta tensors."""
    cost = list(vgg16(2).values())[1]
    x = torch.empty(2, 64, 224, 224, device="meta")
    layer = nn.Conv2d(64, 64, 3, padding=1, bias=False, device="meta")
    assert cost.inputs == x.numel() and cost.outputs == layer(x).numel()
    assert cost.flops == 2 * layer.weight.numel() * 2 * 224 * 224
    assert gflops(2)[1] == pytest.approx(cost.flops / 1e9)


def test_groups_are_the_layers_between_the_cuts():
    """Catches a layer that belongs to two workers or to none, and cuts that must come in order."""
    assert grouped(5, [4, 2]) == [[0, 1], [2, 3], [4]]
    assert grouped(3, [0, 3]) == [[], [0, 1, 2], []]
    assert totals([1.0, 2.0, 4.0], [[0, 2], [], [1]]) == [5.0, 0, 2.0]


@pytest.mark.parametrize("costs", [[3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0], [7.0], gflops(64)])
def test_the_best_groups_are_as_good_as_any(costs):
    """Catches a filling that needs one worker more, or misses the smallest maximum."""
    for workers in (1, 2, 3, 4):
        groups = best_groups(costs, workers, balanced_bottleneck)
        assert sum(groups, []) == list(range(len(costs))) and len(groups) == workers
        ways = combinations(range(len(costs) + 1), workers - 1) if len(costs) > 1 else [()] * 1
        best = min(max(totals(costs, grouped(len(costs), list(cuts)))) for cuts in ways)
        assert max(totals(costs, groups)) == pytest.approx(best)


def test_what_is_kept_is_each_layers_input():
    """Catches outputs for inputs: the first layer keeps the picture, three channels."""
    first, rest = activation_bytes(8, grouped(16, [1]))
    assert first == 8 * 3 * 224 * 224 * 4
    assert rest == sum(4 * cost.inputs for cost in list(vgg16(8).values())[1:])
