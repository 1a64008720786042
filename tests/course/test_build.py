"""The notebooks are what their sources say, and a learner's copy gives no answer away."""

import ast
import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

from checker import catalogue
from checker.authoring import assemble, build
from checker.catalogue import load
from checker.running.inside.prelude import PRELUDE
from lessons import SECTIONS

TEXTS = [text for section in SECTIONS for text in catalogue.texts(section)]
every_notebook = pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.stem)
# What is released never gets another name: a learner's copy, a hand-in and a mark are found by it.
RELEASED = {
    "overview": ("00_overview", ["00_overview"]),
    "model_parallel": ("01_model_parallel", ["01_1_layers", "01_2_tensors"]),
    "data_parallel": ("02_data_parallel", ["02_1_synchronous", "02_2_asynchronous"]),
    "gpu": ("03_gpu", ["03_1_measured", "03_2_kernels"]),
    "quantization": ("04_quantization", ["04_1_number_formats", "04_2_integers"]),
    "distillation": ("05_distillation", ["05_1_soft_labels", "05_2_measured"]),
    "pruning": ("06_pruning", ["06_pruning"]),
    "exam": ("07_exam", []),
}


def built(folder: Path, text: Path) -> Path:
    """The notebook of a text in solutions/ or notebooks/."""
    return folder / SECTIONS[text.parent.name].folder / f"{text.stem}.ipynb"


def read(folder: Path, text: Path) -> nbformat.NotebookNode:
    return nbformat.read(built(folder, text), as_version=4)


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


def test_released_names_stay():
    """Catches a section put in the middle that renames every later assignment, and a notebook
    that is renamed: add a line here for a new one, never change one."""
    found = {
        section: (known.folder, [text.stem for text in catalogue.texts(section)])
        for section, known in SECTIONS.items()
    }
    assert found == RELEASED


@pytest.mark.parametrize("folder", [build.SOLUTIONS, build.NOTEBOOKS], ids=lambda f: f.name)
def test_no_other_notebook_lies_beside_them(folder):
    """Catches a notebook that is left behind when its section is split."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*.ipynb")}
    expected = {built(folder, text).relative_to(folder).as_posix() for text in TEXTS}
    assert found - {"course.ipynb"} == expected


@every_notebook
def test_the_stored_notebooks_come_from_their_source(text):
    """Catches an edited .ipynb, or a source that changed without a build."""
    stored = read(build.SOLUTIONS, text)
    assert without_outputs(stored) == without_outputs(assemble.assemble(text))
    assert built(build.NOTEBOOKS, text).read_text("utf-8") == nbformat.writes(build.release(stored)) + "\n"


def test_the_course_map_comes_from_its_source():
    """Catches a course map that was not rebuilt after a section was added."""
    stored = (build.NOTEBOOKS / "course.ipynb").read_text("utf-8")
    assert stored == nbformat.writes(assemble.assemble(assemble.COURSE)) + "\n"


@every_notebook
def test_a_second_build_is_the_same_to_the_byte(text):
    """Catches random cell ids and dates, which would make every build a change."""
    once, again = (nbformat.writes(build.release(assemble.assemble(text))) for _ in "ab")
    assert once == again


def given_away(notebook) -> list[str]:
    """Lines of the solutions that stand in a notebook's answer cells."""
    found = []
    for cell in answers(notebook):
        body = load(cell.id).solved_body().splitlines()
        lines = {line.strip() for line in cell.source.splitlines()}
        found += [line for line in body if len(line.strip()) > 3 and line.strip() in lines]
    return found


@every_notebook
def test_a_learners_notebook_gives_no_answer_away(text):
    """Catches a solution that survived the release."""
    released = read(build.NOTEBOOKS, text)
    assert [cell.id for cell in answers(released)] == catalogue.placed_in(text)
    assert given_away(released) == []
    assert "SOLUTION" not in nbformat.writes(released)
    assert all("..." in cell.source for cell in answers(released))
    assert given_away(read(build.SOLUTIONS, text)), "the gate sees solutions where they are"


@every_notebook
def test_the_notebook_is_as_long_as_a_sitting(text):
    """Catches notebooks that grow: code cells of at most 15 lines; at most 45 cells."""
    notebook = read(build.NOTEBOOKS, text)
    assert 20 <= len(notebook.cells) <= 45
    exercises = {cell.id for cell in answers(notebook)}
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.id not in exercises:
            assert len(cell.source.splitlines()) <= 15, cell.source


@every_notebook
def test_the_heading_the_file_and_the_folder_have_one_number(text):
    """Catches a second half under the first one's heading, or in another section's folder."""
    number, _ = catalogue.title_of(text)
    assert text.stem.startswith(number.replace("-", "_") + "_") and text.stem.isascii()
    assert SECTIONS[text.parent.name].folder.startswith(number[:2] + "_")


@every_notebook
def test_the_minutes_add_up(text):
    """Catches a learner who is told an hour for two: the exercises' minutes are a part of all."""
    opening = assemble.assemble(text).cells[0].source
    found = re.search(r"目安は (\d+) 分で、そのうち演習が (\d+) 分です。", opening)
    assert found, "the opening says how long it takes"
    whole, exercises = map(int, found.groups())
    assert exercises == sum(load(name).minutes for name in catalogue.placed_in(text))
    assert exercises + 15 <= whole <= 2 * exercises + 15


def numbers_in(text: str) -> set[int]:
    """The numbers of the formulas that a text names: 式 (1)(2), 式 (16)–(18)."""
    found = set()
    for named in re.findall(r"式 ((?:\(\d+\)–?)+)", text):
        numbers = [int(number) for number in re.findall(r"\d+", named)]
        found |= set(range(numbers[0], numbers[-1] + 1)) if "–" in named else set(numbers)
    return found


@every_notebook
def test_formulas_are_named_by_their_number(text):
    """Catches 式 (n) in a stub or a sentence that is no formula of the notebook, or two of one
    number in it. A notebook counts from 1, or goes on where the section's one before it ended."""
    tags = [
        [int(tag) for tag in re.findall(r"\\tag\{(\d+)\}", other.read_text("utf-8"))]
        for other in catalogue.texts(text.parent.name)
    ]
    for before, own in pairwise([[0], *tags]):
        assert own[0] in (1, before[-1] + 1) and own == list(range(own[0], own[0] + len(own)))
    notebook = assemble.assemble(text)
    named = numbers_in("\n".join(cell.source for cell in notebook.cells))
    assert named and named <= set(tags[catalogue.texts(text.parent.name).index(text)])


def test_ranges_of_formulas_are_read():
    """Catches a gate that cannot fail."""
    assert numbers_in("式 (1)(2): 値、式 (16)–(18)、(7)") == {1, 2, 16, 17, 18}


def imports_against_the_rules(text: Path) -> list[str]:
    """Aliases of the exercises' functions, and what another section hides behind its face."""
    code = [cell.source for cell in assemble.assemble(text).cells if cell.cell_type == "code"]
    found = []
    for node in ast.walk(ast.parse("\n".join(code))):
        if not isinstance(node, ast.ImportFrom) or not node.module.startswith("lessons."):
            continue
        names = set(catalogue.exercise_names())
        found += [name.name for name in node.names if name.name in names and name.asname]
        section, _, inside = node.module.removeprefix("lessons.").partition(".")
        if section in SECTIONS and section != text.parent.name and inside:
            found.append(node.module)
    return found


@every_notebook
def test_a_text_calls_the_reference_by_its_name_and_others_by_their_face(text):
    """Catches `soft_targets as softened`: the learner's function has the name, and the other one
    is reference.soft_targets; and a section that reaches into another one's files."""
    assert imports_against_the_rules(text) == []


@every_notebook
def test_links_lead_to_notebooks(text):
    """Catches a link to the next notebook that does not exist, or from the last one to nowhere."""
    sources = [c.source for c in read(build.NOTEBOOKS, text).cells if c.cell_type == "markdown"]
    links = re.findall(r"\]\((?!https?:)([^)#]+)", "\n".join(sources))
    folder = built(build.NOTEBOOKS, text).parent
    assert [link for link in links if not (folder / link).exists()] == []
    section = catalogue.texts(text.parent.name)
    after = section[section.index(text) + 1 :]
    assert (f"{after[0].stem}.ipynb" if after else "../course.ipynb") in links


@every_notebook
def test_cells_with_widgets_are_locked(text):
    """Catches the slider on which `d d` deletes its own cell."""
    for cell in read(build.SOLUTIONS, text).cells:
        views = [o for o in cell.get("outputs", []) if "widget-view" in str(o.get("data", {}).keys())]
        if views:
            assert cell.metadata.editable is False and cell.metadata.deletable is False


@every_notebook
def test_the_solved_notebook_is_right_and_its_claims_hold(text):
    """Catches a stored notebook with an error, a check that is not 正解, a claim that fails."""
    notebook = read(build.SOLUTIONS, text)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert all(o.output_type != "error" and o.get("name") != "stderr" for o in outputs)
    assert all("正解" in text_of(c.outputs[0]) for c in notebook.cells if c.id.endswith("-check"))
    claims = re.findall("^主張: .*", "\n".join(map(text_of, outputs)), re.MULTILINE)
    assert len(claims) >= 10
    assert all(claim.endswith("→ 成立") for claim in claims)
    assert "widgets" not in notebook.metadata


@pytest.fixture
def a_lesson(tmp_path, monkeypatch):
    """Writes the text of a section of its own, to be built by the real functions."""
    monkeypatch.setattr(assemble, "LESSONS", tmp_path)
    monkeypatch.setattr(catalogue, "LESSONS", tmp_path)
    (tmp_path / "pruning").mkdir()

    def write(text: str, name: str = "06_pruning") -> Path:
        path = tmp_path / "pruning" / f"{name}.md"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_directives_become_cells(a_lesson):
    """Catches a directive that is lost, or text beside one that is."""
    lesson = "# 06 題\n\n%prelude\n\n説明です。\n\n%exercise csr_bytes\n\n終わりです。\n\n%course_map\n"
    cells = assemble.assemble(a_lesson(lesson)).cells
    assert [c.id for c in cells] == [
        "06_pruning-00", "06_pruning-01", "csr_bytes-prompt", "csr_bytes", "csr_bytes-check",
        "06_pruning-05", "06_pruning-06",
    ]  # fmt: skip
    assert cells[1].source.startswith(PRELUDE)
    assert "import lessons.pruning as reference\n" in cells[1].source
    assert cells[2].source.startswith("説明です。\n\n### 演習:")
    assert cells[5].source == "終わりです。"
    assert cells[6].source.startswith("- [06 題](06_pruning/06_pruning.ipynb)　前提: ")


def test_an_unknown_directive_names_file_and_line(a_lesson):
    """Catches a misspelt directive that would stand in the learner's text."""
    text = a_lesson("# 題\n\n%exercises csr_bytes\n")
    with pytest.raises(assemble.BuildError, match=r"pruning\.md:3: unknown directive '%exercises"):
        assemble.assemble(text)


@pytest.mark.parametrize("name,section", [
    ("from lessons.pruning import csr_bytes as size", "csr_bytes"),
    ("from lessons.quantization.integers import quantize", "lessons.quantization.integers"),
    ("from lessons.quantization import quantize\nfrom lessons.pruning.masks import pick_alpha", None),
])  # fmt: skip
def test_imports_against_the_rules_are_seen(a_lesson, name, section):
    """Catches a gate that cannot fail."""
    text = a_lesson(f"# 06 題\n\n```python\n{name}\n```\n")
    assert imports_against_the_rules(text) == ([section] if section else [])


@pytest.mark.parametrize("section", catalogue.written_sections())
def test_the_notebooks_of_a_section_place_each_exercise_once(section):
    """Catches an exercise that stands in both halves, where one answer would be graded twice, and
    one that was lost when they were cut."""
    assemble.refuse_unplaced(section)
    placed = [name for text in catalogue.texts(section) for name in catalogue.placed_in(text)]
    assert placed == catalogue.exercise_names(section)
    cells = [cell.id for text in catalogue.texts(section) for cell in read(build.NOTEBOOKS, text).cells]
    assert len(cells) == len(set(cells))


def test_an_exercise_without_a_place_is_told(a_lesson):
    """Catches an exercise that no learner would ever see, or would see twice."""
    a_lesson("# 題\n\n%exercise csr_bytes\n")
    a_lesson("# 題\n\n%exercise csr_bytes\n", name="06_2_more")
    with pytest.raises(assemble.BuildError, match="placed once"):
        assemble.refuse_unplaced("pruning")


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

    with (tmp_path / "lessons/pruning/compact.py").open("a", encoding="utf-8") as module:
        module.write("\n\n" + function)
    face_line = f"from lessons.pruning.compact import {name}"
    assert f"`{face_line}`" in guide
    with (tmp_path / "lessons/pruning/__init__.py").open("a", encoding="utf-8") as face:
        face.write(f"{face_line}\n")
    run("-m", "checker", "new", name)
    path = tmp_path / "checker" / "exercises" / "pruning" / f"{name}.py"
    assert f"from lessons.pruning import {name}" in path.read_text("utf-8")
    path.write_text(exercise, encoding="utf-8")
    assert f"ok     {name}" in run("-m", "checker", "verify", name)
    with (tmp_path / "lessons/pruning/06_pruning.md").open("a", encoding="utf-8") as text:
        text.write(f"\n\n%exercise {name}\n")
    assert name in run("-m", "checker", "list")
    # The build's own steps but for the execution, which the other tests see to.
    show = (
        "from checker.authoring import assemble, build\n"
        "from checker.catalogue import texts\n"
        "assemble.refuse_unplaced('pruning')\n"
        "print(build.release(assemble.assemble(texts('pruning')[0])))"
    )
    assert f"check({name})" in run("-c", show)
    for command in (f"checker new {name}", f"checker verify {name}", f"%exercise {name}"):
        assert command in guide
