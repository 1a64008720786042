"""Answers that were written from the notebooks alone, by people's habits: right and wrong ones.

tests/exercises/answers/NAME.txt holds functions, each below a line `### right LABEL` or `### wrong
LABEL`. `unseen` behind the label says that no known wrong answer was named after it: such answers
show how well others are explained that nobody has seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "exercises" / "answers"


@dataclass(frozen=True)
class Written:
    """One answer."""

    right: bool
    label: str
    unseen: bool
    text: str


def written_answers(name: str) -> list[Written]:
    """The written answers to an exercise; none where nobody wrote any."""
    path = FOLDER / f"{name}.txt"
    whole = path.read_text("utf-8") if path.exists() else ""
    parts = re.split(r"(?m)^### (right|wrong) (\S+)( unseen)?\n", whole)[1:]
    return [
        Written(kind == "right", label, bool(unseen), text.strip() + "\n")
        for kind, label, unseen, text in zip(*(parts[i::4] for i in range(4)), strict=True)
    ]
