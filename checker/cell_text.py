"""Texts that learners wrote: what IPython reads in a cell and Python does not, what it defines."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings

# What IPython runs and Python cannot read: %magic, !command, ?name, name?, x = %magic, x = !command.
IPYTHON_LINE = re.compile(
    r"(?P<indent>[ \t]*)(?:(?P<target>\w[\w.,\[\] \t]*=)[ \t]*[%!]|[%!?]|[%\w.*]+\?{1,2}[ \t]*$)"
)
IPYTHON_LINES = 50  # more of them, or longer texts, are not looked at: each costs one parse
TEXT_LIMIT = 100_000
PARSED_LIMIT = 200_000  # characters, all parses together: the grader parses too


def python_text(source: str) -> str:
    """The text without what only IPython reads; every other line keeps its number.

    Only a line at which Python's parser stops is replaced: `%` may begin a line of a string or of
    a long expression too.
    """
    if len(source) > TEXT_LIMIT:
        return source
    lines = source.split("\n")
    for _ in range(min(IPYTHON_LINES, PARSED_LIMIT // (len(source) + 1))):
        try:
            with warnings.catch_warnings(action="ignore"):  # "\d" is no matter of marks
                ast.parse("\n".join(lines))
            break
        except SyntaxError as error:
            at = (error.lineno or 0) - 1
        except (ValueError, RecursionError, MemoryError):
            break
        found = IPYTHON_LINE.match(lines[at]) if 0 <= at < len(lines) else None
        if found:
            command, lines[at] = lines[at], f"{found['indent']}{found['target'] or ''}"
            lines[at] += " None" if found["target"] else "pass"
            while command.endswith("\\") and at + 1 < len(lines):  # it goes on in the next line
                at += 1
                command, lines[at] = lines[at], ""
        elif (dedented := textwrap.dedent("\n".join(lines)).split("\n")) != lines:
            lines = dedented  # IPython runs a cell that is indented as a whole
        else:
            break
    return "\n".join(lines)


def parsed(source: str) -> ast.Module:
    """The syntax tree of an answer. Raises what `ast.parse` raises, and `ValueError` for a text
    that no person wrote: to parse it could use up the memory."""
    if len(source) > TEXT_LIMIT:
        raise ValueError(f"a text of {len(source)} characters")
    return ast.parse(python_text(source))


def writable(text: str) -> str:
    """Without lone surrogates, which a learner can print and no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def defines(text: str, name: str) -> bool:
    """True where a line of the text looks like the definition of `name`."""
    pattern = rf"^(?:def|class)\s+{name}\b|^{name}\s*[:=]"
    return bool(re.search(pattern, text, re.MULTILINE))
