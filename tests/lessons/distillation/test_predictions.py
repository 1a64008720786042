"""Ensembles and biases: exact by plain loops, and what they bring with a margin."""

from statistics import mean

import pytest
import torch

from lessons.distillation.predictions import balancing_bias, ensemble_logits, percent, with_bias
from lessons.distillation.side_by_side import one_teacher_each
from lessons.distillation.students import SEEDS, taught
from lessons.networks import accuracies, logits_of_all

UNSEEN = 3


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_the_ensembles_logits_give_its_soft_targets(temperature):
    """Catches a mean of logits, a lost T, and probabilities of another temperature."""
    members = [4 * torch.randn(6, 10, generator=seeded(k)).double() for k in range(3)]
    expected = sum((z / temperature).softmax(dim=1) for z in members) / 3
    found = (ensemble_logits(members, temperature) / temperature).softmax(dim=1)
    torch.testing.assert_close(found, expected)


def test_the_ensembles_logits_are_made_by_the_targets_given():
    """Catches an answer of the learner that is asked for and not used."""
    members = [torch.randn(4, 10, generator=seeded(k)) for k in range(2)]
    found = ensemble_logits(members, 3.0, lambda logits, t: (logits[1] / t).softmax(dim=1))
    torch.testing.assert_close((found / 3).softmax(dim=1), (members[1] / 3).softmax(dim=1))


@pytest.mark.parametrize("shape", [(1, 10), (4, 37), (5, 200)])
def test_the_bias_is_the_smallest_step_that_reaches_the_share(shape):
    """Catches a step too many or too few, a bias below 0, and one that is no multiple of 0.1."""
    for seed in range(8):
        logits = 4 * torch.randn(*shape, 10, generator=seeded(seed))
        for share in (0.05, 0.1, 0.31, 0.5, 0.9):
            answered = [float((with_bias(logits, UNSEEN, step / 10) == UNSEEN).double().mean())
                        for step in range(400)]
            smallest = next(step for step, found in enumerate(answered) if found >= share)
            assert balancing_bias(logits, UNSEEN, share) == smallest / 10


def test_a_bias_moves_one_logit_and_leaves_the_argument():
    """Catches a bias on every class, and logits that are changed in place."""
    logits = torch.tensor([[[1.0, 2.0, 3.0], [5.0, 0.0, 1.0]]])
    before = logits.clone()
    assert with_bias(logits, 1, 0.0).tolist() == [[2, 0]]
    assert with_bias(logits, 1, 2.0).tolist() == [[1, 0]]
    assert with_bias(logits, 1, 5.5).tolist() == [[1, 1]]
    assert torch.equal(logits, before)
    assert balancing_bias(logits, 2, 0.5) == 0 and torch.equal(logits, before)


def test_percent_counts_what_is_true():
    """Catches a share between 0 and 1."""
    assert percent(torch.tensor([[True, False], [True, True]])) == 75.0


@pytest.mark.slow
def test_a_class_never_seen_is_learned_from_the_teacher(students, data):
    """Catches an omitted class that is not omitted, and a bias that mends what labels never told.

    Measured: 0 and 90 % of the threes, 18 and 94 % after the bias.
    """
    threes, found = data.y_test == UNSEEN, {}
    for name, temperature, alpha in (("labels", 1.0, 0.0), ("teacher", 4.0, 1.0)):
        networks = students(None, temperature, alpha, without=UNSEEN)
        bias = balancing_bias(logits_of_all(networks, data.x_train), UNSEEN, share=0.1)
        logits = logits_of_all(networks, data.x_test)
        found[name] = (bias, *(percent(with_bias(logits, UNSEEN, b)[:, threes] == UNSEEN)
                               for b in (0.0, bias)))
    labels, teacher = found["labels"], found["teacher"]
    assert labels[1] == 0
    assert teacher[1] >= 75 and teacher[2] >= 85
    assert labels[0] > teacher[0] and labels[2] < teacher[2] - 10


@pytest.mark.slow
def test_one_student_holds_what_an_ensemble_knows(data, train_logits):
    """Catches an ensemble of one, and a student that learns from one member all the same.

    Measured: members 91, ensemble 94, students of one member 91, of the ensemble 94 %.
    """
    members = taught(data, train_logits, 12, 1.0, 0.0, widths=[64, 64, 10])
    on_train, on_test = (list(logits_of_all(members, x)) for x in (data.x_train, data.x_test))
    together = percent(ensemble_logits(on_test, 1.0).argmax(dim=1) == data.y_test)
    from_one = mean(accuracies(one_teacher_each(data, on_train, 4.0), data.x_test, data.y_test))
    from_all = mean(accuracies(taught(data, ensemble_logits(on_train, 4.0), None, 4.0, 1.0,
                                      seeds=SEEDS), data.x_test, data.y_test))
    assert together >= mean(accuracies(members, data.x_test, data.y_test)) + 2
    assert from_all >= from_one + 2 and abs(from_all - together) <= 2
