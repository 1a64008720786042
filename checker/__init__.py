"""The exercise checker. In a notebook: check, hint, solution, live, figure, table, claim, predict,
quiz, lookup, recommend, and on the course map: progress, mistakes, export_progress, delete_progress."""

import importlib

from checker.running.inside.prelude import TOOLS

_HOME = TOOLS | {
    "lookup": "checker.notebook.show",
    "recommend": "checker.notebook.recommend",
    "progress": "checker.notebook.course_map",
    "mistakes": "checker.notebook.course_map",
    "export_progress": "checker.notebook.own_data",
    "delete_progress": "checker.notebook.own_data",
    "exercise_names": "checker.catalogue",
    "judge_source": "checker.judging.source",
    "Verdict": "checker.judging.verdict",
}


def __getattr__(name: str):
    # Looked up on first use: what only lists the exercises does not wait for torch.
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'checker' has no attribute {name!r}")
