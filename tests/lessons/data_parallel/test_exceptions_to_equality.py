"""The four cases in which workers differ from one: each without its cause is no case."""

import torch
from torch import nn

from lessons.data_parallel import average_gradients
from lessons.data_parallel.digit_network import first_theta, gradient
from lessons.data_parallel.exceptions_to_equality import (
    all_cases,
    batch_of,
    difference,
    plain_mean,
    with_layer,
    with_sizes,
)


def test_a_layer_without_statistics_or_chance_makes_no_difference():
    """Catches a difference that comes from the measurement and not from the layer."""
    for layer in (nn.Identity, lambda width: nn.Dropout(0.0), nn.LayerNorm):
        assert with_layer(layer, average_gradients, 0) < 1e-5
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    assert with_layer(lambda width: nn.Dropout(0.5), average_gradients, 0) > 0.1
    assert torch.equal(torch.random.get_rng_state(), before), "the learner's chance is left alone"


def test_the_plain_mean_is_wrong_by_its_closed_form():
    """Catches equal shards in the case of unequal ones: with 2/3 and 1/3 the error is (g2 - g1)/6."""
    rows, theta = batch_of(1), first_theta(1)
    one, two = gradient(theta, rows[:32]), gradient(theta, rows[32:])
    whole = gradient(theta, rows)
    expected = float(((two - one) / 6).abs().max() / whole.abs().max())
    assert abs(with_sizes(plain_mean, (32, 16), 1) - expected) < 1e-4
    assert with_sizes(plain_mean, (24, 24), 1) < 1e-5


def test_all_cases_are_told_apart():
    """Catches a case under another one's name, for the three seeds that the text shows."""
    for seed in (0, 1, 2):
        equal_sizes, weighted, plain, norm, dropout, summed = all_cases(average_gradients, seed).values()
        assert max(equal_sizes, weighted) < 1e-5
        assert min(plain, norm, dropout) > 0.1
        assert abs(summed - 1) < 1e-4
    assert difference(torch.tensor([3.0, -1.0]), torch.tensor([1.0, -4.0])) == 0.75
