"""Answers that are judged once: for tests of what stands around the judging, which hand in the same
ones again and again."""

import pytest

from checker.grading import nbgrader_steps
from checker.judging.source import judge_with
from checker.judging.verdict import Verdict
from checker.running.sandbox import Learner

VERDICTS: dict[tuple[str, str, int], Verdict] = {}


def judged(learner: Learner, name: str, source: str, *, seed: int) -> Verdict:
    """The verdict on the same text and cases before. A learner without time is judged anew."""
    if learner.left <= 0:
        return judge_with(learner, name, source, seed=seed)
    key = name, source, seed
    if key not in VERDICTS:
        VERDICTS[key] = judge_with(learner, name, source, seed=seed)
    return VERDICTS[key]


def remember_verdicts(patch: pytest.MonkeyPatch) -> None:
    """From now on, in this process."""
    patch.setattr(nbgrader_steps, "judge_with", judged)
