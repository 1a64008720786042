"""The learner's function where it is right, the reference where it is not."""

import pytest
import torch

from lessons.own_answer import same, yours


def reference(x):
    return 2 * x


def written(x):
    return x + x


def unanswered(x):
    raise NotImplementedError


@pytest.mark.parametrize("function, whose", [
    (written, "あなたの reference"), (lambda x: x, "模範解答の reference"), (unanswered, "模範解答の reference"),
])  # fmt: skip
def test_only_a_right_answer_is_used(function, whose, capsys):
    """Catches a wrong or missing answer that spoils the experiment, and a right one that is ignored."""
    used = yours(function, reference, 3)
    assert used is (function if "あなた" in whose else reference)
    assert whose in capsys.readouterr().out


def test_values_are_compared_with_their_kind():
    """Catches 1.0 taken for 1, shapes that broadcast, and rounding taken for a mistake."""
    assert same(0.1 + 0.2, 0.3) and same([1, None], [1, None])
    assert not same(1.0, 1) and not same(0.31, 0.3)
    assert same(torch.ones(2) + 1e-7, torch.ones(2)) and not same(torch.ones(1), torch.ones(2))
