"""The exercise checker. In a notebook: check, hint, solution, live, figure,
table, claim, predict, progress."""

import importlib

_HOME = {
    "check": "checker.notebook",
    "hint": "checker.notebook",
    "solution": "checker.notebook",
    "live": "checker.notebook",
    "figure": "checker.notebook",
    "table": "checker.notebook",
    "claim": "checker.notebook",
    "predict": "checker.notebook",
    "progress": "checker.record",
    "exercise_names": "checker.exercise",
    "judge_source": "checker.runner",
    "Verdict": "checker.judge",
}


def __getattr__(name: str):
    # Looked up on first use: the grader's child imports checker.answer and must stay small.
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'checker' has no attribute {name!r}")
