"""What the tests of the checker share."""

import functools

import pytest

from checker.judging import source
from checker.running.inside.answer import run_answer


@pytest.fixture(autouse=True)
def work_counts(monkeypatch):
    """A verdict counts work, as the grader's does: waiting for other processes fails no test."""
    monkeypatch.setattr(source, "run_answer", functools.partial(run_answer, clock="cpu"))
