"""Training and whole-network pruning: determinism, masks, and the direction of every effect.

The effects are tested with wide margins, never by digits: floats differ between machines.
"""

import copy
import math
from functools import partial

import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from lessons.data import digits, fashion_mnist
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
from lessons.pruning.network import (
    WIDTHS,
    dense_network,
    iterative_against_one_shot,
    magnitude_masks,
    prune_and_retrain,
    sweep,
    threshold_masks,
    weights,
)
from lessons.training import (
    accuracy,
    apply_masks,
    linear_layers,
    milliseconds_side_by_side,
    mlp,
    train,
)


@pytest.fixture(scope="module")
def fashion():
    return fashion_mnist()


@pytest.fixture(scope="module")
def dense(fashion):
    return dense_network(fashion, seed=0)


@pytest.fixture(scope="module")
def swept(dense, fashion):
    return sweep(dense, fashion, [0.5, 1.0, 2.6], seed=0)


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


def test_magnitude_masks_cut_the_given_number_of_smallest():
    """Catches a cut of the largest, or of a share of the whole network."""
    model = mlp([12, 9, 4], seed=0)
    for w, mask, cut in zip(weights(model), magnitude_masks(model, [50, 7]), (50, 7), strict=True):
        assert int((~mask).sum()) == cut
        assert w[~mask].abs().max() < w[mask].abs().min()


def test_earlier_cuts_stay_cut():
    """Catches a second round that revives connections: with alpha 0 every |w| passes."""
    model = mlp([12, 9, 4], seed=0)
    first = threshold_masks(model, 1.0)
    apply_masks(model, first)
    second = threshold_masks(model, 0.0)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_retraining_recovers_the_accuracy(dense, fashion):
    """Catches retraining that does nothing (measured: 64 % to 84 % at alpha 1.5)."""
    untouched = copy.deepcopy(dense)
    whole = accuracy(dense, fashion.x_test, fashion.y_test)
    pruned, result = prune_and_retrain(dense, fashion, 1.5, seed=0)
    assert whole > 80
    assert result.accuracy_after - result.accuracy_before >= 15
    assert result.accuracy_after > whole - 2
    assert result.accuracy_after == accuracy(pruned, fashion.x_test, fashion.y_test)
    assert same_weights(dense, untouched)
    cut = [~mask for mask in threshold_masks(dense, 1.5)]
    for i, (w, gone) in enumerate(zip(weights(pruned), cut, strict=True)):
        assert torch.equal(w == 0, gone)
        assert result.layer_percent[i] == pytest.approx(100 * int(gone.sum()) / gone.numel())
    gone, size = (sum(f(c) for c in cut) for f in (torch.sum, torch.numel))
    assert result.total_percent == pytest.approx(100 * int(gone) / size)


def test_a_threshold_kept_on_cuts_more(dense, fashion, swept):
    """Catches an option that changes nothing (measured: 68 % to 72 % at alpha 1), and a
    threshold that is computed anew from weights which are already cut."""
    once = swept[1]
    kept_model, kept = prune_and_retrain(dense, fashion, 1.0, seed=0, keep_threshold=True)
    assert kept.total_percent > once.total_percent + 2
    assert kept.accuracy_before == once.accuracy_before
    for w, original in zip(weights(kept_model), weights(dense), strict=True):
        assert w[w != 0].abs().min() >= original.std(correction=0) * 0.9999


def test_a_larger_alpha_cuts_more_and_costs_accuracy(dense, fashion, swept):
    """Catches a sweep that starts each alpha from the network of the one before."""
    assert [r.alpha for r in swept] == [0.5, 1.0, 2.6]
    assert swept[0].total_percent < 45 < 95 < swept[-1].total_percent
    assert swept[0].accuracy_after > swept[-1].accuracy_after + 5
    for r in swept:
        cut = copy.deepcopy(dense)
        apply_masks(cut, threshold_masks(dense, r.alpha))
        assert r.accuracy_before == accuracy(cut, fashion.x_test, fashion.y_test)


def test_little_by_little_beats_one_shot(dense, fashion):
    """Catches a one-shot rival with another number of cuts (measured: 82 % against 58 %;
    other seeds 78 against 67 and 83 against 59)."""
    result = iterative_against_one_shot(dense, fashion, [1, 2, 4, 6], seed=0)
    shares = [step.total_percent for step in result.steps]
    assert shares == sorted(shares) and shares[-1] > 97
    assert result.one_shot_before < 30
    assert result.steps[-1].accuracy_after > result.one_shot_after + 5


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
    assert list(times) == ["元の密", "0 を含む密", "CSR", "小さい密"]
    assert all(ms > 0 for ms in times.values())
