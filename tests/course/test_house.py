"""The plan of the house: who may import whom, and where a name may stand."""

import ast
import importlib
import os
import re
import shutil
import subprocess
import symtable
import sys
from pathlib import Path

import pytest
from places import ROOT

import checker
from checker.catalogue import exercise_files, load, question_files, texts
from checker.running import inside
from lessons import SECTIONS

PYTHON = [*sorted((ROOT / "checker").rglob("*.py")), *sorted((ROOT / "lessons").rglob("*.py"))]
SHARED = {"data", "networks", "plots", "training"}  # of lessons: every section may use them
FENCE = re.compile(r"^```python.*?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def imported(text: str) -> set[str]:
    """Every module that a program imports, wherever in it; names of a package with the package."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def lint(folder: Path) -> subprocess.CompletedProcess:
    command = Path(sys.executable).with_name("lint-imports")
    environment = os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200"}
    return subprocess.run(
        [command, "--no-cache"], cwd=folder, env=environment, capture_output=True, text=True
    )


def test_the_arrows_point_one_way():
    """Catches an import that runs up: pyproject.toml lists the contracts."""
    said = lint(ROOT)
    assert said.returncode == 0, said.stdout
    assert "0 broken" in said.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("lessons/training.py", "import checker.refusal", "lessons imports nothing"),
        ("checker/running/inside/wire.py", "import checker.judging.judge", "beside an answer"),
        ("checker/running/sandbox.py", "import checker.judging.verdict", "the floors"),
        ("checker/notebook/show.py", "import checker.grading.course", "the floors"),
        ("checker/stray.py", "import json", "the floors"),
    ],
)
def test_a_contract_can_be_broken(tmp_path, file, line, contract):
    """Catches contracts that hold whatever is imported, and a module that stands on no floor."""
    for name in ("lessons", "checker"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / file).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")
    said = lint(tmp_path)
    assert said.returncode == 1
    broken = [row for row in said.stdout.splitlines() if row.endswith("BROKEN")]
    stray = "stray" in file and "stray" in said.stdout + said.stderr
    assert stray or any(contract in row for row in broken), said.stdout


def test_the_sandbox_holds_only_what_an_answer_needs():
    """Catches a package beside the answers that enlarges what an attacker can reach."""
    folder = Path(inside.__file__).parent
    tops = {
        name.split(".")[0] for path in folder.glob("*.py") for name in imported(path.read_text("utf-8"))
    }
    assert tops - set(sys.stdlib_module_names) == {
        "checker", "numpy", "torch", "safetensors", "IPython",
    }  # fmt: skip
    ours = {
        name for path in folder.glob("*.py") for name in imported(path.read_text("utf-8"))
        if name.startswith("checker.")
    }
    assert all(name.startswith("checker.running.inside.") for name in ours)


def programs() -> dict[str, tuple[str, str]]:
    """Every program of a section by its place: modules, exercises and the cells of the texts."""
    found = {}
    for section in SECTIONS:
        for path in (ROOT / "lessons" / section).rglob("*.py"):
            found[path.relative_to(ROOT).as_posix()] = (section, path.read_text("utf-8"))
        for text in texts(section):
            cells = FENCE.findall(text.read_text("utf-8"))
            found[text.relative_to(ROOT).as_posix()] = (section, "\n".join(cells))
    for path in exercise_files().values():
        found[path.relative_to(ROOT).as_posix()] = (path.parent.name, path.read_text("utf-8"))
    return found


def strangers(section: str, program: str) -> list[str]:
    """Imports of another section's inner modules."""
    found = []
    for name in imported(program):
        parts = name.split(".")
        if parts[0] != "lessons" or parts[1] in SHARED | {section, "SECTIONS"}:
            continue
        inner = ROOT / "lessons" / parts[1] / (parts[2] if len(parts) > 2 else "__init__.py")
        if inner.is_dir() or inner.with_suffix(".py").exists() and len(parts) > 2:
            found.append(name)
    return found


@pytest.mark.parametrize("place", programs())
def test_a_section_knows_others_by_their_face_alone(place):
    """Catches a section that breaks when another one moves its modules."""
    section, program = programs()[place]
    assert strangers(section, program) == []


def test_a_stranger_is_seen():
    """Shows the test above an import that it must refuse, and two that it must not."""
    assert strangers("pruning", "from lessons.quantization.bit_widths import accuracy_with")
    assert strangers("pruning", "import lessons.quantization.figures.integers")
    assert not strangers("pruning", "from lessons.quantization import accuracy_with")
    assert not strangers("pruning", "from lessons.pruning.masks import threshold_mask")


def test_an_exercise_imports_the_model_and_its_own_section_only():
    """Catches an exercise that reaches into the judge, the grader or another section's exercise."""
    for path in exercise_files().values():
        siblings = f"checker.exercises.{path.parent.name}."
        allowed = ("checker.exercise.", "checker.judging.show.", "lessons.", siblings,
                   "checker.letters.ask", f"checker.questions.{path.parent.name}.")
        ours = {n for n in imported(path.read_text("utf-8")) if n.startswith(("checker", "lessons"))}
        assert all(name.startswith(allowed) for name in ours), path


def test_a_question_imports_the_model_and_its_own_section_only():
    """Catches a question that reaches into the judge, or into another section's modules."""
    for path in set(question_files().values()):
        allowed = ("checker.catalogue.load", "checker.question.", "lessons.data.")
        mine = f"lessons.{path.parent.name}."
        ours = {n for n in imported(path.read_text("utf-8")) if n.startswith(("checker", "lessons"))}
        assert all(name.startswith((*allowed, mine)) for name in ours), path


def test_the_checker_names_no_section():
    """Catches a special case for one section in what serves all of them."""
    for path in PYTHON:
        place = path.relative_to(ROOT)
        if place.parts[0] != "checker" or place.parts[1] in ("exercises", "questions"):
            continue
        strings = {
            node.value for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Constant) and type(node.value) is str
        }
        assert not strings & {*SECTIONS, *(s.folder for s in SECTIONS.values())}, place


def test_no_module_hides_a_public_name():
    """Catches checker/progress.py, whose import would replace the function checker.progress."""
    names = {path.stem for path in (ROOT / "checker").iterdir()}
    assert not names & {*checker._HOME}
    assert (ROOT / "checker/notebook/__init__.py").read_text("utf-8") == ""


def test_every_public_name_is_found():
    """Catches a name in the table of the face whose home has moved."""
    for name in checker._HOME:
        assert getattr(checker, name).__name__ == name


def test_a_sections_face_shows_its_exercises():
    """Catches an exercise whose function a notebook cannot call as reference.NAME, and the key to
    graded questions among what learners import all day."""
    for name, path in exercise_files().items():
        exercise, face = load(name), importlib.import_module(f"lessons.{path.parent.name}")
        shown = None if exercise.questions else exercise.solution
        assert getattr(face, name, None) is shown, name


def looked_up_later(table: symtable.SymbolTable) -> set[str]:
    """Global names in the functions of a cell: they are read when a slider moves."""
    at_once = {"listcomp", "setcomp", "dictcomp", "genexpr"}
    return {symbol.get_name() for child in table.get_children() if child.get_name() not in at_once
            for symbol in child.get_symbols() if symbol.is_global()}


def rebound(cells: list[str]) -> set[str]:
    """Names that a live figure looks up and that a later cell gives another value."""
    tables = [symtable.symtable(cell, "cell", "exec") for cell in cells]
    found = set()
    for place, (cell, table) in enumerate(zip(cells, tables, strict=True)):
        if re.search(r"^live\(", cell, re.MULTILINE):
            later = {symbol.get_name() for other in tables[place + 1:]
                     for symbol in other.get_symbols() if symbol.is_assigned()}
            found |= looked_up_later(table) & later
    return found


def test_a_live_figure_keeps_its_names():
    """Catches a slider that, once the cells below have run, draws with another one's values."""
    figure = "name = 'a card'\nlive(lambda n: draw(n, name), n=slider)"
    assert rebound([figure, "for name in boards:\n    print(name)"]) == {"name"}
    assert rebound([figure, "boards = [name for name in cards]"]) == set()
    for section in SECTIONS:
        for text in texts(section):
            assert rebound(FENCE.findall(text.read_text("utf-8"))) == set(), text.name
