"""The distillation tests' data, teacher and students, each trained once."""

import copy
import functools
from statistics import mean

import pytest
import torch

from lessons.data import digits
from lessons.distillation.students import taught
from lessons.distillation.teacher import logits_of, trained_teacher, with_centred_images
from lessons.networks import accuracies


@pytest.fixture(scope="session")
def data():
    return with_centred_images(digits())


@pytest.fixture(scope="session")
def teacher(data):
    """One teacher for all tests: each of them fails afterwards if somebody changed it."""
    teacher = trained_teacher(data, seed=0)
    before = copy.deepcopy(teacher.state_dict())
    yield teacher
    assert all(torch.equal(before[name], value) for name, value in teacher.state_dict().items())


@pytest.fixture(scope="session")
def train_logits(teacher, data):
    return logits_of(teacher, data.x_train)


@pytest.fixture(scope="session")
def students(data, train_logits):
    """Students of the teacher by their settings, each kind trained once."""
    @functools.cache
    def trained(per_class, temperature, alpha, **options):
        return taught(data, train_logits, per_class, temperature, alpha, **options)

    return trained


@pytest.fixture(scope="session")
def measured(students, data):
    """Mean test accuracy of the students with these settings."""
    def of(*arguments, **options):
        return mean(accuracies(students(*arguments, **options), data.x_test, data.y_test))

    return of
