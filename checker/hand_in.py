"""The format of a hand-in: notebooks whose cells bear names of ours, and a record beside them.

The learner's side writes it, the grading reads it, and it may have been changed in between.
"""

from __future__ import annotations

RECORD = ".progress.json"  # the learner's own record, in the folder of the course map
RECORD_CAP = 1 << 16  # bytes


def grade_id(cell: object) -> str | None:
    """The name that nbgrader knows a cell by; None where it has none, whatever its metadata are."""
    metadata = cell.get("metadata") if isinstance(cell, dict) else None
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    found = marks.get("grade_id") if isinstance(marks, dict) else None
    return found if isinstance(found, str) else None
