"""python -m checker grade: the marks of nbgrader's autograde, in parallel, whatever happens."""

import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import Future
from pathlib import Path

import psutil
import pytest
from nbgrader.api import Grade, Gradebook, SubmittedAssignment
from sample_course import LESSON, ROOT, WITHOUT_USER_NAMESPACES, hand_in, hand_in_many, make_course

from checker.catalogue import load
from checker.grading import grade

pytestmark = pytest.mark.box
NAME = "threshold_mask"
RIGHT = load(NAME).solved()
WRONG = f"def {NAME}(weight, alpha):\n    return None"
CUTS_TIES = load(NAME).wrongs["cuts_ties"].text
KILLS = 20


def start(folder: Path, *arguments: str, before: tuple = (), **options) -> subprocess.Popen:
    """The command in a course, as an instructor starts it."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return subprocess.Popen(
        [*before, sys.executable, "-m", "checker", "grade", LESSON, *arguments],
        cwd=folder, env=environment, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options,
    )  # fmt: skip


def run(folder: Path, *arguments: str, **options) -> tuple[int, str]:
    process = start(folder, *arguments, **options)
    said = process.communicate(timeout=300)[0]
    return process.returncode, said


def marks(folder: Path) -> dict[tuple[str, str], float | None]:
    """Every automatic mark in the gradebook; fails where one is there twice."""
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as gradebook:
        submissions = gradebook.db.query(SubmittedAssignment).all()
        found = [
            ((s.student_id, entry.name), entry.auto_score)
            for s in submissions
            for notebook in s.notebooks
            for entry in notebook.grades
        ]
        assert gradebook.db.query(Grade).count() == len(found)
    assert len(dict(found)) == len(found)
    return dict(found)


def hashes(folder: Path) -> dict[str, str]:
    """What the files of a course hold."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("lock", ".nbgrader.log")
    }


@pytest.fixture(scope="module")
def twelve(tmp_path_factory):
    """A course with twelve submissions, not graded yet."""
    folder = tmp_path_factory.mktemp("twelve")
    make_course(folder)
    hand_in_many(folder, 12)
    return folder


@pytest.fixture(scope="module")
def reference(twelve, tmp_path_factory):
    """The marks that nbgrader's own command gives to the twelve."""
    folder = tmp_path_factory.mktemp("reference") / "course"
    shutil.copytree(twelve, folder)
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", LESSON],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True, capture_output=True,
    )  # fmt: skip
    found = marks(folder)
    assert len(set(found.values())) > 3  # nothing, everything and parts: a sharp comparison
    return found


@pytest.fixture
def course(twelve, tmp_path):
    """A copy of its own for a test that changes the twelve."""
    shutil.copytree(twelve, tmp_path / "course")
    return tmp_path / "course"


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """A course with three submissions: right, partly right, nothing."""
    folder = tmp_path_factory.mktemp("three")
    make_course(folder)
    for student, answer in {"aoki": RIGHT, "baba": CUTS_TIES, "chiba": "..."}.items():
        hand_in(folder, student, {NAME: answer})
    return folder


@pytest.fixture
def small(three, tmp_path, monkeypatch):
    """A copy of the three for a test that changes them, with the worker in this process."""
    folder = tmp_path / "course"
    shutil.copytree(three, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(grade, "ProcessPoolExecutor", Here)
    grade.autograde_app.cache_clear()
    return folder


class Here:
    """An executor that works at once, in this process: the commands above use real ones."""

    def __init__(self, *_):
        pass

    def submit(self, function, *arguments) -> Future:
        future = Future()
        future.set_result(function(*arguments))
        return future

    def shutdown(self) -> None:
        pass


def graded(**options) -> str:
    """What the command says at last."""
    return grade.summary(grade.grade(LESSON, jobs=1, **options))


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_marks_are_those_of_nbgrader(course, reference, jobs):
    """Catches a mark that depends on our command, on the number of processes, or on load."""
    load = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(jobs)]
    try:
        status, said = run(course, "--jobs", str(jobs))
    finally:
        for process in load:
            process.kill()
            process.wait()
    assert (status, said.splitlines()[-1]) == (0, "12 graded"), said
    assert marks(course) == reference


def test_killed_twenty_times_no_mark_is_lost_and_none_doubled(course, reference):
    """Catches a half-graded submission that a later run takes for done, and a second entry."""
    draw = random.Random(4)
    for kill in range(KILLS):
        process = start(course, "--jobs", "2", "--force", start_new_session=True)
        time.sleep(draw.uniform(0.5, 8.0))
        family = [psutil.Process(process.pid)]
        family += family[0].children(recursive=True)
        victims = family if kill % 2 else family[:1]
        for victim in victims:
            victim.kill()
        process.communicate()
        survivors = psutil.wait_procs(family, timeout=10)[1]
        assert not survivors, f"kill {kill}: {survivors} outlived the command"
    status, said = run(course, "--jobs", "2")
    assert status == 0, said
    assert marks(course) == reference
    assert len(list((course / "grading/receipts").rglob("*.sha256"))) == 12


def test_a_worker_that_is_killed_costs_nothing(course, reference):
    """Catches a submission that is lost, or a run that waits for ever, with its process."""
    process = start(course, "--jobs", "2")
    killed = 0
    while killed < 2 and process.poll() is None:
        for child in psutil.Process(process.pid).children():
            graders = [c for c in child.children() if c.name() == "bwrap"]
            if graders and killed < 2:
                child.kill()
                killed += 1
        time.sleep(0.2)
    said = process.communicate()[0]
    assert killed == 2 and process.returncode == 0, said
    assert marks(course) == reference


def test_an_unchanged_submission_is_skipped_and_a_changed_one_is_not(small):
    """Catches marks of an older text, and hours of work done again for nothing."""
    assert graded() == "3 graded"
    assert graded() == "3 unchanged and skipped (--force grades them again)"
    hand_in(small, "chiba", {NAME: RIGHT})
    assert graded().startswith("1 graded, 2 unchanged")
    assert marks(small)["chiba", f"{NAME}-check"] == load(NAME).points
    assert graded(force=True, student="aoki") == "1 graded"


def test_a_new_release_or_seed_makes_the_marks_anew(small):
    """Catches marks for hidden cases, or for a notebook, that the course no longer has."""
    graded()
    (small / "grading/seed").write_text("7")
    assert graded() == "3 graded"


def test_a_new_due_date_makes_the_marks_anew(small):
    """Catches late penalties that nbgrader would give and we would not."""
    graded()
    with Gradebook(f"sqlite:///{small}/gradebook.db", "keiryoka") as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate="2020-01-01 00:00:00 UTC")
    assert graded() == "3 graded"


def test_a_graded_notebook_that_vanished_is_made_again(small):
    """Catches a report and feedback without the learners whose notebooks were deleted."""
    graded()
    shutil.rmtree(small / "grading/autograded/aoki")
    assert graded().startswith("1 graded, 2 unchanged")


def test_a_mark_by_hand_makes_nobody_changed(small):
    """Catches every run that asks a person to mark again what has been marked."""
    graded()
    with Gradebook(f"sqlite:///{small}/gradebook.db", "keiryoka") as gradebook:
        (entry, *_) = gradebook.find_submission(LESSON, "aoki").notebooks[0].grades
        entry.auto_score, entry.needs_manual_grade = None, True  # as for an essay
        gradebook.db.commit()
    assert graded().startswith("3 unchanged")


def test_marks_that_vanished_are_made_again(small, three):
    """Catches a receipt that is believed although the gradebook is another one."""
    graded()
    before = marks(small)
    shutil.copy(three / "gradebook.db", small)
    assert graded() == "3 graded"
    assert marks(small) == before


def test_a_dry_run_says_whose_mark_would_change_and_changes_nothing(small):
    """Catches a preview that writes, that is silent, or that differs from the grading after it."""
    graded()
    hand_in(small, "aoki", {NAME: WRONG})
    before = hashes(small)
    said = graded(dry_run=True)
    assert hashes(small) == before
    assert said.splitlines()[0] == f"aoki: {NAME} {load(NAME).points} → 0"
    assert said.splitlines()[1:] == ["3 judged without a change to any mark"]
    graded()
    assert graded(dry_run=True) == "3 judged without a change to any mark"


def test_a_failure_is_one_line_that_says_whose_fault_it_was(small, capsys):
    """Catches one bad file that stops the batch, passes in silence, or comes as a traceback."""
    broken = small / f"grading/submitted/baba/{LESSON}/{LESSON}.ipynb"
    broken.write_text('{"cells": [')
    missing = small / f"grading/submitted/chiba/{LESSON}/{LESSON}.ipynb"
    missing.rename(missing.with_name("mine.ipynb"))
    assert graded() == "1 graded, 2 failed, a fault of the submission"
    said = capsys.readouterr().out
    assert re.search(rf"^baba: submission: {LESSON}.ipynb is no notebook .*JSON", said, re.MULTILINE)
    assert re.search(r"^chiba: submission: .* only mine.ipynb$", said, re.MULTILINE)
    assert marks(small)["aoki", f"{NAME}-check"] == load(NAME).points


def test_a_fault_of_ours_is_told_as_ours(small, monkeypatch, capsys):
    """Catches a learner who is blamed, or marked for good, for an error of the grader."""
    with monkeypatch.context() as broken:
        broken.setattr("checker.grading.nbgrader_steps.judge_with", None)
        assert graded() == "3 failed, a fault of the grader"
    said = capsys.readouterr().out
    assert re.search(rf"^aoki: grader: {NAME}, .* could not be judged", said, re.MULTILINE)
    with monkeypatch.context() as broken:
        broken.setattr(grade, "unreadable", lambda _: 1 / 0)
        assert graded() == "3 failed, a fault of the grader"
    assert "chiba: grader: ZeroDivisionError: division by zero" in capsys.readouterr().out
    assert graded() == "3 graded"


def test_without_isolation_it_refuses_and_with_trust_it_grades(three, tmp_path):
    """Catches foreign code that runs unasked on a machine without a sandbox."""
    small = tmp_path / "course"
    shutil.copytree(three, small)
    before = hashes(small)
    status, said = run(small, before=WITHOUT_USER_NAMESPACES)
    assert status == 2 and "Traceback" not in said
    for words in ("Refused", "Remedy", "user namespace", "--i-trust-these-submissions"):
        assert words in said, words
    assert hashes(small) == before
    trusted = ("--i-trust-these-submissions",)
    assert run(small, *trusted, before=WITHOUT_USER_NAMESPACES)[0] == 0
    graded = small / f"grading/autograded/aoki/{LESSON}/{LESSON}.ipynb"
    assert "隔離なし" in graded.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "folder, arguments, words",
    [
        (".", ("--student", "nobody"), "'nobody' has no submission"),
        ("grading", (), "run this in the folder of the course"),
    ],
)
def test_what_cannot_be_graded_is_told_with_the_remedy(twelve, folder, arguments, words):
    """Catches a traceback, or silence, where an argument is wrong."""
    status, said = run(twelve / folder, *arguments)
    assert (status, said.count("\n")) == (2, 1)
    assert words in said


def test_an_unknown_assignment_is_told_with_the_known_ones(twelve, monkeypatch):
    """Catches a typing error that ends in silence."""
    monkeypatch.chdir(twelve)
    with pytest.raises(grade.CannotGrade, match=f"no assignment '6_pruning'.*{LESSON}"):
        grade.grade("6_pruning", jobs=1)


def test_two_runs_at_once_are_one_too_many(twelve, monkeypatch):
    """Catches two runs that write the same marks at the same time."""
    monkeypatch.chdir(twelve)
    with grade.filelock.FileLock("grading/lock"):
        with pytest.raises(grade.CannotGrade, match="another run"):
            grade.grade(LESSON, jobs=1)
