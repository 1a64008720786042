"""The learner's function where it is right, the reference where it is not."""

import pytest
import torch

from lessons.own_answer import yours


def unanswered(x):
    raise NotImplementedError


VALUES = [  # what the reference gives, what is the same, what is not
    (0.3, 0.1 + 0.2, 0.31), (1.0, 1.0, 1), ([1, None], [1, None], [1, 2]), (3, 3, ...),
    (torch.ones(2), torch.ones(2) + 1e-7, torch.ones(1)), (({"w": torch.ones(2)}, [1]),) * 2 + (({}, [1]),),
]  # fmt: skip


@pytest.mark.parametrize("expected, same, other", VALUES)
def test_only_a_right_answer_is_used(expected, same, other, capsys):
    """Catches a wrong or missing answer that spoils the experiment, a right one that is ignored, 1
    taken for 1.0, shapes that broadcast, and rounding taken for a mistake."""
    def reference(_):
        return expected

    for written, right in ((lambda _: same, True), (lambda _: other, False), (unanswered, False)):
        assert yours(written, reference, 3) is (written if right else reference)
        assert ("あなたの reference" if right else "模範解答の reference") in capsys.readouterr().out
