"""An assignment of two notebooks, from the release to the tables: each handed in, or only one.

One course is graded once for the module, with the worker in this process; the tests read its
gradebook, its report, its feedback and its exports, or change a copy of it.
"""

import csv
import json
import shutil
from types import SimpleNamespace

import killing
import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader_commands import nbgrader
from sample_course import (
    HALVES,
    LESSON,
    ROOT,
    SECTION,
    exercises_of,
    hand_in,
    make_course_of_two,
)

from checker.catalogue import exercise_names, load
from checker.grading import autograde, classroom, course, export, grade, report
from checker.grading.marks import NOT_HANDED_IN
from checker.grading.nbgrader_steps import RestoreFromRelease

pytestmark = pytest.mark.box
NAMES = exercise_names(SECTION)
RIGHT = {name: load(name).solved() for name in NAMES}
ONE, OTHER = HALVES


def write_old(folder, student: str) -> None:
    """The single notebook of the version before, laid under both names, as collect does it."""
    notebook = nbformat.read(ROOT / "notebooks" / LESSON / f"{LESSON}.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = RIGHT.get(cell.get("id"), cell.source)
    place = course.submitted(folder, student, LESSON)
    place.mkdir(parents=True)
    for name in HALVES:
        nbformat.write(notebook, place / f"{name}.ipynb")


def tear(folder, student: str, notebook: str) -> None:
    (course.submitted(folder, student, LESSON) / f"{notebook}.ipynb").write_text('{"cells": [')


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A course with five submissions, not graded yet."""
    folder = tmp_path_factory.mktemp("two")
    make_course_of_two(folder)
    hand_in(folder, "both", RIGHT)
    hand_in(folder, "first", RIGHT, only=ONE)
    hand_in(folder, "second", RIGHT, only=OTHER)
    hand_in(folder, "torn", RIGHT)
    tear(folder, "torn", OTHER)
    write_old(folder, "old")
    return folder


@pytest.fixture(scope="module")
def split(two):
    """Which exercises each of the two notebooks holds."""
    found = exercises_of(two)
    assert sorted(found) == sorted(HALVES) and all(len(names) > 2 for names in found.values())
    assert found[ONE] + found[OTHER] == NAMES
    return found


@pytest.fixture(scope="module")
def here():
    """Grading with the worker in this process, in the course that is given to it."""
    with killing.grading_here() as enter:
        yield enter


@pytest.fixture(scope="module")
def graded(two, here, tmp_path_factory):
    """The course after grading and feedback, and what became of each learner."""
    folder = here(shutil.copytree(two, tmp_path_factory.mktemp("graded") / "course"))
    outcomes = {outcome.student: outcome for outcome in grade.grade(LESSON, jobs=1)}
    app = autograde.autograde_app(LESSON, False)
    made = NbGraderAPI(app.coursedir, parent=app).generate_feedback(LESSON)
    assert made["success"], made
    return SimpleNamespace(folder=folder, outcomes=outcomes)


@pytest.fixture
def own(graded, here, tmp_path):
    """A copy of the graded course for a test that changes it."""
    return here(shutil.copytree(graded.folder, tmp_path / "course"))


def again(**options) -> dict[str, autograde.Outcome]:
    return {outcome.student: outcome for outcome in grade.grade(LESSON, jobs=1, **options)}


def marks(folder, student: str) -> dict[str, float | None]:
    """The automatic points of a learner, by exercise; fails where one is there twice."""
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        notebooks = gradebook.find_submission(LESSON, student).notebooks
        found = [(entry.name, entry.auto_score) for n in notebooks for entry in n.grades]
    assert len(dict(found)) == len(found)
    return {name.removesuffix("-check"): points for name, points in found}


def full(*names: str) -> dict[str, float]:
    """Full marks for these exercises and none for the others."""
    return {name: float(load(name).points) if name in names else 0.0 for name in NAMES}


def test_both_notebooks_count(graded):
    """Catches a second notebook that nobody reads."""
    assert graded.outcomes["both"] == autograde.Outcome("both", autograde.GRADED)
    assert marks(graded.folder, "both") == full(*NAMES)


@pytest.mark.parametrize("student, there, absent", [("first", ONE, OTHER), ("second", OTHER, ONE)])
def test_a_notebook_that_was_not_handed_in_counts_nothing_and_is_told(
    graded, split, student, there, absent
):
    """Catches nbgrader's full marks, an exercise without a mark, and a crash on half of a hand-in."""
    outcome = graded.outcomes[student]
    assert (outcome.kind, outcome.failed) == (autograde.GRADED, False)
    assert outcome.reason == f"{absent}.ipynb は提出されていません。その演習は 0 点です。"
    assert marks(graded.folder, student) == full(*split[there])


def test_of_two_notebooks_the_broken_one_is_named_and_the_other_graded(graded, split):
    """Catches one torn file that costs the learner the other notebook's marks."""
    outcome = graded.outcomes["torn"]
    assert outcome.kind == autograde.SUBMISSION
    assert outcome.reason.startswith(f"{OTHER}.ipynb はノートブックとして開けません（")
    assert ONE not in outcome.reason
    found = marks(graded.folder, "torn")
    assert {name: found[name] for name in split[ONE]} == {n: load(n).points for n in split[ONE]}
    assert [found[name] for name in split[OTHER]] == [None] * len(split[OTHER])


def test_a_broken_notebook_keeps_its_earlier_marks_and_is_tried_again(own, split):
    """Catches a second upload, torn on its way, that takes the marks of the first."""
    tear(own, "both", OTHER)
    for _ in range(2):
        assert again(student="both")["both"].kind == autograde.SUBMISSION
        assert marks(own, "both") == full(*NAMES)
    hand_in(own, "both", RIGHT | {split[OTHER][0]: "..."})
    assert again(student="both")["both"].kind == autograde.GRADED
    assert marks(own, "both") == full(*NAMES) | {split[OTHER][0]: 0.0}


def test_with_both_broken_nothing_is_graded(own):
    """Catches a submission of nothing readable that passes for graded."""
    for name in HALVES:
        tear(own, "both", name)
    outcome = again(student="both")["both"]
    assert outcome.kind == autograde.SUBMISSION
    assert all(f"{name}.ipynb はノートブックとして開けません" in outcome.reason for name in HALVES)
    assert marks(own, "both") == full(*NAMES)


def test_an_old_hand_in_gets_its_marks_in_both(graded):
    """Catches answers of the single notebook of the version before that are not found."""
    assert graded.outcomes["old"].kind == autograde.GRADED
    assert marks(graded.folder, "old") == full(*NAMES)


def test_a_change_of_either_notebook_makes_the_submission_new(own, split):
    """Catches a receipt that knows only the first notebook."""
    kinds = {student: outcome.kind for student, outcome in again().items()}
    assert kinds == dict.fromkeys(("both", "first", "second", "old"), autograde.UNCHANGED) | {
        "torn": autograde.SUBMISSION
    }
    hand_in(own, "both", RIGHT | {split[OTHER][0]: "..."})
    hand_in(own, "first", RIGHT, only=OTHER)
    shutil.rmtree(course.autograded(own, "second", LESSON))
    with course.release(own, LESSON, OTHER).open("a") as file:
        pass
    kinds = {student: outcome.kind for student, outcome in again().items()}
    assert [kinds[s] for s in ("both", "first", "second")] == [autograde.GRADED] * 3
    assert kinds["old"] == autograde.UNCHANGED
    assert marks(own, "both")[split[OTHER][0]] == 0 and marks(own, "first") == full(*NAMES)
    with course.release(own, LESSON, OTHER).open("a") as file:
        file.write("\n")
    assert again()["old"].kind == autograde.GRADED


def test_a_notebook_that_is_taken_back_loses_its_marks(own, split):
    """Catches marks, and a graded notebook, of a hand-in that is no longer there."""
    (course.submitted(own, "both", LESSON) / f"{OTHER}.ipynb").unlink()
    said = again(student="both", dry_run=True)["both"].changes
    assert said == {name: (load(name).points, 0.0) for name in split[OTHER]}
    again()
    assert marks(own, "both") == full(*split[ONE])
    assert [path.stem for path in course.autograded(own, "both", LESSON).glob("*")] == [ONE]


def test_a_dry_run_looks_into_both(own, split):
    """Catches a preview of the first notebook only."""
    changed = [split[ONE][1], split[OTHER][1]]
    hand_in(own, "both", RIGHT | dict.fromkeys(changed, "..."))
    before = marks(own, "both")
    outcome = again(student="both", dry_run=True)["both"]
    assert outcome.kind == autograde.PREVIEWED
    assert outcome.changes == {name: (load(name).points, 0.0) for name in changed}
    assert marks(own, "both") == before


def test_a_dry_run_of_a_torn_submission_looks_into_the_rest(own, split):
    """Catches a preview that hides the whole notebook behind the torn one."""
    hand_in(own, "torn", RIGHT | {split[ONE][0]: "..."}, only=ONE)
    outcome = again(student="torn", dry_run=True)["torn"]
    assert outcome.kind == autograde.SUBMISSION and OTHER in outcome.reason
    assert outcome.changes == {split[ONE][0]: (load(split[ONE][0]).points, 0.0)}


def test_the_report_reads_both_and_says_what_is_lacking(graded, split):
    """Catches a class report on the first notebook, and half a hand-in that nobody hears of."""
    answers, problems = classroom.read_class(graded.folder, LESSON)
    by_student = {}
    for answer in answers:
        by_student.setdefault(answer.student, []).append(answer.exercise)
    assert by_student == {
        "both": NAMES, "old": NAMES, "first": split[ONE], "second": split[OTHER], "torn": split[ONE]
    }  # fmt: skip
    assert problems == {
        classroom.NOT_HANDED_IN + OTHER: ["first"],
        classroom.NOT_HANDED_IN + ONE: ["second"],
        classroom.NOT_GRADED + OTHER: ["torn"],
    }
    page, table = report.write_report(graded.folder, LESSON)
    assert f"{classroom.NOT_HANDED_IN}{OTHER}" in page.read_text("utf-8")
    with open(table, encoding="utf-8-sig", newline="") as file:
        notes = {row["学習者"]: row["備考"] for row in csv.DictReader(file) if row["備考"]}
    assert notes["second"] == classroom.NOT_HANDED_IN + ONE


def test_of_two_graded_notebooks_the_unreadable_one_is_named(own, split):
    """Catches a torn graded notebook that takes the other one out of the report."""
    path = course.autograded(own, "both", LESSON) / f"{OTHER}.ipynb"
    path.chmod(0o644)
    path.write_text("{")
    answers, problems = classroom.read_class(own, LESSON)
    assert [a.exercise for a in answers if a.student == "both"] == split[ONE]
    assert problems[classroom.UNREADABLE + OTHER] == ["both"]


def test_the_feedback_has_a_page_for_each_and_says_what_is_lacking(graded, split):
    """Catches a learner who is not told why half of the points are missing."""

    def page(student: str, notebook: str) -> BeautifulSoup:
        path = graded.folder / f"grading/feedback/{student}/{LESSON}/{notebook}.html"
        return BeautifulSoup(path.read_text("utf-8"), "html.parser")

    for name in HALVES:
        points = sum(load(exercise).points for exercise in split[name])
        soup = page("both", name)
        assert f"得点 {points} / 満点 {points}" in soup.select_one(".total").get_text()
        assert soup.select_one(".missing") is None
        assert len(soup.select("section")) == len(split[name])
    assert f"その演習は 0 点です: {OTHER}" in page("first", ONE).select_one(".missing").get_text()
    assert f"その演習は 0 点です: {ONE}" in page("second", OTHER).select_one(".missing").get_text()
    assert not (graded.folder / f"grading/feedback/first/{LESSON}/{OTHER}.html").exists()


def test_the_exports_hold_the_points_and_messages_of_both(graded, split):
    """Catches a table that adds up one notebook, or a message of a notebook that is not there."""
    half = sum(load(name).points for name in split[ONE])
    (table,) = export.nbgrader_csv(graded.folder, LESSON).paths
    with open(table, encoding="utf-8-sig", newline="") as file:
        scores = {row["student_id"]: row["score"] for row in csv.DictReader(file)}
    assert scores.pop("torn") == ""  # half a mark is none
    scores = {student: float(score) for student, score in scores.items()}
    points = float(sum(load(name).points for name in NAMES))
    assert scores == {"both": points, "old": points, "first": half, "second": points - half}
    exported = export.gradescope_json(graded.folder, LESSON)
    found = {path.parent.name: json.loads(path.read_bytes())["tests"] for path in exported.paths}
    assert [test["name"] for test in found["both"]] == NAMES  # as in the notebooks
    said = {test["name"]: test["output"] for test in found["first"]}
    assert {n for n in said if said[n] == NOT_HANDED_IN} == set(split[OTHER])
    assert all("正解" in said[name] for name in split[ONE])
    assert "torn" not in found
    assert any(line.startswith("記入なし  torn: ") for line in exported.lines)
    (table,) = export.moodle_csv(graded.folder, LESSON).paths
    with open(table, encoding="utf-8-sig", newline="") as file:
        rows = {row["ID number"]: row for row in csv.DictReader(file)}
    assert float(rows["second"]["Grade"]) == points - half
    assert rows["second"]["Feedback"].count(NOT_HANDED_IN) == len(split[ONE])


def test_nbgraders_own_command_gives_the_same_marks(two, graded, tmp_path):
    """Catches marks of ours that `nbgrader autograde` would not give, on half a hand-in too."""
    folder = shutil.copytree(two, tmp_path / "course")
    shutil.rmtree(course.submitted(folder, "torn", LESSON))  # it fails the whole submission
    [done] = nbgrader(folder, ["autograde", LESSON])
    assert done.returncode == 0, done.stdout[-3000:]
    for student in ("both", "first", "second", "old"):
        assert marks(folder, student) == marks(graded.folder, student), student


def test_the_other_notebooks_cells_are_no_answers(two, split, here):
    """Catches an answer to another exercise that is taken because it stands in the same file."""
    here(two)
    mine, others = split[ONE][0], split[OTHER]
    calls = f"def {others[0]}(*arguments):\n    return {mine}(*arguments)"
    says = f"# def {mine} はここにありません\n{others[1]} = {mine}_of_another = print"

    def cell(name: str, text: str):
        marks = {"grade_id": name, "solution": True, "grade": False, "locked": False}
        return new_code_cell(text, id=name, metadata={"nbgrader": marks})

    def restored(*cells) -> str:
        names = {"student": "both", "assignment": LESSON, "notebook": ONE}
        step = RestoreFromRelease(parent=autograde.autograde_app(LESSON, False))
        notebook, _ = step.preprocess(new_notebook(cells=list(cells)), {"nbgrader": names})
        return next(each.source for each in notebook.cells if each.get("id") == mine)

    stub = restored()
    assert restored(cell(others[0], calls), cell(others[1], says)) == stub
    defines = f"def {mine}(*arguments):\n    return 1"
    assert restored(cell(mine, defines), cell(others[0], calls)) == defines
    # Written into a cell of the other one all the same, it is this exercise's answer.
    assert restored(cell(others[0], defines)) == defines
