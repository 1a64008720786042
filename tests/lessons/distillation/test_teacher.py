"""The teacher and its data: the images, the seed, the mode."""

import torch

from lessons.data import digits
from lessons.distillation.teacher import TEACHER_WIDTHS, logits_of, trained_teacher
from lessons.training import accuracy


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_images_are_centred_and_the_rest_is_kept(data):
    """Catches centred labels, one half of the images alone, and shuffled rows."""
    raw = digits()
    for found, expected in ((data.x_train, raw.x_train), (data.x_test, raw.x_test)):
        assert torch.equal(found, 2 * expected - 1) and found.min() == -1 and found.max() == 1
    assert torch.equal(data.y_train, raw.y_train) and torch.equal(data.y_test, raw.y_test)
    assert data.class_names == raw.class_names


def test_the_teacher_follows_its_seed_alone(data, teacher):
    """Catches a hidden random state, a teacher of other widths or of little accuracy."""
    widths = [layer.out_features for layer in teacher if isinstance(layer, torch.nn.Linear)]
    assert [64, *widths] == TEACHER_WIDTHS
    assert accuracy(teacher, data.x_test, data.y_test) > 96
    torch.manual_seed(5)
    small = type(data)(data.x_train[:80], data.y_train[:80], data.x_test, data.y_test, ())
    first, again, other = (trained_teacher(small, seed)[0].weight for seed in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_logits_are_those_of_the_evaluation_mode():
    """Catches dropout that is still on, and logits with a gradient."""
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Dropout(0.5)).train()
    x = torch.randn(5, 4, generator=seeded())
    logits = logits_of(model, x)
    assert torch.equal(logits, model[0](x)) and not logits.requires_grad
