"""The machine of the section: the forces on the logits, and the race, against plain torch."""

import copy

import pytest
import torch
import torch.nn.functional as F

from lessons.distillation import distill_step, distillation_loss
from lessons.distillation.machine import Race, terms, trial
from lessons.training import mlp

TEACHER = torch.tensor([12.0, -3.0, 9.0, -7.0, 4.5, 0.0, -1.0, 3.0, -15.0, 1.0])
STUDENT = torch.tensor([1.0, 2.5, -0.5, 0.3, 0.9, -1.2, 0.1, 0.7, -0.3, 1.1])


@pytest.mark.parametrize("temperature", [0.5, 4.0, 20.0])
@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("squared", [True, False])
def test_the_forces_are_the_closed_forms(temperature, alpha, squared):
    """Catches a push in the wrong direction, T for T², a lost alpha, a softened label, and a
    switch that divides the label's term too."""
    label = 2
    p, q = ((z.double() / temperature).softmax(0) for z in (TEACHER, STUDENT))
    soft = alpha * (p - q) / temperature * (temperature**2 if squared else 1)
    hard = (1 - alpha) * (F.one_hot(torch.tensor(label), 10) - STUDENT.double().softmax(0))
    found = terms(distillation_loss, STUDENT, TEACHER, label, temperature, alpha, squared)
    torch.testing.assert_close(found.soft.double(), soft, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(found.hard.double(), hard, atol=1e-5, rtol=1e-4)
    assert found.kl == pytest.approx(float((p * (p / q).log()).sum()), rel=1e-4)
    assert found.cross_entropy == pytest.approx(float(-STUDENT.double().softmax(0)[2].log()), rel=1e-5)


def test_the_forces_are_those_of_the_given_loss():
    """Catches a figure that draws the reference where it says that it draws the learner's."""
    found = terms(lambda z_s, *_: 3 * z_s.sum(), STUDENT, TEACHER, 2, 4.0, 0.25, True)
    assert found.soft.tolist() == [-0.75] * 10 and found.hard.tolist() == [-2.25] * 10


def test_a_wrong_step_is_told_from_the_right_one():
    """Catches a comparison that sees the returned loss alone: the weights count too."""
    def never_updates(student, teacher, x, labels, optimizer, temperature, alpha):
        loss = distillation_loss(student(x), teacher(x), labels, temperature, alpha)
        return loss.item()

    right = trial(distill_step)
    assert right.__wrapped__ is distill_step and right.__name__ == "distill_step"
    for again, found in zip(right(), right(), strict=True):
        assert torch.equal(again, found)
    assert not torch.allclose(right()[0], trial(never_updates)()[0])
    assert not torch.allclose(right()[1], trial(never_updates)()[1])


@pytest.fixture
def race(data, teacher):
    return Race(data, teacher)


def weights(model) -> list[torch.Tensor]:
    return [parameter.detach().clone() for parameter in model.parameters()]


def test_both_students_take_plain_steps_on_the_same_images(race, data, teacher):
    """Catches another start or other images for the rival, a rival that hears the teacher, and an
    update that is counted but not made."""
    assert data is race.data and race.y.bincount().tolist() == [3] * 10
    plain, rival = mlp([64, 16, 10], 0), mlp([64, 16, 10], 0)
    optimizers = [torch.optim.SGD(m.parameters(), 0.05, momentum=0.9) for m in (plain, rival)]
    with torch.no_grad():
        p = (teacher(race.x) / 4).softmax(1)
    for _ in range(3):
        z, z_rival = plain(race.x), rival(race.x)
        kl = F.kl_div((z / 4).log_softmax(1), p, reduction="batchmean")
        losses = 0.3 * 16 * kl + 0.7 * F.cross_entropy(z, race.y), F.cross_entropy(z_rival, race.y)
        for optimizer, loss in zip(optimizers, losses, strict=True):
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    race.go_to(3, 4.0, 0.3, True, True)
    assert race.updates == 3 and [row[0] for row in race.history] == [0, 3]
    for found, expected in ((race.student, plain), (race.rival, rival)):
        torch.testing.assert_close(weights(found), weights(expected))
    torch.testing.assert_close(weights(race.teacher), weights(teacher))


def test_the_settings_of_now_count_and_redrawing_changes_nothing(race):
    """Catches a race that goes on when a slider is moved, or that takes its first settings for ever."""
    race.go_to(2, 4.0, 0.5, True, True)
    before = weights(race.student)
    race.go_to(2, 8.0, 0.9, False, False)
    torch.testing.assert_close(weights(race.student), before)
    assert len(race.history) == 2
    other = copy.deepcopy(race)
    race.go_to(3, 4.0, 0.5, True, True)
    other.go_to(3, 4.0, 0.5, False, True)
    assert not torch.allclose(weights(race.student)[0], weights(other.student)[0])


def test_without_t_squared_the_step_is_that_of_the_smaller_term(race):
    """Catches a switch that changes the label's share: at T = 1 there is nothing to switch off."""
    other = copy.deepcopy(race)
    race.go_to(2, 1.0, 0.4, True, True)
    other.go_to(2, 1.0, 0.4, False, True)
    torch.testing.assert_close(weights(other.student), weights(race.student))


def test_a_teacher_that_is_not_frozen_moves_and_comes_back(race, teacher):
    """Catches a switch that does nothing, the owner's teacher that is changed (the fixture looks),
    and a restart that keeps the spoilt teacher or the old curve."""
    race.go_to(60, 4.0, 1.0, True, False)
    _, student, rival, spoilt = race.history[-1]
    assert spoilt < 60 < rival
    race.go_to(0, 4.0, 1.0, True, True)
    assert race.updates == 0 and len(race.history) == 1 and race.history[0][3] > 96
    torch.testing.assert_close(weights(race.teacher), weights(teacher))
    torch.testing.assert_close(weights(race.student), weights(race.rival))


def test_the_learners_step_moves_both_students(data, teacher):
    """Catches a race that runs the reference while it says that it runs the learner's."""
    calls = []
    race = Race(data, teacher, lambda *arguments: calls.append(arguments[-2:]))
    race.go_to(2, 4.0, 0.5, True, True)
    assert calls == [(4.0, 0.5), (1.0, 0.0)] * 2


@pytest.mark.slow
def test_the_student_of_the_teacher_wins(race):
    """Catches a race that shows nothing (measured: 93.9 % against 79.6 %)."""
    race.go_to(400, 4.0, 0.5, True, True)
    _, student, rival, _ = race.history[-1]
    assert student > rival + 8
