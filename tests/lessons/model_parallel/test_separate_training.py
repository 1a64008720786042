"""Parts that are trained apart: what each of them sees, and what moves."""

import pytest
import torch

from lessons.data import Dataset
from lessons.model_parallel import layer_claims, separate_training
from lessons.model_parallel.cut_network import cut_after
from lessons.model_parallel.separate_training import FROZEN, OWN_HEAD, TOGETHER, Joined, trained_apart
from lessons.training import accuracy, mlp


@pytest.fixture(scope="module")
def small():
    """Four classes that a line separates, with the network's 784 pixels."""
    generator = torch.Generator().manual_seed(0)
    y = torch.arange(1000) % 4
    x = torch.randn(1000, 784, generator=generator) * 0.3
    x[torch.arange(1000), y] += 4
    return Dataset(x[:800], y[:800], x[800:], y[800:], tuple("abcd"))


@pytest.fixture(scope="module")
def apart(small):
    return trained_apart(small, 0)


def test_each_part_learns_before_they_are_joined(apart):
    """Catches a part that is not trained at all, which would make joining look bad for nothing."""
    assert set(apart) == {TOGETHER, OWN_HEAD, FROZEN}
    assert min(apart[OWN_HEAD].front, apart[OWN_HEAD].back, apart[TOGETHER].whole) > 60


def test_joining_is_measured_on_the_joined_network(apart):
    """Catches the number before joining shown as the one after."""
    assert apart[TOGETHER].front == apart[TOGETHER].whole
    assert apart[FROZEN].back == apart[OWN_HEAD].back
    assert apart[FROZEN].whole != apart[FROZEN].front


def test_the_front_does_not_move_while_the_back_learns(small):
    """Catches a gradient that reaches the other worker's part."""
    front, back = cut_after(mlp(separate_training.WIDTHS, 0), [0])
    before = [p.clone() for p in front.parameters()]
    score = separate_training.fit_behind(front, back, small, 0)
    assert all(torch.equal(a, b) for a, b in zip(before, front.parameters(), strict=True))
    whole = torch.nn.Sequential(front, back)
    assert score == accuracy(whole, small.x_test, small.y_test)


def test_the_claims_can_fail():
    """Catches a claim that holds whatever was measured."""
    good = {name: Joined(80.0, 80.0, 80.0) for name in (TOGETHER, OWN_HEAD, FROZEN)}
    bad = {TOGETHER: Joined(80.0, 80.0, 80.0), OWN_HEAD: Joined(80.0, 80.0, 70.0),
           FROZEN: Joined(60.0, 80.0, 30.0)}
    assert not any(holds for _, holds in layer_claims.about_training_apart([bad, bad, good]))
    assert all(holds for _, holds in layer_claims.about_training_apart([bad]))


def test_the_other_claims_hold():
    """Catches a sentence of the notebook about timetables, partitions and memory that is not so."""
    found = [*layer_claims.about_memory(), *layer_claims.about_the_timetables(),
             *layer_claims.about_the_partition()]
    assert len(found) == 11 and all(holds for _, holds in found)
