"""Text + exercises → a notebook with solutions, not yet executed. Pure: it writes nothing.

The text is Markdown with code cells (jupytext). A line `%exercise NAME` places an exercise,
`%prelude` the imports that every answer may use, `%course_map` the list of the notebooks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import jupytext
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from checker.authoring.joined_lines import join_lines
from checker.catalogue import (
    LESSONS, exercise_names, facts_of, load, placed_in, texts, title_of, written_sections,
)  # fmt: skip
from checker.exercise import Exercise
from checker.refusal import Refusal
from checker.running.inside.prelude import PRELUDE, TOOLS
from lessons import SECTIONS

COURSE = LESSONS / "course.md"
DIRECTIVE = re.compile(r"^%(exercise \w+|prelude|course_map)$", re.MULTILINE)
WIDGETS = re.compile(r"\b(live|lookup|predict|quiz)\(")
# Keys pressed on a widget reach JupyterLab, where `d d` deletes the cell.
LOCKED = {"editable": False, "deletable": False}


class BuildError(Refusal):
    """A lesson's text cannot be built: names the file, the line and the remedy."""


def refuse_unplaced(section: str) -> None:
    """Raise where an exercise of a section is not placed exactly once in its texts."""
    placed = [name for text in texts(section) for name in placed_in(text)]
    written = exercise_names(section)
    for name in {*placed, *written}:
        if placed.count(name) != 1 or name not in written:
            raise BuildError(
                f"lessons/{section}/ places the exercise {name} {placed.count(name)} times; "
                f"each exercise of checker/exercises/{section}/ is placed once: %exercise {name}"
            )


def assemble(text: Path) -> nbformat.NotebookNode:
    """A text and its exercises as one notebook with fixed cell ids and metadata."""
    read = jupytext.reads(text.read_text(encoding="utf-8"), fmt="md")
    cells = []
    for cell in read.cells:
        pieces = split_directives(cell, text) if cell.cell_type == "markdown" else [cell]
        for piece in pieces:
            if "nbgrader" not in piece.metadata:
                piece.id = f"{text.stem}-{len(cells):02d}"
            if piece.cell_type == "code" and WIDGETS.search(piece.source):
                piece.metadata.update(LOCKED)
            if piece.cell_type == "markdown":
                piece.source = join_lines(piece.source)
            cells.append(piece)
    source = text.relative_to(LESSONS).as_posix()
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "source": f"lessons/{source}, built by python -m checker build",
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
            yield new_code_cell(prelude(source.parent.name))
        else:
            yield new_markdown_cell(course_map())
    if rest:
        yield new_markdown_cell(rest, metadata=cell.metadata)


def prelude(section: str) -> str:
    """What every notebook imports first. The section's own functions have a name apart from the
    learner's: reference.soft_targets."""
    return f"{PRELUDE}\nimport lessons.{section} as reference\nfrom checker import {', '.join(TOOLS)}"


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
        new_markdown_cell(prompt, id=f"{name}-prompt", metadata=nbgrader_metadata(f"{name}-prompt")),
        new_code_cell(answer, id=name, metadata=nbgrader_metadata(name, solution=True, locked=False)),
        new_code_cell(
            f"check({name})",
            id=f"{name}-check",
            metadata=nbgrader_metadata(f"{name}-check", grade=True, points=exercise.points),
        ),
    ]


def nbgrader_metadata(grade_id: str, **changes: object) -> dict:
    """nbgrader's metadata of a cell; a read-only one unless `changes` say otherwise."""
    base = {"grade": False, "locked": True, "schema_version": 3, "solution": False, "task": False}
    return {"nbgrader": base | {"grade_id": grade_id} | changes}


def course_map() -> str:
    """The notebooks as a Markdown list with links, for a reader without a kernel."""
    lines = []
    for section in written_sections():
        for text in texts(section):
            number, title = title_of(text)
            path = f"{SECTIONS[section].folder}/{text.stem}.ipynb"
            lines.append(f"- [{number} {title}]({path})　{facts_of(text)}")
    return "\n".join(lines)
