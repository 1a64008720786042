"""python -m checker grade: the marks of nbgrader's autograde, in parallel, whatever happens."""

import contextlib
import functools
import hashlib
import json
import multiprocessing
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import disks
import killing
import nbgrader.api
import pytest
from disks import Bad
from killing import Here
from nbgrader.api import Grade, Gradebook, SubmittedAssignment
from nbgrader_commands import nbgrader as commands
from sample_course import (
    LESSON,
    ROOT,
    SECTION,
    WITHOUT_USER_NAMESPACES,
    hand_in,
    hand_in_many,
    make_course,
)

from checker.catalogue import exercise_names, load
from checker.grading import autograde, check_cell, grade, preconditions, receipts, workers
from checker.running import sandbox

pytestmark = pytest.mark.box
NAME = "threshold_mask"
RIGHT = load(NAME).solved()
WRONG = f"def {NAME}(weight, alpha):\n    return None"
CUTS_TIES = load(NAME).wrongs["cuts_ties"].text
PATIENCE = 600  # seconds until a process counts as hanging: far beyond what a busy machine takes
ON_ONE_CORE = ("taskset", "--cpu-list", str(min(os.sched_getaffinity(0))))  # three times too slow
COUNTS = {  # the summary's sentences
    "graded": "{} 人を採点しました。",
    "unchanged": "{} 人は前の採点から変わっていないので、飛ばしました。採点し直すには --force を付けます。",
    "previewed": "{} 人を試しに採点しました。点は変えていません。",
    "submission": "{} 人の提出物に、採点できないノートブックがあります。",
    "grader": "{} 人の採点が、採点する側の不具合で失敗しました。",
}


def counts(**kinds: int) -> str:
    """What the command says at last about so many submissions of each kind."""
    return "\n".join(COUNTS[kind].format(count) for kind, count in kinds.items())


def run(folder: Path, *arguments: str, before: tuple = (), path: Path = ROOT) -> tuple[int, str]:
    """The command in a course, as an instructor starts it: exit status and what it said."""
    done = subprocess.run(
        [*before, sys.executable, "-m", "checker", "grade", LESSON, *arguments],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(path), "COLUMNS": "200"}, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE,
    )  # fmt: skip
    return done.returncode, done.stdout


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
def six(tmp_path_factory):
    """A course with six submissions, not graded yet."""
    folder = tmp_path_factory.mktemp("six")
    make_course(folder)
    hand_in_many(folder, 6)
    return folder


@pytest.fixture(scope="module")
def reference(six, tmp_path_factory):
    """The marks that nbgrader's own command gives to the six."""
    folder = tmp_path_factory.mktemp("reference") / "course"
    shutil.copytree(six, folder)
    [said] = commands(folder, ["autograde", LESSON])
    assert said.returncode == 0, said.stdout
    found = marks(folder)
    assert len(set(found.values())) > 3  # nothing, everything and parts: a sharp comparison
    return found


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """A course with three submissions: right, partly right, nothing."""
    folder = tmp_path_factory.mktemp("three")
    make_course(folder)
    for student, answer in {"aoki": RIGHT, "baba": CUTS_TIES, "chiba": "..."}.items():
        hand_in(folder, student, {NAME: answer})
    return folder


@pytest.fixture
def here():
    """Grading with the worker in this process, in the course that is given to it."""
    with killing.grading_here() as enter:
        yield enter


@pytest.fixture
def small(three, tmp_path, here):
    """A copy of the three for a test that changes them."""
    return here(shutil.copytree(three, tmp_path / "course"))


def graded(**options) -> str:
    """What the command says at last."""
    return grade.summary(grade.grade(LESSON, jobs=1, **options))


def test_the_marks_are_those_of_nbgrader(six, tmp_path, reference, here):
    """Catches a mark that depends on our command, on the number of processes, or on load."""
    alone = here(shutil.copytree(six, tmp_path / "alone"))
    assert graded() == counts(graded=6)
    assert marks(alone) == reference
    course = shutil.copytree(six, tmp_path / "course")
    status, said = run(course, "--jobs", "3", before=ON_ONE_CORE)
    assert (status, said.splitlines()[-1]) == (0, counts(graded=6)), said
    assert marks(course) == reference


# Killed: at named moments, so that every run meets the same ones.

MOMENTS = (
    "checker.grading.autograde.mark entered",
    "nbgrader.converters.base.rmtree entered",  # of the notebook that was graded before
    "nbgrader.converters.base.rmtree left",
    "nbgrader.converters.Autograde.init_assignment left",  # the submission is in the gradebook
    "checker.grading.nbgrader_steps.RestoreFromRelease.preprocess left",
    "nbconvert.writers.files.open left",  # the graded notebook begins, empty
    "nbconvert.writers.FilesWriter.write left",  # it stands there, not judged
    "checker.grading.nbgrader_steps.judge_with left",
    "checker.grading.nbgrader_steps.JudgeCells.preprocess left",
    "nbgrader.preprocessors.SaveAutoGrades._add_score left",  # one mark of eight
    "nbgrader.preprocessors.SaveAutoGrades.preprocess left",
    "nbgrader.preprocessors.AssignLatePenalties.preprocess left",
    "nbgrader.converters.Autograde.set_permissions left",
    "checker.grading.autograde.write_whole entered",  # everything but the receipt
    "checker.grading.output.os.replace entered",  # half of the receipt
    "checker.grading.autograde.write_whole left",
)
KILLS = [
    (moment, before)
    for moment in MOMENTS
    for before in ("nothing graded", "everything graded")
    if not (before == "nothing graded" and "rmtree" in moment)  # only what was graded is removed
]


@pytest.fixture(scope="module")
def processes():
    """A way to start processes that need not import torch, nbgrader and the exercises each."""
    context = multiprocessing.get_context("forkserver")
    exercises = [f"checker.exercises.{SECTION}.{name}" for name in exercise_names(SECTION)]
    ours = ["checker.grading.grade", "checker.grading.nbgrader_steps"]
    context.set_forkserver_preload([*ours, *exercises])
    return context


@pytest.fixture(scope="module")
def three_marks(three, tmp_path_factory):
    """The three graded without a disturbance: the course and its marks."""
    with killing.grading_here() as enter:
        course = enter(shutil.copytree(three, tmp_path_factory.mktemp("graded") / "course"))
        assert graded() == counts(graded=3)
    return course, marks(course)


@pytest.mark.parametrize(("moment", "before"), KILLS)
def test_killed_at_any_moment_no_mark_is_lost_and_none_doubled(
    three, three_marks, processes, tmp_path, here, moment, before
):
    """Catches a half-graded submission that a later run takes for done, and a second entry."""
    source = three if before == "nothing graded" else three_marks[0]
    course = here(shutil.copytree(source, tmp_path / "course"))
    process = processes.Process(target=killing.grade_and_die, args=(course, LESSON, moment, "baba"))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL, f"{moment} never came"
    assert "前の採点" in graded()  # aoki, who came before
    assert marks(course) == three_marks[1]
    whole_notebooks(course)
    assert graded() == counts(unchanged=3)


def whole_notebooks(course: Path) -> None:
    """Fails where a graded notebook is torn or holds no verdicts."""
    for student in ("aoki", "baba", "chiba"):
        path = course / f"grading/autograded/{student}/{LESSON}/{LESSON}.ipynb"
        assert len(check_cell.read_all(json.loads(path.read_bytes())["cells"])) == 8


@pytest.mark.parametrize(
    "victim, moment",
    [
        ("command", "checker.grading.nbgrader_steps.judge_with entered"),
        ("both", "nbgrader.preprocessors.SaveAutoGrades._add_score left"),
        ("worker", "checker.grading.nbgrader_steps.judge_with left"),
    ],
)
def test_a_kill_leaves_no_process_and_costs_no_mark(
    three, three_marks, tmp_path, here, victim, moment
):
    """Catches sandboxes and workers that live on, and a submission that is lost with its worker."""
    course, mark = here(shutil.copytree(three, tmp_path / "course")), tmp_path / "mark"
    done = subprocess.run(
        [sys.executable, killing.__file__, mark, moment, victim, LESSON, "--jobs", "1"],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == (0 if victim == "worker" else -signal.SIGKILL), done.stdout
    assert killing.survivors(mark, PATIENCE) == []
    if victim != "worker":
        assert marks(course) != three_marks[1]
        graded()
    assert marks(course) == three_marks[1]
    assert graded() == counts(unchanged=3)


def test_a_process_that_ends_twice_costs_one_submission_and_is_told(small, monkeypatch, capsys):
    """Catches a run that waits for ever, or goes on in silence, where a process cannot live."""

    class Dies(Here):
        def submit(self, function, *arguments):
            if arguments == ("aoki",):
                raise BrokenProcessPool
            return super().submit(function, *arguments)

    monkeypatch.setattr(workers, "ProcessPoolExecutor", Dies)
    assert graded() == counts(graded=2, grader=1)
    assert f"aoki: 採点する側の不具合です: {grade.ENDED_TWICE}" in capsys.readouterr().out


def test_a_submission_beyond_the_limits_is_the_learners_fault(small, monkeypatch, capsys):
    """Catches a grader that is blamed for a notebook without an end, and marks lost beside it."""
    assert graded() == counts(graded=3)
    before, watched = marks(small), workers.watched
    why = {"aoki": workers.Ended.LATE, "baba": workers.Ended.LARGE}
    monkeypatch.setattr(workers, "watched", lambda p, w, name: why.get(name) or watched(p, w, name))
    assert graded(force=True) == counts(graded=1, submission=2)
    assert marks(small) == before
    said = capsys.readouterr().out
    assert "aoki: 提出物の不備です: 採点に使う時間が 15 分を超えたので" in said
    assert "baba: 提出物の不備です: 採点に使うメモリが 2 GiB を超えたので" in said


def test_answers_that_wait_leave_the_others_of_their_notebook_unjudged(small, monkeypatch, capsys):
    """Catches a worker that sleeps for minutes, and the next learner who pays for it."""
    monkeypatch.setattr(sandbox, "LEARNER_SECONDS", 2.0)
    first, *others = exercise_names(SECTION)
    solved = {name: load(name).solved() for name in others}
    hand_in(small, "aoki", solved | {first: f"import time\ntime.sleep(2)\n{load(first).solved()}"})
    hand_in(small, "baba", {first: load(first).solved(), others[0]: solved[others[0]]})
    assert graded() == counts(graded=3)
    found = marks(small)
    assert found["aoki", f"{first}-check"] == load(first).points
    assert [found["aoki", f"{name}-check"] for name in others] == [0] * len(others)
    assert found["baba", f"{others[0]}-check"] == load(others[0]).points
    words = f"^aoki: 採点しました: 前の解答が時間を使い切ったため、.*: {'、'.join(others)}。$"
    assert re.search(words, said := capsys.readouterr().out, re.MULTILINE) and "baba" not in said
    told = (small / f"grading/autograded/aoki/{LESSON}/{LESSON}.ipynb").read_text(encoding="utf-8")
    assert told.count("この解答は動かしていません") >= len(others)


# What is done already.


def test_an_unchanged_submission_is_skipped_and_a_changed_one_is_not(small):
    """Catches marks of an older text, and hours of work done again for nothing."""
    assert graded() == counts(graded=3)
    assert graded() == counts(unchanged=3)
    hand_in(small, "chiba", {NAME: RIGHT})
    assert graded() == counts(graded=1, unchanged=2)
    assert marks(small)["chiba", f"{NAME}-check"] == load(NAME).points
    assert graded(force=True, student="aoki") == counts(graded=1)


def test_a_new_release_or_seed_makes_the_marks_anew(small):
    """Catches marks for hidden cases, or for a notebook, that the course no longer has."""
    graded()
    (small / "grading/seed").write_text("7")
    assert graded() == counts(graded=3)
    with (small / f"notebooks/{LESSON}/{LESSON}.ipynb").open("a") as file:
        file.write("\n")
    assert graded() == counts(graded=3)


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A copy of our two packages, to change something in."""
    folder = tmp_path_factory.mktemp("packages")
    for name in ("checker", "lessons"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_every_file_of_ours_is_in_the_receipts(small, packages, monkeypatch):
    """Catches a folder or a kind of file that decides marks and that no receipt knows."""
    assert set(receipts.PACKAGES) == {ROOT / "checker", ROOT / "lessons"}
    folders = tuple(packages / name for name in ("checker", "lessons"))
    monkeypatch.setattr(receipts, "PACKAGES", folders)
    graded()
    for file, kind in {
        "lessons/data/caffenet_oxford102.csv": "graded",
        "lessons/data/fitnets_cifar10.csv": "graded",
        "lessons/pruning/masks.py": "graded",
        "lessons/new/deep/er.txt": "graded",
        "checker/running/inside/answer.py": "graded",
        "checker/exercises/pruning/threshold_mask.py": "graded",
        "checker/grading/templates/report.html.j2": "graded",
        "checker/__pycache__/refusal.cpython-311.pyc": "unchanged",
    }.items():
        path = packages / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as changed:
            changed.write("# another\n")
        assert graded() == counts(**{kind: 3}), file


def test_a_new_version_makes_the_marks_anew(small, monkeypatch):
    """Catches marks that today's torch, numpy or Python would not give."""
    graded()
    known = receipts.metadata.version
    for library in ("torch", "numpy"):
        with monkeypatch.context() as newer:
            newer.setattr(
                receipts.metadata, "version", lambda n, new=library: "99" if n == new else known(n)
            )
            assert graded() == counts(graded=3), library
    monkeypatch.setattr(receipts.platform, "python_version", lambda: "3.99")
    assert graded() == counts(graded=3)


def test_a_new_due_date_makes_the_marks_anew(small):
    """Catches late penalties that nbgrader would give and we would not."""
    graded()
    with Gradebook(f"sqlite:///{small}/gradebook.db", "keiryoka") as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate="2020-01-01 00:00:00 UTC")
    assert graded() == counts(graded=3)


def test_a_graded_notebook_that_vanished_is_made_again(small):
    """Catches a report and feedback without the learners whose notebooks were deleted."""
    graded()
    shutil.rmtree(small / "grading/autograded/aoki")
    assert graded() == counts(graded=1, unchanged=2)


def test_a_mark_by_hand_makes_nobody_changed(small):
    """Catches every run that asks a person to mark again what has been marked."""
    graded()
    with Gradebook(f"sqlite:///{small}/gradebook.db", "keiryoka") as gradebook:
        (entry, *_) = gradebook.find_submission(LESSON, "aoki").notebooks[0].grades
        entry.auto_score, entry.needs_manual_grade = None, True  # as for an essay
        gradebook.db.commit()
    assert graded() == counts(unchanged=3)


def test_marks_that_vanished_are_made_again(small, three):
    """Catches a receipt that is believed although the gradebook is another one."""
    graded()
    before = marks(small)
    shutil.copy(three / "gradebook.db", small)
    assert graded() == counts(graded=3)
    assert marks(small) == before


def test_a_dry_run_says_whose_mark_would_change_and_changes_nothing(small):
    """Catches a preview that writes, that is silent, or that differs from the grading after it."""
    graded()
    hand_in(small, "aoki", {NAME: WRONG})
    before = hashes(small)
    said = graded(dry_run=True)
    assert hashes(small) == before
    assert said.splitlines()[0] == f"aoki: {NAME} {load(NAME).points} 点 → 0 点"
    assert said.splitlines()[1:] == [counts(previewed=3)]
    graded()
    assert graded(dry_run=True) == counts(previewed=3)


def test_a_failure_is_one_line_that_says_whose_fault_it_was(small, capsys):
    """Catches one bad file that stops the batch, passes in silence, or comes as a traceback."""
    broken = small / f"grading/submitted/baba/{LESSON}/{LESSON}.ipynb"
    broken.write_text('{"cells": [')
    missing = small / f"grading/submitted/chiba/{LESSON}/{LESSON}.ipynb"
    missing.rename(missing.with_name("mine.ipynb"))
    assert graded() == counts(graded=1, submission=2)
    said = capsys.readouterr().out
    fault = "提出物の不備です"
    words = f"^baba: {fault}: {LESSON}.ipynb はノートブックとして開けません（.*JSON"
    assert re.search(words, said, re.MULTILINE)
    assert re.search(f"^chiba: {fault}: .*あるのは mine.ipynb だけです。$", said, re.MULTILINE)
    assert marks(small)["aoki", f"{NAME}-check"] == load(NAME).points


def test_a_fault_of_ours_is_told_as_ours(small, monkeypatch, capsys):
    """Catches a learner who is blamed, or marked for good, for an error of the grader."""
    with monkeypatch.context() as broken:
        broken.setattr("checker.grading.nbgrader_steps.judge_with", None)
        assert graded() == counts(grader=3)
    said, fault = capsys.readouterr().out, "採点する側の不具合です"
    words = f"^aoki: {fault}: 判定できず、0 点にした演習があります: {NAME}（TypeError: .*NoneType"
    assert re.search(words, said, re.MULTILINE)
    with monkeypatch.context() as broken:
        broken.setattr(autograde, "unreadable", lambda _: 1 / 0)
        assert graded() == counts(grader=3)
    assert f"chiba: {fault}: ZeroDivisionError: division by zero" in capsys.readouterr().out
    assert graded() == counts(graded=3)


def test_without_isolation_it_refuses_and_with_trust_it_grades(three, tmp_path):
    """Catches foreign code that runs unasked on a machine without a sandbox."""
    small = tmp_path / "course"
    shutil.copytree(three, small)
    before = hashes(small)
    status, said = run(small, before=WITHOUT_USER_NAMESPACES)
    assert status == 2 and "Traceback" not in said
    for words in ("断りました", "対処: ", "user namespace", "--i-trust-these-submissions"):
        assert words in said, words
    assert hashes(small) == before
    trusted = ("--i-trust-these-submissions", "--student", "aoki")
    assert run(small, *trusted, before=WITHOUT_USER_NAMESPACES)[0] == 0
    graded = small / f"grading/autograded/aoki/{LESSON}/{LESSON}.ipynb"
    assert "隔離なし" in graded.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "folder, arguments, words",
    [
        (".", ("--student", "nobody"), f"nobody の {LESSON} の提出物がありません"),
        ("grading", (), "コースのフォルダーで実行してください"),
    ],
)
def test_what_cannot_be_graded_is_told_with_the_remedy(three, folder, arguments, words):
    """Catches a traceback, or silence, where an argument is wrong."""
    status, said = run(three / folder, *arguments)
    assert (status, said.count("\n")) == (2, 1)
    assert words in said


def test_an_unknown_assignment_is_told_with_the_known_ones(three, monkeypatch):
    """Catches a typing error that ends in silence."""
    monkeypatch.chdir(three)
    with pytest.raises(grade.CannotGrade, match=f"「6_pruning」という課題はありません.*{LESSON}"):
        grade.grade("6_pruning", jobs=1)


def test_before_the_first_upload_it_says_what_to_run(three, tmp_path, monkeypatch):
    """Catches an empty run, or a traceback, where nothing has been collected."""
    course = shutil.copytree(three, tmp_path / "course")
    shutil.rmtree(course / "grading/submitted")
    monkeypatch.chdir(course)
    with pytest.raises(grade.CannotGrade, match="python -m checker collect"):
        grade.grade(LESSON, jobs=1)


# What everybody's grading needs is looked at before anybody is graded.


def without_gradebook(course: Path) -> None:
    (course / "gradebook.db").unlink()


def not_released(course: Path) -> None:
    with Gradebook(f"sqlite:///{course}/gradebook.db", "keiryoka") as gradebook:
        gradebook.remove_assignment(LESSON)


def of_another_release(course: Path) -> None:
    path = course / f"notebooks/{LESSON}/{LESSON}.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace(f"{NAME}-check", "new-check"), "utf-8")


def of_an_older_nbgrader(course: Path) -> None:
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as gradebook:
        gradebook.execute("ALTER TABLE assignment DROP COLUMN duedate")


def no_gradebook_at_all(course: Path) -> None:
    (course / "gradebook.db").write_bytes(b"no database" * 1000)


RELEASE = f"nbgrader generate_assignment {LESSON} --force"


@pytest.mark.parametrize(
    ("breaks", "words", "ends"),
    [
        (without_gradebook, "gradebook.db がありません", RELEASE),
        (not_released, f"成績簿に「{LESSON}」という課題がありません", RELEASE),
        (of_another_release, f"公開した {LESSON} が、成績簿の「{LESSON}」と合いません", RELEASE),
        (of_an_older_nbgrader, "を読めません（no such column: assignment.duedate）", "nbgrader db upgrade"),
        (no_gradebook_at_all, "を読めません（file is not a database）", "もう一度採点してください。"),
    ],
)
def test_what_everybody_needs_is_told_once(three, tmp_path, monkeypatch, breaks, words, ends):
    """Catches one line a learner, without the cause, where nobody can be graded; and an attempt that
    leaves an empty gradebook."""
    course = shutil.copytree(three, tmp_path / "course")
    breaks(course)
    monkeypatch.chdir(course)
    autograde.autograde_app.cache_clear()
    before = hashes(course)
    with pytest.raises(grade.CannotGrade, match=f"{re.escape(words)}.*何も採点していません") as refused:
        grade.grade(LESSON, jobs=1)
    assert str(refused.value).endswith(ends)
    assert hashes(course) == before


def test_on_windows_another_command_is_named(monkeypatch):
    """Catches a remedy that Windows does not know."""
    monkeypatch.setattr(preconditions.sys, "platform", "win32")
    assert preconditions.allow("gradebook.db").endswith("attrib -R gradebook.db")


def test_a_gradebook_in_use_is_told(three, tmp_path, monkeypatch):
    """Catches a traceback, and the advice to change permissions, where another program is writing."""
    course = shutil.copytree(three, tmp_path / "course")
    monkeypatch.chdir(course)
    autograde.autograde_app.cache_clear()
    at_once = functools.partial(nbgrader.api.create_engine, connect_args={"timeout": 0})
    monkeypatch.setattr(nbgrader.api, "create_engine", at_once)
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(grade.CannotGrade, match="locked.*ほかのプログラムが書き込んでいます"):
            grade.grade(LESSON, jobs=1)


def test_the_command_that_is_named_mends_it(three, three_marks, tmp_path, here):
    """Catches a remedy that is none."""
    course = here(shutil.copytree(three, tmp_path / "course"))
    without_gradebook(course)
    with pytest.raises(grade.CannotGrade) as refused:
        graded()
    command = str(refused.value).rpartition("採点してください: ")[2].split()
    subprocess.run([sys.executable, "-m", *command], cwd=course, check=True, capture_output=True)
    assert graded() == counts(graded=3)
    assert marks(course) == three_marks[1]


READ_ONLY = "OperationalError: attempt to write a readonly database"
FULL = "OperationalError: database or disk is full"
DISKS = {  # what is wrong, and what each learner, or the instructor, hears
    "a gradebook to read": (
        Bad(read_only=["gradebook.db"]),
        {"refused": "成績簿 .*gradebook.db に書き込めません（attempt to write.* chmod u\\+w . gradebook.db$"},
    ),
    "a folder to read": (
        Bad(read_only=["."], but=["gradebook.db", "grading"]),  # SQLite's journal lies there
        {"refused": "成績簿 .*に書き込めません（unable to open.* chmod u\\+w . gradebook.db$"},
    ),
    "a folder to read, with WAL": (
        Bad(read_only=["."], but=["gradebook.db", "grading"], wal=True),
        {"refused": "成績簿 .*（(unable to open|attempt to write).* chmod u\\+w . gradebook.db$"},
    ),
    "grading to read": (
        Bad(read_only=["grading"]),
        {"refused": "^grading/ に書き込めません.* chmod u\\+w . grading$"},
    ),
    "little room": (
        Bad(left=100_000),
        {"refused": "空きが足りません。2 人の採点に 1.3 MB が必要で、.*空きは 0.1 MB です。何も"},
    ),
    "to read midway": (
        Bad(read_only=["gradebook.db"], midway=True),
        {"baba": READ_ONLY, "chiba": READ_ONLY},
    ),
    "full midway": (Bad(left=30_000, midway=True), {"baba": FULL, "chiba": FULL}),
    "full after one": (Bad(left=110_000, midway=True), {"baba": "^$", "chiba": FULL}),
    "a full folder": (
        Bad(small="grading/autograded", midway=True),
        {"chiba": "OSError: .*No space left on device"},
    ),
}


@pytest.fixture(scope="module")
def on_bad_disks(three, processes, tmp_path_factory):
    """The folder with what became of the three on each of the disks."""
    place = tmp_path_factory.mktemp("disks")
    (place / "disk").mkdir()
    bad = {name: disk for name, (disk, _) in DISKS.items()}
    process = processes.Process(target=disks.grade_on, args=(bad, three, place, LESSON))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode == 0
    return place


@pytest.mark.parametrize("name", DISKS)
def test_a_bad_disk_is_named_and_costs_nothing(on_bad_disks, three_marks, name):
    """Catches nbgrader's "the above traceback", which nobody sees, its advice to upgrade a database
    that is read-only, and a mark that is lost or wrong after the disk is mended."""
    said = json.loads((on_bad_disks / "result.json").read_text())[name]
    for who, words in DISKS[name][1].items():
        assert re.search(words, said[who]), said
    if "refused" in said:
        assert said["changed"] == []
    else:
        assert "人を採点しました" in said["mended"]
        assert marks(on_bad_disks / name) == three_marks[1]


def test_two_runs_at_once_are_one_too_many(three, tmp_path, here):
    """Catches two runs that write the same marks at the same time."""
    here(shutil.copytree(three, tmp_path / "course"))
    with grade.filelock.FileLock("grading/lock"):
        with pytest.raises(grade.CannotGrade, match="別の採点が動いています"):
            grade.grade(LESSON, jobs=1)


def test_the_command_itself_loads_no_torch():
    """Catches seconds of waiting before the first word: only the workers judge, and nobody needs
    the grammar that jsonschema builds."""
    heavy = "{'torch', 'lark'} & set(sys.modules)"
    said = f"import checker.grading.grade, sys; sys.exit(' '.join({heavy}) or 0)"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", said], env=environment).returncode == 0
