"""The text of an answer cell: what IPython reads and Python does not, and what it defines."""

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


def defines(text: str, name: str) -> bool:
    """True where a line of the text looks like the definition of `name`."""
    pattern = rf"^(?:def|class)\s+{name}\b|^{name}\s*[:=]"
    return bool(re.search(pattern, text, re.MULTILINE))
