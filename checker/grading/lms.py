"""What a learning system knows a learner by, as `collect` has kept it beside the submission.

lms.json: {"system": "moodle", "keys": {"participant": "1234567"}, "name": "山田 太郎"}
known_by(course, "06_pruning")["山田_太郎_1234567"].key("moodle", "participant")   # "1234567"
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from checker.grading.course import LMS, SUBMITTED, students, submitted


@dataclass(frozen=True)
class Known:
    """One learner in the system that the upload came from; all empty where nobody knows it."""

    system: str = ""
    keys: dict[str, str] | None = None
    name: str = ""

    def key(self, system: str, name: str) -> str:
        """The key of this name, where the upload came from this system."""
        return (self.keys or {}).get(name, "") if self.system == system else ""


def known_by(course: Path, assignment: str) -> dict[str, Known]:
    """Everybody who has handed in, by nbgrader's id."""
    found = students(course, SUBMITTED, assignment)
    return {student: read(submitted(course, student, assignment) / LMS) for student in found}


def read(path: Path) -> Known:
    """The file as it was written, or nothing of it: a mark must not go to half a key."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        keys = {str(name): str(key) for name, key in found["keys"].items()}
        return Known(str(found["system"]), keys, str(found.get("name", "")))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return Known()
