"""Masks against torch.nn.utils.prune, SciPy, closed forms and plain loops."""

import math

import pytest
import scipy.sparse
import scipy.stats
import torch
import torch.nn.functional as F
from module_gate import public_functions
from torch import nn
from torch.nn.utils import prune

from lessons.data import caffenet_table
from lessons.pruning import (
    gaussian_pruned_percent,
    masked_sgd_step,
    masks,
    pick_alpha,
    pruned_percent,
    threshold_mask,
)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("shape", [(7,), (5, 6), (2, 3, 4, 5)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_threshold_mask_equals_a_plain_loop(shape, dtype):
    """Catches division by n-1, and a sigma about zero instead of about the mean."""
    weight = torch.randn(shape, generator=seeded(), dtype=dtype) + 0.5
    values = weight.double().flatten().tolist()
    mean = sum(values) / len(values)
    sigma = math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))
    for alpha in (0.3, 1.0, 1.7):
        expected = torch.tensor([abs(v) >= alpha * sigma for v in values]).reshape(shape)
        assert torch.equal(threshold_mask(weight, alpha), expected)


def test_threshold_mask_divides_by_n():
    """Catches torch's default of dividing by n-1: sigma is exactly 1 here, so the ties stay."""
    weight = torch.tensor([1.0, -1.0, 1.0, -1.0])
    assert threshold_mask(weight, 1.0).all()
    assert not threshold_mask(weight, 1.0001).any()


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0])
def test_threshold_mask_equals_l1_unstructured(alpha):
    """Catches a mask that cuts other weights than torch does for the same number of cuts."""
    layer = nn.Linear(40, 30)
    layer.weight.data = torch.randn(30, 40, generator=seeded())
    mask = threshold_mask(layer.weight.detach(), alpha)
    prune.l1_unstructured(layer, "weight", amount=int((~mask).sum()))
    assert torch.equal(mask, layer.weight_mask.bool())


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0, 1.96, 2.6])
def test_gaussian_percent_equals_scipy(alpha):
    """Catches a one-sided probability and a missing square root of two."""
    two_sided = 100 * (scipy.stats.norm.cdf(alpha) - scipy.stats.norm.cdf(-alpha))
    assert gaussian_pruned_percent(alpha) == pytest.approx(two_sided, rel=1e-12, abs=1e-12)
    assert gaussian_pruned_percent(alpha) == pytest.approx(
        100 * scipy.special.erf(alpha / 2**0.5), rel=1e-12)


def test_masked_step_equals_torch_sgd_on_a_pruned_layer():
    """Catches a step in the wrong direction or a mask that is applied to the wrong side."""
    layer = nn.Linear(6, 4)
    mask = torch.rand(4, 6, generator=seeded()) > 0.5
    prune.custom_from_mask(layer, "weight", mask)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.3)
    x, y = torch.randn(9, 6, generator=seeded(1)), torch.arange(9) % 4
    before = layer.weight_orig.detach().clone()
    F.cross_entropy(layer(x), y).backward()
    step = masked_sgd_step(before, layer.weight_orig.grad, mask, 0.3)
    optimizer.step()
    layer(x)  # recomputes layer.weight = weight_orig * mask
    torch.testing.assert_close(step, layer.weight.detach())


def test_masked_step_is_zero_where_cut_whatever_stood_there():
    """Catches a cut connection that keeps its weight or takes its gradient, and a changed argument."""
    weight = torch.tensor([1e30, -2.0, 0.0, 3.0], dtype=torch.float64)
    gradient = torch.tensor([1.0, 1e30, -4.0, 1.0], dtype=torch.float64)
    mask = torch.tensor([False, False, False, True])
    kept = weight.clone()
    result = masked_sgd_step(weight, gradient, mask, 0.5)
    assert result.tolist() == [0.0, 0.0, 0.0, 2.5]
    assert result.dtype == torch.float64
    assert torch.equal(weight, kept)


def test_pick_alpha_on_the_published_table():
    """Catches a stop at the first failure: at 1.9 the table is below, at 2.0 above the limit."""
    rows = caffenet_table()[::-1]
    alphas, accuracies = [r.alpha for r in rows], [r.accuracy for r in rows]
    assert pick_alpha(alphas, accuracies, 91.66, 1.05) == 1.5
    assert pick_alpha(alphas, accuracies, 91.66, 2.15) == 2.0
    assert pick_alpha(alphas, accuracies, 99.0, 1.0) is None
    assert pick_alpha([0.5, 2.0], [75.0, 74.5], 75.0, 0.5) == 2.0


ILLEGAL = [
    (lambda: threshold_mask(torch.ones(3), -0.5), "α が負です: -0.5"),
    (lambda: threshold_mask(torch.ones(0, 3), 1.0), r"重みが空です: 形 \(0, 3\)"),
    (lambda: gaussian_pruned_percent(-2.0), "α が負です: -2.0"),
    (lambda: pruned_percent([]), "結合が 1 本もありません: マスク 0 個"),
    (lambda: masked_sgd_step(torch.ones(2), torch.ones(3), torch.ones(2).bool(), 0.1),
     r"形がそろいません: \[\(2,\), \(3,\), \(2,\)\]"),
    (lambda: masked_sgd_step(torch.ones(2), torch.ones(2), torch.ones(2).bool(), -0.1),
     "学習率が負です: -0.1"),
    (lambda: pick_alpha([1.0], [90.0, 80.0], 91.0, 1.0), "リストの長さが違います: 1, 2"),
    (lambda: pick_alpha([1.0], [90.0], 91.0, -1.0), "許す低下の幅が負です: -1.0"),
]


@pytest.mark.parametrize("call,message", ILLEGAL, ids=[message for _, message in ILLEGAL])
def test_illegal_values_are_named(call, message):
    """Catches an illegal value that passes silently or a message that does not name it."""
    with pytest.raises(ValueError, match=message):
        call()


def test_every_function_of_the_module_is_tested_here():
    """Catches a function that joins the module and is compared with nothing."""
    assert public_functions(masks) == {
        "threshold_mask", "gaussian_pruned_percent", "pruned_percent", "masked_sgd_step",
        "pick_alpha"}
