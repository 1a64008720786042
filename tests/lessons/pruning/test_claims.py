"""The section's claims: from the numbers given, and each of them can fail."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from lessons.pruning import claims, pruned_percent
from lessons.pruning.network import IterativeResult, PruningResult, weights
from lessons.pruning.published import recomputed_totals
from lessons.training import mlp

RESULTS = [PruningResult(1.5, (), 89.1, 63.8, 83.8), PruningResult(2.6, (), 98.7, 41.2, 70.6)]
ITERATIVE = IterativeResult((replace(RESULTS[0], accuracy_after=82.0),), 10.0, 70.0)
UPDATES = {0: 63.8, 20: 82.5}


def failing(found) -> list[int]:
    return [i for i, (_, holds) in enumerate(found) if not holds]


def masks_of(*percents: float) -> list[torch.Tensor]:
    """One mask of a thousand for each percentage that is cut."""
    return [torch.arange(1000) >= 10 * percent for percent in percents]


@pytest.mark.parametrize("fixed, fails", [
    ((99.5, 98, 60), []), ((98, 98, 60), [0]), ((99.5, 98, 75), [0])])
def test_thresholds(dense, fixed, fails):
    """Catches a claim that holds whatever is cut."""
    assert failing(claims.about_thresholds({0: dense}, masks_of(*fixed))) == fails


def test_weights_that_forgot_their_start_are_noticed(dense):
    """Catches a correlation with itself, or a share of normal weights that is not measured."""
    fixed = masks_of(99.5, 98, 60)
    assert failing(claims.about_thresholds({1: dense}, fixed)) == [1]  # another seed's start
    with torch.no_grad():
        spoilt = mlp([784, 300, 100, 10], 0)
        for weight in weights(spoilt):
            weight.sign_()  # all of one size: alpha 1 cuts none or all
    assert 2 in failing(claims.about_thresholds({0: spoilt}, fixed))


@pytest.mark.parametrize("changes, fails", [
    ({}, []),
    ({"sweeps": [[replace(RESULTS[0], accuracy_before=75.0), RESULTS[1]]]}, [0]),
    ({"sweeps": [[replace(RESULTS[0], accuracy_after=81.0), RESULTS[1]]]}, [1]),
    ({"sweeps": [[RESULTS[0], replace(RESULTS[1], accuracy_after=80.0)]]}, [2]),
    ({"updates": {0: 75.0, 20: 82.0}}, [3]),
    ({"revived": 1}, [3]),
    ({"iterative": [ITERATIVE, replace(ITERATIVE, one_shot_after=78.0)]}, [4]),
])  # fmt: skip
def test_retraining(changes, fails):
    """Catches a claim of every seed that looks at one, or that holds whatever is measured."""
    given = {"sweeps": [RESULTS], "dense": [84.5], "updates": UPDATES, "revived": 0,
             "iterative": [ITERATIVE]} | changes
    if "sweeps" in changes:
        given |= {"sweeps": [RESULTS, *changes["sweeps"]], "dense": [84.5, 84.5]}
    assert failing(claims.about_retraining(**given)) == fails


def test_the_table(dense):
    """Catches a claim about 14 rows that looks at fewer, or about every network that looks at one."""
    totals = recomputed_totals(pruned_percent)
    assert failing(claims.about_the_table({0: dense}, totals)) == []
    off = [*totals[:-1], replace(totals[-1], counted=totals[-1].published + 0.006)]
    assert failing(claims.about_the_table({0: dense}, off)) == [0]
    assert failing(claims.about_the_table({0: dense}, totals[:-1])) == [0]
    untrained = mlp([784, 300, 100, 10], 0)  # even weights: alpha 2 cuts all of every layer
    assert failing(claims.about_the_table({0: dense, 1: untrained}, totals)) == [2]


def cut(**changes) -> SimpleNamespace:
    values = dict(dead=[torch.arange(300) < 40, torch.arange(100) < 20], difference=1e-15, changed=0,
                  products=266_200, percent=89.0)
    return SimpleNamespace(**values | changes)


SMALL, MOST = cut(products=200_000), cut(products=130_000, percent=98.0)


@pytest.mark.parametrize("given, fails", [
    ((cut(), SMALL, MOST), []),
    ((cut(dead=[torch.arange(300) < 20, torch.arange(100) < 20]), SMALL, MOST), [0]),
    ((cut(), cut(products=200_000, difference=1e-6), MOST), [1]),
    ((cut(), cut(products=200_000, changed=1), MOST), [1]),
    ((cut(), cut(), MOST), [1]),
    ((cut(), SMALL, cut(products=60_000, percent=98.0)), [2]),
    ((cut(), SMALL, cut(products=130_000, percent=90.0)), [2]),
])  # fmt: skip
def test_removal(given, fails):
    """Catches a claim that holds whatever was removed."""
    assert failing(claims.about_removal(*given)) == fails


def at_90(neurons=83.0, scratch=84.0, zeros=0.95, hidden=30):
    """A result of 9 of 10 weights removed."""
    connections = mlp([784, 300, 100, 10], 0)
    for weight in connections.parameters():
        flat = weight.detach().flatten()
        weight.data.view(-1)[: int(zeros * flat.numel())] = 0
    small = mlp([784, hidden, 20, 10], 0)
    return SimpleNamespace(
        connections=connections, neurons=small, connections_after=84.5, neurons_after=neurons,
        scratch=scratch,
    )  # fmt: skip


@pytest.mark.parametrize("changes, fails", [
    ({}, []), ({"hidden": 60}, [0]), ({"zeros": 0.5}, [1]), ({"neurons": 84.6}, [2]),
    ({"scratch": 80.0}, [3])])
def test_size(changes, fails):
    """Catches a claim of every seed that looks at the first."""
    assert failing(claims.about_size({90: [at_90(), at_90(**changes)]})) == fails
