"""A gradebook with four learners, as grading leaves it: for the tests of what leaves the house."""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes
from nbgrader.api import Gradebook

from checker.cards import Card
from checker.grading import check_cell
from checker.grading.check_cell import Facts
from checker.grading.course import COURSE_ID

LESSON = "06_pruning"
POINTS = {"threshold_mask-check": 2.0, "csr_bytes-check": 3.0, "essay": 4.0}
MESSAGE = "不正解  threshold_mask\n  符号を見ていません。 a < b && <script>alert(1)</script>"


def graded(course: Path, learner: str, message: str = MESSAGE) -> None:
    """A graded notebook. What no output but the first text/plain says must stay hidden."""
    cells = [
        new_markdown_cell("SECRET", metadata={"nbgrader": {"grade_id": "essay", "grade": True}})
    ]
    for name in ("threshold_mask", "csr_bytes"):
        marks = {"grade_id": name, "grade": False, "solution": True}
        cells.append(new_code_cell("SECRET = 1", metadata={"nbgrader": marks}))
        marks = {"grade_id": f"{name}-check", "grade": True, "solution": False, "points": 2}
        check = new_code_cell("SECRET", metadata={"nbgrader": marks})
        secrets = dict.fromkeys(("fault", "explanation", "cause"), "SECRET")
        facts = Facts("wrong", 0.375, "SECRET", "SECRET", "SECRET", **secrets)
        check_cell.write(check, facts, [Card("<b>SECRET</b>", message)])
        cells.append(check)
    folder = course / "grading/autograded" / learner / LESSON
    folder.mkdir(parents=True)
    (folder / f"{LESSON}.ipynb").write_text(writes(new_notebook(cells=cells)), encoding="utf-8")


@functools.cache
def made() -> Path:
    """A gradebook: tanaka on time, sato late and marked by hand, ito graded nowhere, abe absent."""
    folder = Path(tempfile.mkdtemp(prefix="keiryoka-marks-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with Gradebook(f"sqlite:///{folder}/gradebook.db", COURSE_ID) as gradebook:
        gradebook.add_assignment(LESSON, duedate="2026-11-20 12:00:00 UTC")
        gradebook.add_notebook(LESSON, LESSON)
        for name, points in POINTS.items():
            kind = "markdown" if name == "essay" else "code"
            gradebook.add_grade_cell(name, LESSON, LESSON, max_score=points, cell_type=kind)
        gradebook.add_student("tanaka", last_name="田中", email="tanaka@example.ac.jp")
        gradebook.add_student("sato", last_name='=HYPERLINK("//x","y")', first_name="@SUM(1)")
        gradebook.add_student("ito")
        gradebook.add_student("abe", last_name="-2+3")
        for learner, scores, penalty in (("tanaka", (2, 0.75, 0), 0), ("sato", (2, 0, 4), 0.5),
                                         ("ito", (0, 0, 0), 1)):  # fmt: skip
            submission = gradebook.add_submission(
                LESSON, learner, timestamp="2026-11-20 03:04:05 UTC"
            )
            for name, points in zip(POINTS, scores, strict=True):
                grade = gradebook.find_grade(name, LESSON, LESSON, learner)
                grade.auto_score = 0 if name == "essay" else points
                grade.manual_score = points if name == "essay" else None
                grade.needs_manual_grade = False
            submission.notebooks[0].late_submission_penalty = penalty
            gradebook.db.commit()
    graded(folder, "tanaka")
    graded(folder, "sato", "=cmd|' /C calc'!A0")
    return folder


def copied(folder: Path) -> Path:
    """A copy of that course, for one test."""
    return shutil.copytree(made(), folder / "course")
