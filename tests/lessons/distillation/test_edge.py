"""What is handed to a device: the file holds weights and program, and eight bits are enough."""

from statistics import mean

import pytest
import torch

from lessons.distillation.edge import exported
from lessons.distillation.students import STUDENT_WIDTHS, taught
from lessons.distillation.teacher import logits_of
from lessons.networks import accuracies
from lessons.quantization.bit_widths import accuracy_with, uniform_weights
from lessons.training import accuracy, mlp


@pytest.mark.slow
def test_an_exported_file_holds_the_weights_and_more(data, teacher):
    """Catches a size that is counted instead of measured, and a program that computes another thing."""
    sizes = {}
    for name, model in (("teacher", teacher), ("student", mlp(STUDENT_WIDTHS, 0))):
        sizes[name], program = exported(model, data.x_test[:1])
        torch.testing.assert_close(program(data.x_test[1:2]), logits_of(model, data.x_test[1:2]))
        weights = sum(4 * p.numel() for p in model.parameters())
        assert weights < sizes[name] < weights + 300_000
    assert sizes["student"] < sizes["teacher"] / 3


@pytest.mark.slow
def test_small_students_gain_and_eight_bits_are_enough(students, data, teacher, train_logits):
    """Catches widths that are ignored, and a student that cannot follow its teacher."""
    labels, soft = (mean(accuracies(taught(data, train_logits, 3, 8.0, alpha, widths=[64, 8, 10]),
                                    data.x_test, data.y_test)) for alpha in (0.0, 0.9))
    assert soft >= labels + 8
    edge = students(None, 8.0, 0.9).network(0)
    whole = accuracy(edge, data.x_test, data.y_test)
    assert whole >= accuracy(teacher, data.x_test, data.y_test) - 3
    assert accuracy_with(edge, data, uniform_weights, 8) > whole - 1
