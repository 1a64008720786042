"""The traffic of a cut against the tensors that really cross it."""

import pytest
import torch
from module_gate import public_functions
from torch import nn

from lessons.model_parallel import cut_traffic, layer_cut


def crossing_bytes(network: nn.Sequential, cuts: list[int], x: torch.Tensor) -> int:
    """Send x through and its gradient back; count what crosses with torch's own sizes."""
    crossed = []
    for index, layer in enumerate(network):
        x = layer(x)
        if index in cuts:
            crossed.append(x)
            x.retain_grad()
    x.square().sum().backward()
    return sum(t.nbytes + t.grad.nbytes for t in crossed)


@pytest.mark.parametrize("cuts", [[], [0], [2, 0], [1, 2, 0]])
@pytest.mark.parametrize("dtype, size", [(torch.float32, 4), (torch.float64, 8)])
def test_traffic_is_what_crosses_a_real_network(cuts, dtype, size):
    """Catches a forgotten gradient, a width read beside the cut, and a sum over all layers."""
    inputs, widths = 6, [5, 11, 3, 7]
    layers = [nn.Linear(i, o, dtype=dtype) for i, o in zip([inputs, *widths], widths, strict=False)]
    x = torch.ones(9, inputs, dtype=dtype)
    assert cut_traffic(widths, cuts, 9, size) == crossing_bytes(nn.Sequential(*layers), cuts, x)


@pytest.mark.parametrize("cuts", [[3], [-1], [0, 0], [1, 7]])
def test_a_cut_that_cannot_be_is_refused(cuts):
    """Catches a cut after the last layer, where nothing crosses, and one that is counted twice."""
    with pytest.raises(ValueError, match="切れない番号か同じ番号"):
        cut_traffic([5, 6, 7, 8], cuts, 1, 4)


def test_this_module_offers_its_exercise():
    """Catches a function without a test of its own."""
    assert public_functions(layer_cut) == {"cut_traffic"}
