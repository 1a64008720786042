"""Where everything of a course lies: every path, once.

course/notebooks/06_pruning/06_pruning.ipynb       released; one folder for each assignment
course/grading/submitted/tanaka/06_pruning/…       what nbgrader reads and writes, by learner
"""

from __future__ import annotations

from pathlib import Path

HERE = Path()  # nbgrader and our commands work in the folder of the course
CONFIGURATION = Path("nbgrader_config.py")
COURSE_ID = "keiryoka"  # as in the configuration: a gradebook opened by another id gains a course
GRADEBOOK = Path("gradebook.db")
GRADING = Path("grading")  # git-ignored: everything of the learners
SEED, LOCK = GRADING / "seed", GRADING / "lock"
SUBMITTED, AUTOGRADED = "submitted", "autograded"  # steps of nbgrader, folders of GRADING
TIMESTAMP = "timestamp.txt"  # beside a submitted notebook, read by nbgrader
LMS = "lms.json"  # beside it: what the LMS that the upload came from knows the learner by


def released(course: Path) -> dict[str, list[str]]:
    """The released assignments, each with the names of its notebooks, both in order."""
    found: dict[str, list[str]] = {}
    for path in sorted(course.glob("notebooks/[!.]*/*.ipynb")):  # no checkpoints
        found.setdefault(path.parent.name, []).append(path.stem)
    return found


def release(course: Path, assignment: str, notebook: str) -> Path:
    """A released notebook."""
    return course / "notebooks" / assignment / f"{notebook}.ipynb"


def submitted(course: Path, student: str, assignment: str) -> Path:
    """The folder of a submission."""
    return course / GRADING / SUBMITTED / student / assignment


def autograded(course: Path, student: str, assignment: str) -> Path:
    """The folder of the graded notebooks of a submission."""
    return course / GRADING / AUTOGRADED / student / assignment


def students(course: Path, step: str, assignment: str) -> list[str]:
    """Everybody with a folder of this assignment in a step."""
    return sorted(path.parent.name for path in (course / GRADING / step).glob(f"*/{assignment}"))


def handed_in(course: Path, student: str, assignment: str) -> tuple[list[str], list[str]]:
    """The released notebooks that are in a submission, and those that are not."""
    folder = submitted(course, student, assignment)
    names = released(course).get(assignment, [])
    there = [name for name in names if (folder / f"{name}.ipynb").exists()]
    return there, [name for name in names if name not in there]


def replaced(course: Path, student: str, assignment: str) -> Path:
    """Where former submissions are kept, out of nbgrader's sight."""
    return course / GRADING / "replaced" / student / assignment


def arriving(course: Path, student: str, assignment: str) -> Path:
    """Where a submission waits while the former one is set aside."""
    return replaced(course, student, assignment) / "arriving"


def receipt(course: Path, student: str, assignment: str) -> Path:
    """The file that says for which submission the marks are complete."""
    return course / GRADING / "receipts" / assignment / f"{student}.sha256"


def report(course: Path, assignment: str) -> Path:
    """The report, without its suffix."""
    return course / GRADING / "report" / assignment


def export(course: Path, assignment: str) -> Path:
    """The folder of the marks for other systems."""
    return course / GRADING / "export" / assignment
