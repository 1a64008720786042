"""Where everything of a course lies: spelled once, and as nbgrader's configuration spells it."""

import ast
import os
import sys
from pathlib import Path

import pytest
from places import ROOT
from traitlets.config import PyFileConfigLoader

from checker.grading import course

MODULES = [path for path in sorted((ROOT / "checker").rglob("*.py")) if path.name != "course.py"]


def test_the_configuration_names_the_same_folders(monkeypatch):
    """Catches two agreements on where submissions lie, of which nbgrader follows the other."""
    monkeypatch.setenv("PATH", os.environ["PATH"])  # the configuration changes both
    monkeypatch.setattr(sys, "path", [*sys.path])
    name = course.CONFIGURATION.name
    known = PyFileConfigLoader(name, str(ROOT)).load_config().CourseDirectory
    step = {name: Path(known[f"{name}_directory"]) for name in ("submitted", "autograded")}
    assert known.course_id == course.COURSE_ID
    assert course.submitted(Path(), "s", "a") == step["submitted"] / "s/a"
    assert course.autograded(Path(), "s", "a") == step["autograded"] / "s/a"
    release = Path(known["release_directory"])
    assert course.release(Path(), "a", "n") == release / "a/n.ipynb"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_other_module_spells_a_path_of_a_course(path):
    """Catches a second place that says where submissions, marks or reports lie."""
    tree = ast.parse(path.read_text("utf-8"))
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
    ]
    folders = ("grading", "submitted", "autograded", "receipts", "gradebook.db")
    spelled = [text for text in texts if text.split("/")[0] in folders]
    assert spelled == []


def test_a_hand_in_is_compared_with_the_release(tmp_path):
    """Catches a notebook that counts as handed in, or as missing, by its name alone."""
    for name in ("1_a", "2_b"):
        path = course.release(tmp_path, "04_x", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    folder = course.submitted(tmp_path, "tanaka", "04_x")
    assert course.handed_in(tmp_path, "tanaka", "04_x") == ([], ["1_a", "2_b"])
    folder.mkdir(parents=True)
    (folder / "2_b.ipynb").touch()
    (folder / "mine.ipynb").touch()
    assert course.handed_in(tmp_path, "tanaka", "04_x") == (["2_b"], ["1_a"])
    assert course.handed_in(tmp_path, "tanaka", "05_y") == ([], [])
