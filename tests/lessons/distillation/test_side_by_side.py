"""Students of several settings in one bundle come out as if each were trained alone."""

import pytest
import torch

from lessons.distillation.losses import distillation_loss
from lessons.distillation.side_by_side import each_its_own, one_teacher_each, with_settings
from lessons.distillation.students import taught
from lessons.networks import accuracies

SHORT = {"steps": 25, "lr": 0.02}


def test_each_part_of_the_bundle_has_its_own_loss():
    """Catches one loss for all, parts exchanged or cut elsewhere, a sum for the mean."""
    z, teacher, y = torch.randn(12, 3), torch.randn(12, 3), torch.arange(12) % 3
    losses = [lambda s, t, y: (s * t).sum(), lambda s, t, y: y.sum() + s.sum()]
    expected = ((z[:6] * teacher[:6]).sum() + y[6:].sum() + z[6:].sum()) / 2
    torch.testing.assert_close(each_its_own(losses)(z, teacher, y, 1.0, 0.0), expected)


def test_settings_side_by_side_are_those_one_by_one(data, train_logits):
    """Catches temperatures or alphas exchanged, seeds that follow the place in the bundle."""
    settings, seeds = [(1.0, 0.0), (8.0, 0.9), (2.0, 1.0)], [3, 1]
    found = with_settings(data, train_logits, 3, settings, seeds=seeds, widths=[64, 5, 10], **SHORT)
    for (temperature, alpha), values in zip(settings, found, strict=True):
        alone = taught(data, train_logits, 3, temperature, alpha, seeds=seeds, widths=[64, 5, 10],
                       **SHORT)
        assert values == pytest.approx(accuracies(alone, data.x_test, data.y_test), abs=0.4)
    assert len({tuple(values) for values in found}) == 3


def test_every_student_has_its_own_teacher(data, train_logits, monkeypatch):
    """Catches a teacher for all, teachers exchanged, another temperature, labels that are seen."""
    monkeypatch.setattr("lessons.distillation.students.ADAM", SHORT)
    teachers = [train_logits, train_logits.roll(1, dims=1), -train_logits]
    found = accuracies(one_teacher_each(data, teachers, 4.0), data.x_test, data.y_test)
    for value, teacher in zip(found, teachers, strict=True):
        alone = taught(data, teacher, None, 4.0, 1.0, seeds=[0], loss=lambda z, t, y, *_:
                       distillation_loss(z, t, torch.zeros_like(y), 4.0, 1.0))
        assert [value] == pytest.approx(accuracies(alone, data.x_test, data.y_test), abs=0.4)
    assert found[0] > 50 > max(found[1:])
