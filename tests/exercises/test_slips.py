"""A slip: a known wrong answer that is the solution's text with one edit."""

import pytest
import torch
from sample_exercise import adds, sample, verdict_on
from torch import Tensor

from checker.exercise import Exercise

SIGN = "    if factor < 0:\n        total = -total\n"
DIAGNOSIS = "負の倍率の符号を落としています。"


def scaled_by_size(values: Tensor, factor: float) -> Tensor:
    """values を factor 倍した新しいテンソルを返します。"""
    size = abs(factor)
    total = values * size
    if factor < 0:
        total = -total
    # 符号を最後に付けると、大きさの計算が短くなる。
    return total


def long_sample() -> Exercise:
    """The sound exercise with a solution of six lines."""
    return sample(scaled_by_size)


@pytest.mark.parametrize(
    ("old", "count"),
    [("values + size", 0), ("total = ", 2), ("新しいテンソル", 0), ("values: Tensor", 0)],
)
def test_the_old_text_stands_once_in_the_body(old, count):
    """Catches a slip that edits nothing, edits twice, or edits the stub that the learner is given."""
    exercise = long_sample()
    known = dict(exercise.wrongs)
    with pytest.raises(ValueError) as refusal:
        exercise.slip("changes_something", DIAGNOSIS, old, "values")
    expected = f"slip changes_something: {old!r} stands {count} times in the solution"
    assert str(refusal.value) == expected
    assert exercise.wrongs == known


def test_a_name_is_given_once():
    """Catches a wrong answer that silently takes the place of another one of its name."""
    exercise = long_sample()
    known = dict(exercise.wrongs)
    with pytest.raises(ValueError, match="two wrong answers are named adds"):
        exercise.slip("adds", DIAGNOSIS, SIGN, "")
    with pytest.raises(ValueError, match="two wrong answers are named adds"):
        exercise.wrong(DIAGNOSIS)(adds)
    assert exercise.wrongs == known


def test_a_slip_is_the_solution_but_for_the_edit():
    """Catches a slip whose text and function are two different answers, or not the solution's."""
    exercise = long_sample()
    exercise.slip("forgets_the_sign", DIAGNOSIS, SIGN, "")
    slip = exercise.wrongs["forgets_the_sign"]
    assert slip.diagnosis == DIAGNOSIS
    assert slip.text == exercise.solved().replace(SIGN, "") != exercise.solved()
    assert slip.function.__name__ == exercise.name
    values = torch.tensor([1.5, -2.0])
    assert slip.function(values, -2.0).tolist() == [3.0, -4.0]
    assert slip.function(values, 2.0).tolist() == exercise.solution(values, 2.0).tolist()


@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("forgets_the_sign", SIGN, ""),
        ("rounds_the_size", "abs(factor)", "math.floor(abs(factor))"),
        ("squares_the_size", "values * size", "values * size\n    total = total * size"),
    ],
)
def test_a_slip_is_judged_wrong_with_its_diagnosis(name, old, new, seed):
    """Catches a slip that passes or is taken for another one.

    One uses `math`, which an answer cell has and this module, the solution's, has not.
    """
    exercise = long_sample()
    exercise.slip(name, DIAGNOSIS, old, new)
    verdict = verdict_on(exercise.wrongs[name].text, exercise, seed)
    assert (verdict.outcome, verdict.misconception) == ("wrong", name)
    assert DIAGNOSIS in verdict.message
