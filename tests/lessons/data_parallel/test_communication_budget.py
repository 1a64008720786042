"""The puzzle of the budget: honest numbers, and no easy way to meet its three conditions."""

from statistics import mean

import pytest
import torch

from lessons.data_parallel import allreduce_bytes, communication_budget
from lessons.data_parallel.communication_budget import (
    KILOBYTES,
    SECONDS,
    TARGET,
    Plan,
    accuracies_of,
    rounded,
)


def test_a_plan_counts_time_and_bytes():
    """Catches time that grows with the workers, and bits that are taken for bytes."""
    plan = Plan(4, 48, 8, 0.6)
    assert plan.updates == 12 * 1257 // 192
    assert plan.seconds == pytest.approx(plan.updates * 0.048)
    assert plan.kilobytes(allreduce_bytes) == pytest.approx(plan.updates * 2 * 3 / 4 * 2410 / 1000)
    assert Plan(4, 48, 32, 0.6).kilobytes(allreduce_bytes) == 4 * plan.kilobytes(allreduce_bytes)


def test_workers_without_rounding_are_one_worker(monkeypatch):
    """Catches workers that draw other data, or gradients that are summed: 4 × 8 must be 1 × 32."""
    monkeypatch.setattr(communication_budget, "EPOCHS", 1)
    alone, four = (accuracies_of.__wrapped__(Plan(n, 32 // n, 32, 0.5)) for n in (1, 4))
    assert four == pytest.approx(alone, abs=0.4)
    assert min(alone) > 40


def test_rounding_uses_all_of_its_levels():
    """Catches one scale for all workers, too coarse steps, and a zero gradient that becomes nan."""
    values = torch.tensor([[[1.0, -0.5, 0.003], [0.01, 0.02, 0.0]]])
    eight = rounded(values, 8)
    steps = values.abs().amax(2, keepdim=True) / 127
    assert bool(((eight - values).abs() <= steps / 2 + 1e-9).all())
    assert torch.allclose((eight / steps).round(), eight / steps, atol=1e-3)
    assert rounded(values, 32) is values
    assert torch.equal(rounded(torch.zeros(1, 2, 3), 8), torch.zeros(1, 2, 3))


def meets(plan: Plan) -> tuple[bool, bool, bool]:
    return (plan.seconds <= SECONDS, plan.kilobytes(allreduce_bytes) <= KILOBYTES,
            mean(accuracies_of(plan)) >= TARGET)


def test_the_puzzle_has_answers_but_no_easy_one():
    """Catches a puzzle that cannot be solved, and one that a single move solves."""
    assert meets(Plan(4, 48, 8, 0.6)) == (True, True, True)
    assert meets(Plan(2, 64, 8, 0.6))[0] is False
    assert meets(Plan(4, 48, 32, 0.6))[1] is False
    assert meets(Plan(4, 48, 8, 0.2)) == (True, True, False)
    assert meets(Plan(16, 64, 8, 0.6))[2] is False
