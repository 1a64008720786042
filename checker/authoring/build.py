"""Builds the notebooks: lessons/<section>/*.md + exercises → solutions/ → notebooks/.

solutions/ is executed and keeps its outputs; notebooks/ is made from it by nbgrader's own release
preprocessors. Nobody edits either by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from traitlets.config import PyFileConfigLoader

from checker.authoring.assemble import COURSE, BuildError, assemble, refuse_unplaced
from checker.catalogue import texts
from lessons import SECTIONS

ROOT = Path(__file__).parents[2]
SOLUTIONS, NOTEBOOKS = ROOT / "solutions", ROOT / "notebooks"


def build(section: str) -> Iterator[Path]:
    """Build and execute one section; gives each file that it has written."""
    refuse_unplaced(section)
    folder = SECTIONS[section].folder
    for text in texts(section):
        solved_path = SOLUTIONS / folder / f"{text.stem}.ipynb"
        solved_path.parent.mkdir(parents=True, exist_ok=True)
        solved = execute(assemble(text), solved_path.parent)
        yield write(solved, solved_path)
        yield write(release(solved), NOTEBOOKS / folder / solved_path.name)


def build_course() -> Path:
    """Build the course map, the first page that a learner sees."""
    return write(assemble(COURSE), NOTEBOOKS / f"{COURSE.stem}.ipynb")


def execute(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Run every cell, keep the outputs, drop what differs from run to run."""
    NotebookClient(
        notebook, timeout=300, record_timing=False, resources={"metadata": {"path": str(folder)}}
    ).execute()
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        views = [
            output
            for output in cell.get("outputs", [])
            if "application/vnd.jupyter.widget-view+json" in output.get("data", {})
        ]
        if views and cell.metadata.get("editable", True):
            raise BuildError(f"cell {cell.id} shows widgets but is not locked:\n{cell.source}")
    return notebook


def release(solved: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The learner's notebook, by the steps of `nbgrader generate_assignment`."""
    from nbgrader import preprocessors as steps

    loader = PyFileConfigLoader(str(ROOT / "nbgrader_config.py"))
    config = loader.load_config()
    notebook = nbformat.from_dict(solved)
    for step in (
        steps.LockCells,
        steps.ClearSolutions,
        steps.ClearOutput,
        steps.CheckCellMetadata,
        steps.ComputeChecksums,
        steps.ClearHiddenTests,
        steps.ClearMarkScheme,
        steps.ComputeChecksums,
        steps.CheckCellMetadata,
    ):
        notebook, _ = step(config=config).preprocess(notebook, {})
    return notebook


def write(notebook: nbformat.NotebookNode, path: Path) -> Path:
    """Write a notebook with LF line ends and a last newline, as nbgrader does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = nbformat.writes(notebook) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
