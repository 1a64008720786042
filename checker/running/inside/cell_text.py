"""Texts that learners wrote: what IPython makes of a cell, what it defines, which is an answer."""

from __future__ import annotations

import ast
import functools
import re
import textwrap
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from IPython.core.inputtransformer2 import TransformerManager

FILENAME = "<解答セル>"
IPYTHON = TransformerManager()
RUNS_ITS_BODY = ("capture", "debug", "prun", "time")  # cell magics that define what the body does
ROUNDS = 100  # transformations of one text, fewer of a long one: each looks through the whole
TEXT_LIMIT = 100_000
LINE_LIMIT = 300  # IPython's patterns need the square of a line's length
PARSED_LIMIT = 200_000  # characters, all rounds together: the grader reads texts too


UNPARSABLE = (SyntaxError, RecursionError, MemoryError)  # what read_cell gives for a tree


def read_cell(source: str) -> tuple[str, ast.Module | Exception]:
    """What Python reads in a cell, and its syntax tree or what the parser says instead."""
    text = _transformed(source)
    try:
        with warnings.catch_warnings(action="ignore"):  # "\d" is no matter of marks
            return text, ast.parse(text, FILENAME)
    except ValueError as error:  # a NUL: from Python 3.11.4 on it is a SyntaxError
        return text, SyntaxError(str(error))
    except UNPARSABLE as error:
        return text, error


def _transformed(source: str) -> str:
    """What IPython runs instead of a cell, with its own transformations; lines keep their numbers.

    The body of `%%time` and its like is the cell; of another cell magic it is no Python.
    """
    lines = (source + "\n").splitlines(keepends=True)
    if len(source) > TEXT_LIMIT or any(len(line) > LINE_LIMIT for line in lines):
        return source
    count, rounds = len(lines), min(ROUNDS, PARSED_LIMIT // (len(source) + 1))
    with warnings.catch_warnings(action="ignore"):
        while True:
            for clean in IPYTHON.cleanup_transforms:
                lines = clean(lines)
            if not rounds or _cell_magic(lines) not in RUNS_ITS_BODY:
                break
            lines, rounds = lines[1:], rounds - 1
        above = ["\n"] * (count - len(lines))
        for transform in IPYTHON.line_transforms:
            lines = _in_place(lines, transform(lines))
        for _ in range(rounds):
            try:
                changed, after = IPYTHON.do_one_token_transform(lines)
            except Exception:  # IPython runs nothing of such a text, and the parser will say why
                break
            if not changed:
                break
            lines = _in_place(lines, after)
    return "".join([*above, *lines]).removesuffix("\n")


def _cell_magic(lines: list[str]) -> str | None:
    """The name of the magic that a cell begins with."""
    found = re.match(r"%%(\S+)", lines[0]) if lines else None
    return found[1] if found else None


def _in_place(before: list[str], after: list[str]) -> list[str]:
    """`after`, in which one line stands for several of `before`, with empty lines for the others."""
    pairs = zip(before, after, strict=False)
    at = next((i for i, (old, new) in enumerate(pairs) if old != new), len(after) - 1) + 1
    return [*after[:at], *["\n"] * (len(before) - len(after)), *after[at:]]


@dataclass(frozen=True)
class Answer:
    """The text of an answer cell and the name of the function that it must define.

    It is parsed once, for everybody who asks.
    """

    source: str
    name: str

    @functools.cached_property
    def _read(self) -> tuple[str, ast.Module | Exception]:
        return read_cell(self.source)

    @property
    def text(self) -> str:
        """The text as Python reads it."""
        return self._read[0]

    @property
    def tree(self) -> ast.Module:
        """The syntax tree. Raises what `ast.parse` raises."""
        tree = self._read[1]
        if isinstance(tree, Exception):
            raise tree
        return tree

    @property
    def huge(self) -> bool:
        """True for a text that no person wrote: to parse it could use up the memory, so that only
        the process that runs it may try."""
        return len(self.source) > TEXT_LIMIT

    @property
    def syntax_error_line(self) -> int | None:
        """The line at which the text stops being Python, as the text alone shows it."""
        if self.huge or not isinstance(self._read[1], SyntaxError):
            return None
        return self._read[1].lineno

    @property
    def unanswered(self) -> bool:
        """True where there is no answer: no code at all, or a body of docstring, pass and `...`."""
        if self.huge or isinstance(self._read[1], Exception):
            return False
        body = self.tree.body
        same_name = [f for f in body if isinstance(f, ast.FunctionDef) and f.name == self.name]
        return not body or bool(same_name) and all(map(_says_nothing, same_name[-1].body))


def _says_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass) or ast.unparse(statement).startswith("get_ipython()."):
        return True  # the latter is what IPython makes of a magic
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return constant and (statement.value.value is Ellipsis or type(statement.value.value) is str)


def writable(text: str) -> str:
    """Without lone surrogates, which a learner can print and no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


# Before a statement that does not stand inside another one, a copied prompt may stand.
PROMPT = r"^(?:[ \t]*(?:>>>|\.\.\.)[ \t]?|In \[\d+\]: |[ \t]*\.{3,}: ?)?"


def defines(text: str, name: str) -> bool:
    """True where a line of the text looks like the definition of `name`, whole or broken."""
    pattern = rf"{PROMPT}(?:(?:async\s+)?def|class)\s+{name}\b|{PROMPT}{name}\s*[:=](?!=)"
    return bool(re.search(pattern, textwrap.dedent(text), re.MULTILINE))


class Cell(NamedTuple):
    """A cell of a notebook: its text, and the two names by which it may be known."""

    text: str
    grade_id: str | None
    cell_id: str | None
    code: bool = True


def meant_as(name: str, cells: Iterable[Cell]) -> list[Cell]:
    """The cells that may be the answer `name`, in their order: the last one is.

    By grade_id, else by cell id (both survive copying, moving and retyping in JupyterLab), first
    those that define the function: two cells may have swapped ids. Where nothing is written there,
    any code cell that defines it. The kernel and the grader ask here.
    """
    cells = list(cells)

    def defining(some: list[Cell]) -> list[Cell]:
        return [cell for cell in some if defines(cell.text, name)]

    marked = [cell for cell in cells if cell.grade_id == name]
    named = [cell for cell in cells if cell.cell_id == name]
    own = defining(marked) or defining(named) or marked or named
    if own and not Answer(own[-1].text, name).unanswered:
        return own
    others = [c for c in cells if c.code and name not in (c.grade_id, c.cell_id)]
    return defining(others) or own
