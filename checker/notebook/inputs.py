"""What was run in this kernel, and which of it is meant as an answer."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from IPython import get_ipython

from checker.catalogue import exercise_names
from checker.hand_in import grade_id
from checker.running.inside.cell_text import PROMPT, Cell, defines, meant_as

# The cells that were run, in order. Not IPython's history, which a front end may have switched off.
_runs: list[Cell] = []


@dataclass(frozen=True)
class Input:
    """A text that was run, and what is known of its cell."""

    number: int
    cell: Cell


@dataclass(frozen=True)
class Found:
    """The input that is meant as an answer."""

    input: Input
    elsewhere: bool  # it was run in another cell than the answer cell
    redefined: bool  # another cell has defined the function since, which no grader looks at


def begin() -> None:
    """Take over what was run before anybody remembered it, as far as IPython's history knows."""
    _runs[:] = [Cell(text, None, None) for text in get_ipython().history_manager.input_hist_raw]


def remember(info) -> None:
    """Keep the cell that begins to run: a hook of IPython's. JupyterLab sends its names along."""
    shell = get_ipython()
    request = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell_id = (request.get("metadata") or {}).get("cellId")
    _runs.append(Cell(info.raw_cell, grade_id(request), cell_id))


def last_input() -> str:
    """The text of the cell that is running."""
    return _runs[-1].text if _runs else ""


def running_cell() -> str | None:
    """The id of the cell that is running, where the front end tells it."""
    return _runs[-1].cell_id if _runs else None


def newest(name: str) -> Found | None:
    """The newest input that is meant as the answer `name`, whether or not it ran to its end."""
    inputs = [Input(number, cell) for number, cell in enumerate(_runs) if cell.text.strip()]
    if any({name, f"{name}-check"} & {i.cell.grade_id, i.cell.cell_id} for i in inputs):
        return _by_names(name, inputs)
    return _by_texts(name, inputs)


def _by_names(name: str, inputs: list[Input]) -> Found | None:
    """Where the front end names the cells: what the grader would take of the notebook as last run."""
    last_runs = {i.cell.cell_id or i.number: i for i in inputs}
    by_age = sorted(last_runs.values(), key=lambda i: i.number)
    chosen = meant_as(name, [i.cell for i in by_age])
    if not chosen:
        return None
    found = next(i for i in reversed(by_age) if i.cell is chosen[-1])
    own = name in (found.cell.grade_id, found.cell.cell_id)
    later = by_age[by_age.index(found) + 1 :]
    return Found(found, not own, own and any(defines(i.cell.text, name) for i in later))


def _by_texts(name: str, inputs: list[Input]) -> Found | None:
    """Where it does not: the newest text that defines the function, or tries to, or is what became
    of the cell that defined it."""
    home = next((i.cell.cell_id for i in reversed(inputs) if defines(i.cell.text, name)), None)
    for tried in reversed(inputs):
        text, same_cell = tried.cell.text, home is not None and tried.cell.cell_id == home
        if same_cell or defines(text, name) or _misspells(text, name):
            return Found(tried, False, False)
    return None


def _misspells(text: str, name: str) -> bool:
    """True where the text defines a function whose name is nearly `name`, and no other exercise's."""
    defined = set(re.findall(rf"{PROMPT}def\s+(\w+)", text, re.MULTILINE))
    return bool(difflib.get_close_matches(name, defined - {*exercise_names()}, n=1, cutoff=0.9))
