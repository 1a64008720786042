"""Texts that learners wrote: what IPython reads in a cell and Python does not, what it defines."""

from __future__ import annotations

import ast
import functools
import re
import textwrap
import warnings
from dataclasses import dataclass

# What IPython runs and Python cannot read: %magic, !command, ?name, name?, x = %magic, x = !command.
IPYTHON_LINE = re.compile(
    r"(?P<indent>[ \t]*)(?:(?P<target>\w[\w.,\[\] \t]*=)[ \t]*[%!]|[%!?]|[%\w.*]+\?{1,2}[ \t]*$)"
)
FILENAME = "<解答セル>"
IPYTHON_LINES = 50  # more of them, or longer texts, are not looked at: each costs one parse
TEXT_LIMIT = 100_000
PARSED_LIMIT = 200_000  # characters, all parses together: the grader parses too


UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError)  # what ast.parse raises


def read_cell(source: str) -> tuple[str, ast.Module | Exception]:
    """What Python reads in a cell, and its syntax tree or what the parser says instead.

    What only IPython reads is left out; every other line keeps its number. Only a line at which
    the parser stops is replaced: `%` may begin a line of a string or of a long expression too.
    """
    lines = source.split("\n")
    changes = min(IPYTHON_LINES, PARSED_LIMIT // (len(source) + 1))
    if len(source) > TEXT_LIMIT:
        changes = 0
    while True:
        text = "\n".join(lines)
        tree = _parse(text)
        changed = _without_one_command(lines, tree) if changes else None
        if changed is None:
            return text, tree
        lines, changes = changed, changes - 1


def _parse(text: str) -> ast.Module | Exception:
    try:
        with warnings.catch_warnings(action="ignore"):  # "\d" is no matter of marks
            return ast.parse(text, FILENAME)
    except UNPARSABLE as error:
        return error


def _without_one_command(lines: list[str], error: object) -> list[str] | None:
    """The lines without the command at which the parser stopped; None where there is none."""
    if not isinstance(error, SyntaxError):
        return None
    lines, at = list(lines), (error.lineno or 0) - 1
    found = IPYTHON_LINE.match(lines[at]) if 0 <= at < len(lines) else None
    if not found:
        dedented = textwrap.dedent("\n".join(lines)).split("\n")
        return dedented if dedented != lines else None  # IPython runs an indented cell
    command, lines[at] = lines[at], f"{found['indent']}{found['target'] or ''}"
    lines[at] += " None" if found["target"] else "pass"
    while command.endswith("\\") and at + 1 < len(lines):  # it goes on in the next line
        at += 1
        command, lines[at] = lines[at], ""
    return lines


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
    if isinstance(statement, ast.Pass):
        return True
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return constant and (statement.value.value is Ellipsis or type(statement.value.value) is str)


def writable(text: str) -> str:
    """Without lone surrogates, which a learner can print and no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def defines(text: str, name: str) -> bool:
    """True where a line of the text looks like the definition of `name`."""
    pattern = rf"^(?:def|class)\s+{name}\b|^{name}\s*[:=]"
    return bool(re.search(pattern, text, re.MULTILINE))
