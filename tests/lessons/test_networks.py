"""A bundle of networks is its members one by one, in every value, gradient and step."""

import math

import pytest
import torch
import torch.nn.functional as F

from lessons.networks import Networks, accuracies, fit, logits_of_all, mean_and_sd
from lessons.training import linear_layers, mlp

WIDTHS, SEEDS, EXAMPLES = [6, 5, 4, 3], [3, 0, 7], 150  # 150 rows: batches of 64, 64 and 22


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


X = torch.randn(EXAMPLES, 6, generator=seeded()).double()
Y = torch.randint(3, (EXAMPLES,), generator=seeded(1))


def bundle(seeds: list[int] = SEEDS) -> Networks:
    """In float64, so that two orders of summation agree to many digits."""
    return Networks(WIDTHS, seeds).double()


def cross_entropy_of(networks: Networks):
    def loss(rows):
        logits = networks(X[rows])
        return sum(F.cross_entropy(z, y) for z, y in zip(logits, Y[rows], strict=True))
    return loss


def trained(seeds: list[int] = SEEDS, steps: int = 7, **options) -> Networks:
    networks = bundle(seeds)
    fit(networks, EXAMPLES, cross_entropy_of(networks), steps=steps, lr=0.02, **options)
    return networks


def test_a_bundle_equals_its_members():
    """Catches a transposed weight, a bias of another member, a ReLU after the last layer."""
    networks, x = bundle(), torch.randn(3, 8, 6, generator=seeded(2)).double()
    for logits, images, seed in zip(networks(x), x, SEEDS, strict=True):
        torch.testing.assert_close(logits, mlp(WIDTHS, seed).double()(images))
    assert bool((networks(x) < 0).any())


def test_each_gradient_is_that_of_the_member_alone():
    """Catches a loss that is divided by the number of members, and gradients that mix them."""
    networks, rows = bundle(), torch.randint(EXAMPLES, (3, 8), generator=seeded(3))
    cross_entropy_of(networks)(rows).backward()
    for index, seed in enumerate(SEEDS):
        alone = mlp(WIDTHS, seed).double()
        F.cross_entropy(alone(X[rows[index]]), Y[rows[index]]).backward()
        for layer, weight, bias in zip(
                linear_layers(alone), networks.weights, networks.biases, strict=True):
            torch.testing.assert_close(weight.grad[index].T, layer.weight.grad)
            torch.testing.assert_close(bias.grad[index, 0], layer.bias.grad)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_forward_stops_after_the_relu_of_the_layer(layers):
    """Catches a stop before the ReLU or one layer too late, and a ReLU on the output."""
    x = torch.randn(3, 8, 6, generator=seeded(2)).double()
    for values, images, seed in zip(bundle()(x, layers=layers), x, SEEDS, strict=True):
        torch.testing.assert_close(values, mlp(WIDTHS, seed).double()[:2 * layers](images))


def test_a_member_taken_out_gives_the_same_logits():
    """Catches the initial weights of its seed, another member, and memory that is shared."""
    networks = trained()
    logits = logits_of_all(networks, X)
    for index in range(3):
        one = networks.network(index).double()
        torch.testing.assert_close(one(X).detach(), logits[index], rtol=1e-4, atol=1e-5)
        torch.nn.init.zeros_(one[0].weight)
    assert torch.equal(logits_of_all(networks, X), logits)


@pytest.mark.parametrize("options", [
    {"rule": torch.optim.Adam}, {"rule": torch.optim.SGD, "momentum": 0.9}])
def test_each_member_is_trained_as_if_alone(options):
    """Catches an order of rows that the members share, and a step that depends on the others.

    The reference trains one ordinary network with its own loop and torch's global seed elsewhere.
    """
    together = trained(**options)
    for index, seed in enumerate(SEEDS):
        torch.manual_seed(index)
        single, alone = trained([seed], **options), mlp(WIDTHS, seed).double()
        settings = {name: value for name, value in options.items() if name != "rule"}
        optimizer = options["rule"](alone.parameters(), lr=0.02, **settings)
        generator, step = seeded(seed), 0
        while step < 7:
            for rows in torch.randperm(EXAMPLES, generator=generator).split(64)[:7 - step]:
                optimizer.param_groups[0]["lr"] = 0.01 * (1 + math.cos(math.pi * step / 7))
                optimizer.zero_grad()
                F.cross_entropy(alone(X[rows]), Y[rows]).backward()
                optimizer.step()
                step += 1
        for k, layer in enumerate(linear_layers(alone)):
            torch.testing.assert_close(together.weights[k][index], single.weights[k][0])
            torch.testing.assert_close(together.biases[k][index], single.biases[k][0])
            torch.testing.assert_close(together.weights[k][index].T, layer.weight)
            torch.testing.assert_close(together.biases[k][index, 0], layer.bias)


def test_training_follows_the_seeds_alone():
    """Catches a hidden random state, and one that is moved for whoever comes next."""
    first = trained()
    torch.manual_seed(5)
    state = torch.get_rng_state()
    second = trained()
    assert torch.equal(torch.get_rng_state(), state)
    for a, b in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


def test_each_epoch_visits_every_row_once():
    """Catches drawing with replacement, a lost last batch, and one order for all or for ever."""
    networks, seen = bundle(), []

    def loss(rows):
        seen.append(rows)
        return networks.weights[0].sum()

    fit(networks, EXAMPLES, loss, steps=7, lr=0.01)
    assert [tuple(rows.shape) for rows in seen] == [(3, 64), (3, 64), (3, 22)] * 2 + [(3, 64)]
    assert all(rows.dtype == torch.int64 for rows in seen)
    orders = [order for epoch in (seen[:3], seen[3:6]) for order in torch.cat(epoch, dim=1)]
    for order in orders:
        assert sorted(order.tolist()) == list(range(EXAMPLES))
    assert len({tuple(order.tolist()) for order in orders}) == 6


def test_the_learning_rate_falls_to_zero_along_a_cosine():
    """Catches a rate that starts or ends elsewhere, options that are lost, a gradient that piles
    up, and steps that are counted from 0 or before the update.

    The loss is the sum of the first weights: the gradient is 1, so that each step is the rate.
    """
    networks, lr, steps = bundle(), 0.25, 8
    values, told = [networks.weights[0].detach().clone()], []

    def watch(watched, step):
        assert watched is networks
        told.append(step)
        values.append(networks.weights[0].detach().clone())

    fit(networks, EXAMPLES, lambda rows: networks.weights[0].sum(), steps=steps, lr=lr,
        rule=torch.optim.SGD, after_step=watch)
    assert told == list(range(1, steps + 1))
    for k, (before, after) in enumerate(zip(values, values[1:], strict=False)):
        rate = lr * (1 + math.cos(math.pi * k / steps)) / 2
        torch.testing.assert_close(before - after, torch.full_like(before, rate))
    assert rate < 0.04 * lr  # and one step later it would be 0


def test_a_watcher_may_evaluate_between_the_steps():
    """Catches an evaluation that changes what is trained."""
    watched, unwatched = trained(after_step=lambda n, _: logits_of_all(n, X)), trained()
    assert torch.equal(logits_of_all(watched, X), logits_of_all(unwatched, X))


def test_logits_of_all_have_no_gradient():
    """Catches logits that hold on to the graph, and members that see different rows."""
    networks = bundle()
    logits = logits_of_all(networks, X)
    assert logits.shape == (3, EXAMPLES, 3) and not logits.requires_grad
    torch.testing.assert_close(logits[1], mlp(WIDTHS, SEEDS[1]).double()(X).detach())


def test_accuracies_are_counted_for_each_member():
    """Catches a mean over the members, a share for a percentage, another member's order."""
    found = accuracies(trained(steps=40), X, Y)
    expected = []
    for logits in logits_of_all(trained(steps=40), X).tolist():
        hits = [z.index(max(z)) == y for z, y in zip(logits, Y.tolist(), strict=True)]
        expected.append(100 * sum(hits) / EXAMPLES)
    assert found == pytest.approx(expected) and len(set(found)) > 1
    assert all(type(value) is float for value in found)


@pytest.mark.parametrize("values", [[80.0, 90.0, 85.5], [10.0, 10.0], [97.3, 92.1, 91.6, 99.9]])
def test_mean_and_deviation_are_those_of_the_values(values):
    """Catches a deviation divided by n, a variance, and another number of digits."""
    mean = sum(values) / len(values)
    deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))
    assert mean_and_sd(values) == f"{mean:.1f} ± {deviation:.1f}"
