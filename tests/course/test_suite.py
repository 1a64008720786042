"""The suite's own rules: which tests run and where, and what is asked of every case and notebook."""

import os
import re
import shutil
import subprocess
import sys
import types

import cost
import nbformat
import notebooks
import pytest
import together
import touched
from grimp.exceptions import SourceSyntaxError
from nbformat.v4 import new_code_cell, new_notebook
from places import ROOT

from checker.catalogue import exercise_names

PRUNING = set(exercise_names("pruning"))
# nbval's jsonschema builds no grammar then, which would take as long as all that pytest does.
QUICK = "import checker.grading, pytest; raise SystemExit(pytest.main())"


# ---- what a change touches -------------------------------------------------------------------

@pytest.mark.parametrize("paths, wanted", [
    (["checker/exercises/pruning/csr_bytes.py"], {"csr_bytes"}),
    (["checker/exercises/distillation/soft_loss.py"], {"soft_loss", "distillation_loss"}),
    (["checker/questions/overview/estimates.py"], {"overview_letters"}),
    (["lessons/pruning/masks.py"], PRUNING),
    (["README.md", "lessons/pruning/06_pruning.md", "checker/grading/report.py"], set()),
    (["checker/exercises/pruning/gone.py", "lessons/data/README.md"], set()),
], ids=["an exercise", "with a neighbour", "graded questions", "a section", "no code", "gone"])
def test_a_change_touches_what_imports_it(paths, wanted):
    """Catches an exercise whose gate does not run after a change of its file or of its lesson."""
    assert touched.touched_by(paths) == wanted


@pytest.mark.parametrize("path", [
    "checker/judging/compare.py", "checker/running/inside/answer.py", "checker/exercise.py",
    "checker/authoring/gates.py", "constraints.txt"])
def test_a_change_of_the_judge_touches_everything(path):
    """Catches a judge, a runner or a torch that is exchanged while the gates look away."""
    assert touched.touched_by([path]) == set(exercise_names())


@pytest.mark.parametrize("path, user", [
    ("lessons/data/caffenet_oxford102.csv", "pick_alpha"), ("lessons/training.py", "choose_bits")])
def test_what_sections_share_touches_whoever_uses_it(path, user):
    """Catches data, or a shared module, whose change reaches no gate."""
    assert user in touched.touched_by([path])


def test_a_file_that_cannot_be_read_stops_no_test(monkeypatch):
    """Catches a syntax error somewhere that ends pytest before it says where."""
    def unreadable(*_, **__):
        raise SourceSyntaxError("lessons/pruning/masks.py", 3, "def")

    monkeypatch.setattr(touched.grimp, "build_graph", unreadable)
    assert touched.touched_by(["lessons/pruning/masks.py"]) == set(exercise_names())


def test_seeds_follow_the_change(monkeypatch):
    """Catches few seeds where something changed, and many where nobody waits for them."""
    monkeypatch.setattr(touched, "touched", lambda: {"csr_bytes"})
    assert touched.seeds("csr_bytes", fast=False) == 200
    assert touched.seeds("pick_alpha", fast=False) == 40
    assert touched.seeds("csr_bytes", fast=True) < 10
    assert touched.told(fast=True).endswith("for csr_bytes, no others")


@pytest.fixture
def repository(tmp_path):
    """A repository with one commit on main and one on a branch; runs git in it."""
    if not shutil.which("git"):
        pytest.skip("git is not installed: a downloaded archive needs none")

    def git(*words):
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, capture_output=True, check=True)

    def commit(name, text="1"):
        (tmp_path / name).write_text(text)
        git("add", "-A")
        git("commit", "-m", name)

    git("init", "-b", "main")
    commit(".gitignore", "ignored\n")
    commit("old.py")
    git("checkout", "-b", "branch")
    commit("committed.py")
    return types.SimpleNamespace(root=tmp_path, git=git, commit=commit)


def test_what_differs_from_main(repository):
    """Catches a change that is not committed yet, a new file, a deleted one, or main's own progress."""
    repository.git("checkout", "main")
    repository.commit("later.py")
    repository.git("checkout", "branch")
    assert touched.changed(repository.root) == {"committed.py"}
    (repository.root / "committed.py").write_text("2")
    (repository.root / "old.py").unlink()
    (repository.root / "新しい.py").write_text("")
    (repository.root / "ignored").write_text("")
    assert touched.changed(repository.root) == {"committed.py", "old.py", "新しい.py"}


def test_on_main_the_last_commit_is_the_change(repository):
    """Catches a main on which nothing ever counts as changed, so that its tip is never proven."""
    repository.git("checkout", "main")
    repository.git("merge", "--no-ff", "--no-edit", "branch")
    assert touched.changed(repository.root) == {"committed.py"}


def test_without_git_or_main_nobody_can_tell(repository, tmp_path_factory):
    """Catches a download without .git that is taken for one without changes."""
    assert touched.changed(tmp_path_factory.mktemp("empty")) is None
    repository.git("branch", "-m", "main", "trunk")
    assert touched.changed(repository.root) is None


# ---- who stays together ----------------------------------------------------------------------

def pytest_in(folder, *words):
    """What pytest says in a folder of its own, with the rules of this suite and nothing else of it."""
    (folder / "conftest.py").write_text(
        "import together, notebooks, cost\n"
        "def pytest_configure(config):\n"
        "    for rules in (together, notebooks, cost):\n"
        "        config.pluginmanager.register(rules)\n")
    (folder / "pytest.ini").write_text(
        "[pytest]\nmarkers =\n    long(reason): exempt\naddopts = --nbval-current-env\n")
    paths = os.pathsep.join([str(ROOT / "tests/support"), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-c", QUICK, "-p", "no:cacheprovider", "-rA", "--color=no", *words],
        cwd=folder, capture_output=True, encoding="utf-8", check=False,
        env={**os.environ, "PYTHONPATH": paths}).stdout


FILE = """
import time

import pytest


@pytest.mark.parametrize("n", range(6))
def test_one(n, worker_id):
    time.sleep(0.6 if "spread" in __file__ else 0)
    print("WHERE", __file__, n, worker_id)
"""


def test_a_file_stays_on_one_worker_and_a_notebook_in_order(tmp_path):
    """Catches a fixture or a kernel that is split between two workers, and cases that could be
    spread and are not."""
    for name in ("tests/exercises/test_spread.py", "tests/test_whole.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(FILE)
    count = [new_code_cell("n = 0")] + [new_code_cell(f"n += 1\nassert n == {i + 1}") for i in range(8)]
    for name in "ab":
        nbformat.write(new_notebook(cells=count), tmp_path / f"{name}.ipynb")
    said = pytest_in(tmp_path, "--nbval", "-n", "2", "--dist", "loadfile")
    assert "30 passed" in said, said
    spread, whole = ({worker for file, worker in re.findall(r"WHERE (\S+) \d (\w+)", said)
                      if name in file} for name in ("test_spread", "test_whole"))
    assert len(spread) == 2 and len(whole) == 1


def test_what_is_named_is_there():
    """Catches a folder that was renamed, and whose tests then lose their place."""
    assert all((ROOT / place).exists() for place in (*together.FIRST, *together.SPREAD))


@pytest.mark.parametrize("nodeid, group", [
    ("tests/exercises/test_gates.py::test_the_card_is_complete[pick_alpha]", "::pick_alpha]"),
    ("tests/exercises/test_gates.py::test_import[a[0] - b-pick_alpha]", "::pick_alpha]"),
    ("tests/checker/test_fuzz.py::test_injured_files[3]", "::3]"),
    ("tests/exercises/test_gates.py::test_a_sound_exercise", "::test_a_sound_exercise"),
    ("tests/checker/test_cards.py::test_a[3]", "tests/checker/test_cards.py"),
])
def test_an_exercises_gates_stay_together(nodeid, group):
    """Catches known answers that are run anew by another worker."""
    assert together.group(nodeid).endswith(group)


# ---- what is asked of a notebook -------------------------------------------------------------

CHECKS = {
    "right": "print('未回答です')",
    "red": "print('正解')",
    "silent": "x = 1",
    "late": "print('正解')\ndisplay('未回答')",
    "reaches_out": "import socket\nsocket.create_connection(('192.0.2.1', 80), 1)",
}


def release(folder, *sources):
    """Write notebooks/a.ipynb with a check cell for each source."""
    (folder / "notebooks").mkdir()
    cells = [new_code_cell(source, id=f"x{i}-check") for i, source in enumerate(sources)]
    nbformat.write(new_notebook(cells=cells), folder / "notebooks" / "a.ipynb")


def test_a_check_must_say_unanswered_and_no_notebook_has_a_network(tmp_path):
    """Catches a check that is red, right or silent before anybody has answered, and a download."""
    release(tmp_path, *CHECKS.values())
    said = pytest_in(tmp_path, "--nbval")
    told = [re.search(rf"^(PASSED|FAILED) notebooks/a.ipynb::Cell {i}\b", said, re.M)[1]
            for i in range(len(CHECKS))]
    assert told == ["PASSED"] + ["FAILED"] * 4, said
    assert set(re.findall(r"the first word of (x\d)-check", said)) == {"x1", "x2", "x3"}
    assert "the test blocks the network: ('192.0.2.1', 80)" in said


@pytest.mark.parametrize("chromium, source, asked, left_out", [
    ("/usr/bin/chromium", "TESTPATHS", True, True), ("/usr/bin/chromium", "ARGS", True, None),
    (None, "TESTPATHS", True, None), ("/usr/bin/chromium", "TESTPATHS", False, None)])
def test_a_browser_spares_nbval_the_notebooks(monkeypatch, chromium, source, asked, left_out):
    """Catches a notebook that nothing runs, that is named and not run, or that is run twice, and a
    plain `pytest --nbval` without a notebook."""
    monkeypatch.setattr(notebooks, "CHROMIUM", chromium)
    config = types.SimpleNamespace(
        args_source=pytest.Config.ArgsSource[source], getoption=lambda _: asked)
    for path, expected in {"notebooks/06_pruning/06_pruning.ipynb": left_out,
                           "notebooks/course.ipynb": None,
                           "solutions/06_pruning/06_pruning.ipynb": left_out}.items():
        assert notebooks.pytest_ignore_collect(ROOT / path, config) is expected, path


def test_a_block_that_does_not_work_is_found(tmp_path):
    """Catches a kernel that starts without the block: its notebook must not count as proven."""
    release(tmp_path, CHECKS["right"])
    (tmp_path / "unblocked.py").write_text("import notebooks\nnotebooks.BLOCKED = '/nowhere'\n")
    said = pytest_in(tmp_path, "--nbval", "-p", "unblocked")
    assert "the network is not blocked" in said and "1 error" in said


# ---- no case over a minute -------------------------------------------------------------------

CASES = """
import shutil
import subprocess, sys, time

import pytest


def work():
    sum(range(2 * 10**7))


@pytest.fixture
def prepared():
    work()


def test_itself():
    work()


def test_child():
    subprocess.run([sys.executable, "-c", "sum(range(2 * 10**7))"])


def test_fixture(prepared):
    pass


def test_waits():
    time.sleep(0.5)


@pytest.mark.long("why")
def test_long():
    work()
"""


def test_a_dear_case_fails_and_waiting_costs_nothing(tmp_path):
    """Catches a limit that sees nothing, or only this process, or the clock on the wall, which a busy
    machine exceeds."""
    (tmp_path / "short.py").write_text("import cost\ncost.SECONDS = 0.05\n")
    (tmp_path / "test_cases.py").write_text(CASES)
    said = pytest_in(tmp_path, "-p", "short")
    assert "split the case, or mark it long" in said
    for name in ("itself", "child"):
        assert f"FAILED test_cases.py::test_{name}" in said
    assert "ERROR test_cases.py::test_fixture" in said
    for name in ("waits", "long"):
        assert f"PASSED test_cases.py::test_{name}" in said


def test_a_slow_machine_is_given_longer(monkeypatch):
    """Catches a limit that fails on a machine of half the speed."""
    with monkeypatch.context() as patch:
        patch.setattr(cost, "SECONDS", 0.05)
        phase = cost.Phase()
        sum(range(10**7))
        patch.setattr(cost, "yardstick", lambda: 1000 * cost.YARDSTICK)
        assert phase.complaint() == ""
        patch.setattr(cost, "yardstick", lambda: cost.YARDSTICK / 2)
        assert "1.0 times slower" in phase.complaint()
