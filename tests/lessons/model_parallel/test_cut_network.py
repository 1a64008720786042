"""A network cut after its layers: the same numbers, and only values cross."""

import pytest
import torch
import torch.nn.functional as F

from lessons.model_parallel.cut_network import (
    compare_with_uncut,
    copied,
    cut_after,
    gradients,
    joined,
    one_step,
    sent,
    train_parts,
)
from lessons.training import mlp

WIDTHS = [6, 5, 4, 3]
X = torch.randn(64, 6, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(64) % 3


def test_the_parts_hold_the_layers_in_order():
    """Catches a cut one layer too late, an order of cuts that matters, a ReLU that is lost."""
    parts = cut_after(mlp(WIDTHS, 0), [1, 0])
    assert [[type(m).__name__ for m in part] for part in parts] == [
        ["Linear", "ReLU"], ["Linear", "ReLU"], ["Linear"]]
    assert torch.equal(joined(parts)(X), mlp(WIDTHS, 0)(X))


@pytest.mark.parametrize("cuts", [[2], [-1], [0, 0]])
def test_a_cut_that_cannot_be_made_is_refused(cuts):
    """Catches an empty part that makes a worker without layers."""
    with pytest.raises(ValueError, match="切れません"):
        cut_after(mlp(WIDTHS, 0), cuts)


def test_parts_share_nothing_with_the_network():
    """Catches a part whose training changes the network it was cut from."""
    model = mlp(WIDTHS, 0)
    with torch.no_grad():
        next(cut_after(model, [0])[0].parameters()).zero_()
    assert torch.equal(next(model.parameters()), next(mlp(WIDTHS, 0).parameters()))


def test_what_arrives_knows_nothing_of_its_past():
    """Catches a graph that runs through the cut, so that nothing would have to be sent back."""
    weight = torch.ones(2, requires_grad=True)
    copy = sent(weight * 3)
    copy.sum().backward()
    assert weight.grad is None and torch.equal(copy.grad, torch.ones(2))


@pytest.mark.parametrize("cuts", [[0], [1], [0, 1]])
def test_gradients_are_those_of_plain_autograd(cuts):
    """Catches a part whose gradient is missing, scaled or belongs to another part."""
    whole, parts = mlp(WIDTHS, 1), cut_after(mlp(WIDTHS, 1), cuts)
    F.cross_entropy(whole(X), LABELS).backward()
    step = one_step(parts, X, LABELS)
    assert all(torch.equal(a, b) for a, b in zip(gradients(whole), gradients(joined(parts)), strict=True))
    assert torch.equal(step.logits, whole(X))
    values = sum(WIDTHS[cut + 1] for cut in cuts)
    assert step.forward_bytes == step.backward_bytes == 64 * values * 4


def test_a_difference_would_be_seen(monkeypatch):
    """Catches a comparison that cannot fail: here what is sent loses its last bit."""
    rounded = lambda t: t.detach().bfloat16().float().requires_grad_()  # noqa: E731
    assert compare_with_uncut(mlp(WIDTHS, 0), [0], X, LABELS).gradient_gap == 0
    monkeypatch.setattr("lessons.model_parallel.cut_network.sent", rounded)
    found = compare_with_uncut(mlp(WIDTHS, 0), [0], X, LABELS)
    assert found.gradient_gap > 0 and found.output_gap > 0


def test_training_in_parts_is_training():
    """Catches a worker that does not update, or forgets to clear its gradients: the plain loop agrees."""
    parts, plain = cut_after(mlp(WIDTHS, 2), [0]), copied(mlp(WIDTHS, 2))
    train_parts(parts, X, LABELS, steps=3, lr=0.1)
    optimizer = torch.optim.SGD(plain.parameters(), 0.1, momentum=0.9)
    for _ in range(3):
        optimizer.zero_grad()
        F.cross_entropy(plain(X), LABELS).backward()
        optimizer.step()
    assert all(torch.equal(a, b) for a, b in zip(joined(parts).parameters(), plain.parameters(), strict=True))
