"""What is done already: a receipt for each submission, written after its last mark.

It holds a fingerprint of everything that decides marks. Where anything of it has changed, the
submission is graded anew.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from nbgrader.api import Grade, Gradebook, SubmittedAssignment, SubmittedNotebook

import checker
import lessons
from checker.grading.course import (
    CONFIGURATION,
    HERE,
    SEED,
    TIMESTAMP,
    autograded,
    handed_in,
    receipt,
    release,
    released,
    submitted,
)

PACKAGES = tuple(Path(package.__file__).parent for package in (checker, lessons))
LIBRARIES = ("torch", "numpy")  # a new release of these may change a last digit, and so a mark


def of_course(assignment: str, gradebook: Gradebook, trust: bool) -> str:
    """A fingerprint of what decides everybody's marks: taken once a run, it reads many files."""
    release_files = [release(HERE, assignment, name) for name in released(HERE)[assignment]]
    files = fingerprint([CONFIGURATION, SEED, *release_files], HERE)
    packages = [fingerprint(everything_in(package), package) for package in PACKAGES]
    versions = [platform.python_version(), *map(metadata.version, LIBRARIES)]
    due = [known.duedate for known in gradebook.assignments if known.name == assignment]
    everything = f"{files} {packages} {versions} {due} {trust}"
    return hashlib.sha256(everything.encode()).hexdigest()


def of_submission(course: str, assignment: str, student: str) -> str:
    """A fingerprint of all that decides the marks of one submission."""
    folder = submitted(HERE, student, assignment)
    own = [*sorted(folder.glob("*.ipynb")), folder / TIMESTAMP]
    return f"{course} {fingerprint(own, folder)}"


def everything_in(package: Path) -> Iterable[Path]:
    """Code, data and templates of a package, in order; not what Python makes of them."""
    files = (path for path in package.rglob("*") if path.is_file())
    return sorted(path for path in files if "__pycache__" not in path.parts)


def fingerprint(files: Iterable[Path], folder: Path) -> str:
    """A digest of names and content of files; one that does not exist counts as such."""
    seen = hashlib.sha256()
    for path in files:
        content = path.read_bytes() if path.exists() else b"none"
        name = path.relative_to(folder).as_posix()
        seen.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    return seen.hexdigest()


def unchanged(course: str, assignment: str, student: str) -> bool:
    """Has exactly this submission been marked to the end?"""
    graded = autograded(HERE, student, assignment)
    path = receipt(HERE, student, assignment)
    names, _ = handed_in(HERE, student, assignment)
    try:
        complete = path.exists() and all((graded / f"{name}.ipynb").exists() for name in names)
        return complete and path.read_text() == of_submission(course, assignment, student)
    except OSError:  # a name that is too long, a file that cannot be read: it costs nobody else
        return False


def marked(assignment: str, gradebook: Gradebook) -> set[str]:
    """Whose marks for this assignment, as far as they are ours, are all in the gradebook."""
    query = gradebook.db.query(SubmittedAssignment.student_id).filter(
        SubmittedAssignment.name == assignment
    )
    unmarked = (
        query.join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .filter(Grade.auto_score.is_(None), Grade.manual_score.is_(None))
        .filter(~Grade.needs_manual_grade)  # what waits for a person is not ours to mark
    )
    return {s for (s,) in query} - {s for (s,) in unmarked}
