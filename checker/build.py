"""Builds the notebooks: lessons/<section>.md + exercises → solutions/ → notebooks/.

The text is Markdown with code cells (jupytext). A line `%exercise NAME` places an exercise,
`%prelude` the imports that every answer may use, `%course_map` the list of the sections.
solutions/ is executed and keeps its outputs; notebooks/ is made from it by nbgrader's own release
preprocessors. Nobody edits either by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import PyFileConfigLoader

from checker.answer import PRELUDE, TOOLS
from checker.exercise import LESSONS, Exercise, exercise_names, folder_name, load
from lessons import SECTIONS

ROOT = Path(__file__).parent.parent
SOLUTIONS, NOTEBOOKS = ROOT / "solutions", ROOT / "notebooks"
COURSE = "course"
DIRECTIVE = re.compile(r"^%(exercise \w+|prelude|course_map)$", re.MULTILINE)
WIDGETS = re.compile(r"\b(live|predict)\(")
# Keys pressed on a widget reach JupyterLab, where `d d` deletes the cell.
LOCKED = {"editable": False, "deletable": False}


class BuildError(Exception):
    """A lesson's text cannot be built: names the file, the line and the remedy."""


def written_sections() -> list[str]:
    """The sections that have a text, in order."""
    return [section for section in SECTIONS if (LESSONS / f"{section}.md").exists()]


def build(section: str) -> tuple[Path, Path]:
    """Build and execute one section; returns the solved and the learner's notebook."""
    name = folder_name(section)
    solved_path = SOLUTIONS / name / f"{name}.ipynb"
    solved_path.parent.mkdir(parents=True, exist_ok=True)
    solved = execute(solved_notebook(section), solved_path.parent)
    write(solved, solved_path)
    released_path = NOTEBOOKS / name / f"{name}.ipynb"
    write(release(solved), released_path)
    return solved_path, released_path


def build_course() -> Path:
    """Build the course map, the first page that a learner sees."""
    path = NOTEBOOKS / f"{COURSE}.ipynb"
    write(assemble(COURSE), path)
    return path


def solved_notebook(section: str) -> nbformat.NotebookNode:
    """The section's notebook with solutions in it, not yet executed."""
    notebook = assemble(section)
    placed = [c.id for c in notebook.cells if c.metadata.get("nbgrader", {}).get("solution")]
    written = exercise_names(section)
    for name in {*placed, *written}:
        if placed.count(name) != 1 or name not in written:
            raise BuildError(
                f"lessons/{section}.md places the exercise {name} {placed.count(name)} times; "
                f"each exercise of checker/exercises/{section}/ is placed once: %exercise {name}"
            )
    return notebook


def assemble(section: str) -> nbformat.NotebookNode:
    """Text and exercises as one notebook with fixed cell ids and metadata."""
    source = LESSONS / f"{section}.md"
    text = jupytext.reads(source.read_text(encoding="utf-8"), fmt="md")
    cells = []
    for cell in text.cells:
        pieces = split_directives(cell, source) if cell.cell_type == "markdown" else [cell]
        for piece in pieces:
            if "nbgrader" not in piece.metadata:
                piece.id = f"{section}-{len(cells):02d}"
            if piece.cell_type == "code" and WIDGETS.search(piece.source):
                piece.metadata.update(LOCKED)
            cells.append(piece)
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "source": f"lessons/{section}.md, built by python -m checker build",
    }
    return new_notebook(cells=cells, metadata=metadata)


def split_directives(cell: nbformat.NotebookNode, source: Path) -> Iterator[nbformat.NotebookNode]:
    """A Markdown cell, with each directive line replaced by the cells that it stands for."""
    stray = re.search(r"^%.*$", DIRECTIVE.sub("", cell.source), re.MULTILINE)
    if stray:
        lines = source.read_text(encoding="utf-8").splitlines()
        line = lines.index(stray.group()) + 1
        raise BuildError(f"{source}:{line}: unknown directive {stray.group()!r}; use %exercise NAME")
    rest = cell.source
    while found := DIRECTIVE.search(rest):
        before, rest = rest[: found.start()].strip(), rest[found.end() :].strip()
        directive, _, name = found.group(1).partition(" ")
        if directive == "exercise":
            yield from exercise_cells(load(name), before)
            continue
        if before:
            yield new_markdown_cell(before)
        if directive == "prelude":
            yield new_code_cell(f"{PRELUDE}\nfrom checker import {', '.join(TOOLS)}")
        else:
            yield new_markdown_cell(course_map())
    if rest:
        yield new_markdown_cell(rest, metadata=cell.metadata)


def exercise_cells(exercise: Exercise, introduction: str) -> list[nbformat.NotebookNode]:
    """The prompt (after its introduction), the answer cell and the locked check cell."""
    name = exercise.name
    stars = "★" * exercise.difficulty + "☆" * (3 - exercise.difficulty)
    names = "、".join(f"`{used}`" for used in exercise.uses)
    given = f"前の演習の {names} を呼べます。判定では、その模範解答が使われます。" if names else ""
    prompt = (
        f"### 演習: {exercise.title}\n\n"
        f"**難しさ** {stars}　**目安** {exercise.minutes} 分　**配点** {exercise.points} 点\n\n"
        f"{exercise.statement}{given}\n\n**例** {exercise.write_example()}\n\n"
        f"すぐ下のセルの `...` を消して書き、実行します。次に `check` のセルを実行します。"
    )
    prompt = f"{introduction}\n\n{prompt}".strip()
    answer = (
        f"{exercise.stub()}\n    ### BEGIN SOLUTION\n{exercise.solved_body()}\n    ### END SOLUTION"
    )
    return [
        new_markdown_cell(prompt, id=f"{name}-prompt", metadata=grading(f"{name}-prompt")),
        new_code_cell(answer, id=name, metadata=grading(name, solution=True, locked=False)),
        new_code_cell(
            f"check({name})",
            id=f"{name}-check",
            metadata=grading(f"{name}-check", grade=True, points=exercise.points),
        ),
    ]


def grading(grade_id: str, **changes: object) -> dict:
    """nbgrader's metadata of a cell; a read-only one unless `changes` say otherwise."""
    base = {"grade": False, "locked": True, "schema_version": 3, "solution": False, "task": False}
    return {"nbgrader": base | {"grade_id": grade_id} | changes}


def course_map() -> str:
    """The sections as a Markdown list with links, for a reader without a kernel."""
    lines = []
    for section, title in SECTIONS.items():
        name = folder_name(section)
        there = section in written_sections()
        entry = f"[{title}]({name}/{name}.ipynb)" if there else f"{title}（準備中）"
        lines.append(f"- {name[:2]} {entry}")
    return "\n".join(lines)


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


def write(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write a notebook with LF line ends and a last newline, as nbgrader does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = nbformat.writes(notebook) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
