"""Training: determinism, its schedule, masks that hold, and the clock."""

import copy
import math
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from lessons.data import digits
from lessons.pruning.network import threshold_masks, weights
from lessons.training import (
    accuracy,
    apply_masks,
    linear_layers,
    milliseconds_side_by_side,
    mlp,
    sgd_step,
    train,
)


def trained_on_digits(seed: int, after_step=None, model=None, epochs=2) -> nn.Sequential:
    d = digits()
    model = mlp([64, 16, 10], seed=1) if model is None else model
    train(model, d.x_train, d.y_train, epochs=epochs, lr=0.05, weight_decay=1e-3,
          generator=torch.Generator().manual_seed(seed), after_step=after_step)
    return model


def same_weights(a: nn.Module, b: nn.Module) -> bool:
    return all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters(), strict=True))


def test_mlp_has_the_widths_and_torchs_initial_range():
    """Catches a ReLU after the last layer, and a range that is not that of nn.Linear."""
    model = mlp([40, 30, 20], seed=0)
    assert [type(layer) for layer in model] == [nn.Linear, nn.ReLU, nn.Linear]
    assert [(layer.in_features, layer.out_features) for layer in linear_layers(model)] == [
        (40, 30), (30, 20)]
    for layer in linear_layers(model):
        bound = 1 / math.sqrt(layer.in_features)
        assert 0.9 * bound < layer.weight.max() <= bound
        assert -bound <= layer.weight.min() < -0.9 * bound
        assert layer.bias.abs().max() <= bound
    with pytest.raises(ValueError, match=r"\[40\]"):
        mlp([40], seed=0)


def test_seed_alone_decides_and_the_global_generator_is_left_alone():
    """Catches numbers drawn from torch's global generator."""
    state = torch.random.get_rng_state()
    first = trained_on_digits(seed=3)
    assert torch.equal(state, torch.random.get_rng_state())
    torch.rand(7)
    assert same_weights(first, trained_on_digits(seed=3))
    assert not same_weights(first, trained_on_digits(seed=4))
    assert not same_weights(mlp([4, 3], seed=0), mlp([4, 3], seed=1))


def test_training_learns_the_digits():
    """Catches a loss that does not fall: chance is 10 %, 97 % was measured."""
    d = digits()
    model = trained_on_digits(seed=0, epochs=10)
    assert accuracy(model, d.x_test, d.y_test) > 90


def test_learning_rate_falls_as_a_cosine_to_zero(monkeypatch):
    """Catches a schedule counted in epochs: the rate must change at every step and end at 0."""
    rates = []
    step = torch.optim.SGD.step

    def recording_step(self, *args, **kwargs):
        rates.append(self.param_groups[0]["lr"])
        return step(self, *args, **kwargs)

    monkeypatch.setattr(torch.optim.SGD, "step", recording_step)
    trained_on_digits(seed=0)
    n = 2 * math.ceil(1257 / 64)
    expected = [0.05 * (1 + math.cos(math.pi * t / n)) / 2 for t in range(n)]
    assert rates == pytest.approx(expected, abs=1e-9)


def test_accuracy_counts_in_percent():
    """Catches a share instead of a percentage, and a model left in training mode."""
    model = nn.Sequential(nn.Identity(), nn.Dropout(0.9)).train()
    x = torch.eye(4) + 1
    assert accuracy(model, x, torch.tensor([0, 1, 2, 0])) == 75.0
    assert type(accuracy(model, x, torch.arange(4))) is float


def test_masks_hold_exactly_while_momentum_pushes():
    """Catches cut connections that come back, and kept ones that do not move."""
    model = trained_on_digits(seed=0)
    masks = threshold_masks(model, 1.0)
    apply_masks(model, masks)
    before = copy.deepcopy(model)
    trained_on_digits(1, partial(apply_masks, model, masks), model)
    for old, new, mask in zip(weights(before), weights(model), masks, strict=True):
        assert (new[~mask] == 0).all()
        assert (new[mask] != old[mask]).float().mean() > 0.5
    with pytest.raises(ValueError):
        apply_masks(model, masks[:1])


def test_fastest_round_is_reported_for_each_call(monkeypatch):
    """Catches a mean or a last value instead of the minimum, seconds for milliseconds, and
    rounds that are not interleaved. The clock is the test's own: nothing depends on time."""
    order, now = [], 0.0
    costs = {"a": iter([9.0, 2.0, 3.0, 4.0]), "b": iter([8.0, 7.0, 5.0, 6.0])}

    def call(name):
        nonlocal now
        order.append(name)
        now += next(costs[name])

    monkeypatch.setattr("lessons.training.time.perf_counter", lambda: now)
    result = milliseconds_side_by_side({name: partial(call, name) for name in "ab"}, rounds=3)
    assert result == {"a": 2000.0, "b": 5000.0}
    assert order == list("abababab")


def test_plain_step_is_torch_sgd():
    """Catches a step up the slope, a lost learning rate, and gradients that add up over the steps."""
    ours, theirs = mlp([5, 4, 3], seed=1), mlp([5, 4, 3], seed=1)
    optimizer = torch.optim.SGD(theirs.parameters(), 0.3)
    x, y = torch.randn(6, 5, generator=torch.Generator().manual_seed(0)), torch.arange(6) % 3
    for _ in range(3):
        for model in (ours, theirs):
            F.cross_entropy(model(x), y).backward()
        sgd_step(ours, 0.3)
        optimizer.step()
        optimizer.zero_grad()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-6, atol=1e-7)
