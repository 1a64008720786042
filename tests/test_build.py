"""The notebooks are what their sources say, and a learner's copy gives no answer away."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from checker import build
from checker.answer import PRELUDE
from checker.exercise import exercise_names, load

SECTIONS = build.written_sections()
every_section = pytest.mark.parametrize("section", SECTIONS)
BLOCKED = """\
import socket
connect = socket.socket.connect

def local_only(self, address):
    if self.family != getattr(socket, "AF_UNIX", None) and address[0] not in ("127.0.0.1", "::1"):
        raise OSError(f"the test blocks the network: {address}")
    return connect(self, address)

socket.socket.connect = local_only
"""


def read(folder: Path, section: str) -> nbformat.NotebookNode:
    name = build.folder_name(section)
    return nbformat.read(folder / name / f"{name}.ipynb", as_version=4)


def answers(notebook) -> list:
    return [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]


def text_of(output) -> str:
    return output.get("text") or output.get("data", {}).get("text/plain", "")


def without_outputs(notebook) -> dict:
    """Everything that the build decides."""
    bare = nbformat.from_dict(notebook)
    for cell in bare.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return bare


@every_section
def test_the_stored_notebooks_come_from_their_source(section):
    """Catches an edited .ipynb, or a source that changed without a build."""
    stored = read(build.SOLUTIONS, section)
    assert without_outputs(stored) == without_outputs(build.solved_notebook(section))
    released = build.NOTEBOOKS / build.folder_name(section) / f"{build.folder_name(section)}.ipynb"
    assert released.read_text("utf-8") == nbformat.writes(build.release(stored)) + "\n"


def test_the_course_map_comes_from_its_source():
    """Catches a course map that was not rebuilt after a section was added."""
    stored = (build.NOTEBOOKS / "course.ipynb").read_text("utf-8")
    assert stored == nbformat.writes(build.assemble(build.COURSE)) + "\n"


@every_section
def test_a_second_build_is_the_same_to_the_byte(section):
    """Catches random cell ids and dates, which would make every build a change."""
    once, again = (nbformat.writes(build.release(build.solved_notebook(section))) for _ in "ab")
    assert once == again


def given_away(notebook) -> list[str]:
    """Lines of the solutions that stand in a notebook's answer cells."""
    found = []
    for cell in answers(notebook):
        body = load(cell.id).solved_body().splitlines()
        lines = {line.strip() for line in cell.source.splitlines()}
        found += [line for line in body if len(line.strip()) > 3 and line.strip() in lines]
    return found


@every_section
def test_a_learners_notebook_gives_no_answer_away(section):
    """Catches a solution that survived the release."""
    released = read(build.NOTEBOOKS, section)
    assert len(answers(released)) == len(exercise_names(section))
    assert given_away(released) == []
    assert "SOLUTION" not in nbformat.writes(released)
    assert all("..." in cell.source for cell in answers(released))
    assert given_away(read(build.SOLUTIONS, section)), "the gate sees solutions where they are"


@every_section
def test_the_notebook_is_as_long_as_a_sitting(section):
    """Catches sections that grow: code cells of at most 15 lines; at most 45 cells a sitting.

    A section of two sittings says so: its text has a place to rest.
    """
    notebook = read(build.NOTEBOOKS, section)
    sittings = 1 + sum("休憩してください" in cell.source for cell in notebook.cells)
    assert 30 * sittings <= len(notebook.cells) <= 45 * sittings
    exercises = {cell.id for cell in answers(notebook)}
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.id not in exercises:
            assert len(cell.source.splitlines()) <= 15, cell.source


@every_section
def test_cells_with_widgets_are_locked(section):
    """Catches the slider on which `d d` deletes its own cell."""
    for cell in read(build.SOLUTIONS, section).cells:
        views = [o for o in cell.get("outputs", []) if "widget-view" in str(o.get("data", {}).keys())]
        if views:
            assert cell.metadata.editable is False and cell.metadata.deletable is False


@every_section
def test_the_solved_notebook_is_right_and_its_claims_hold(section):
    """Catches a stored notebook with an error, a check that is not 正解, a claim that fails."""
    notebook = read(build.SOLUTIONS, section)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert all(o.output_type != "error" and o.get("name") != "stderr" for o in outputs)
    assert all("正解" in text_of(c.outputs[0]) for c in notebook.cells if c.id.endswith("-check"))
    claims = re.findall("^主張: .*", "\n".join(map(text_of, outputs)), re.MULTILINE)
    assert len(claims) >= 10
    assert all(claim.endswith("→ 成立") for claim in claims)
    assert "widgets" not in notebook.metadata


@every_section
def test_it_runs_without_a_network_and_every_check_says_unanswered(section, tmp_path, monkeypatch):
    """Catches a download at run time, and a check that is red or right before anybody answered."""
    (tmp_path / "sitecustomize.py").write_text(BLOCKED, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    blocked = subprocess.run(
        [sys.executable, "-c", "import socket; socket.create_connection(('192.0.2.1', 80))"],
        capture_output=True, text=True, check=False,
    )
    assert "the test blocks the network" in blocked.stderr
    notebook = read(build.NOTEBOOKS, section)
    where = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=300, resources=where).execute()
    for cell in notebook.cells:
        if cell.id.endswith("-check"):
            assert "未回答" in text_of(cell.outputs[0])


@pytest.fixture
def a_lesson(tmp_path, monkeypatch):
    """Writes the text of a section of its own, to be built by the real functions."""
    monkeypatch.setattr(build, "LESSONS", tmp_path)

    def write(text: str) -> None:
        (tmp_path / "pruning.md").write_text(text, encoding="utf-8")

    return write


def test_the_directives_become_cells(a_lesson):
    """Catches a directive that is lost, or text beside one that is."""
    a_lesson("# 題\n\n%prelude\n\n説明です。\n\n%exercise csr_bytes\n\n終わりです。\n\n%course_map\n")
    cells = build.assemble("pruning").cells
    assert [c.id for c in cells] == [
        "pruning-00", "pruning-01", "csr_bytes-prompt", "csr_bytes", "csr_bytes-check",
        "pruning-05", "pruning-06",
    ]  # fmt: skip
    assert cells[1].source.startswith(PRELUDE)
    assert cells[2].source.startswith("説明です。\n\n### 演習:")
    assert cells[5].source == "終わりです。"
    assert "- 06 [プルーニング](06_pruning/06_pruning.ipynb)" in cells[6].source


def test_an_unknown_directive_names_file_and_line(a_lesson):
    """Catches a misspelt directive that would stand in the learner's text."""
    a_lesson("# 題\n\n%exercises csr_bytes\n")
    with pytest.raises(build.BuildError, match=r"pruning\.md:3: unknown directive '%exercises"):
        build.assemble("pruning")


def test_an_exercise_without_a_place_is_told(a_lesson):
    """Catches an exercise that no learner would ever see, or would see twice."""
    a_lesson("# 題\n\n%exercise csr_bytes\n\n%exercise csr_bytes\n")
    with pytest.raises(build.BuildError, match="placed once"):
        build.solved_notebook("pruning")


def test_the_contributors_walk_through_works(tmp_path):
    """Follows CONTRIBUTING.md to the letter, in a copy: catches a step that no longer works."""
    for name in ("lessons", "checker"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(build.ROOT / name, tmp_path / name, ignore=ignored)
    shutil.copy(build.ROOT / "nbgrader_config.py", tmp_path)
    guide = (build.ROOT / "CONTRIBUTING.md").read_text("utf-8")
    function, exercise = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    name = re.search(r"def (\w+)", function).group(1)

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, capture_output=True, encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    with (tmp_path / "lessons" / "pruning.py").open("a", encoding="utf-8") as module:
        module.write("\n\n" + function)
    run("-m", "checker", "new", name)
    path = tmp_path / "checker" / "exercises" / "pruning" / f"{name}.py"
    assert f"from lessons.pruning import {name}" in path.read_text("utf-8")
    path.write_text(exercise, encoding="utf-8")
    assert f"ok     {name}" in run("-m", "checker", "verify", name)
    with (tmp_path / "lessons" / "pruning.md").open("a", encoding="utf-8") as text:
        text.write(f"\n\n%exercise {name}\n")
    assert name in run("-m", "checker", "list")
    # The build's own steps but for the execution, which the other tests see to.
    show = "from checker import build; print(build.release(build.solved_notebook('pruning')))"
    assert f"check({name})" in run("-c", show)
    for command in (f"checker new {name}", f"checker verify {name}", f"%exercise {name}"):
        assert command in guide
