"""Regular expressions that take more than their share of time on a text that a stranger chose.

slow(module)      # {pattern: the text that shows it}
"""

from __future__ import annotations

import ast
import inspect
import re
import time
from collections.abc import Iterator
from types import ModuleType

import cost

SHORT, LONG = 10_000, 100_000  # characters: the short one tells of a quadratic pattern at once
SECONDS = 3e-6  # for each: a linear pattern takes a hundredth
PIECES = (*" a1_-.([{\"'\\/%`\nあ", "(1)", " (1)", "1-", "a ", "_1", '\\"', "[]")


def patterns(module: ModuleType) -> Iterator[re.Pattern]:
    """Those that a module has compiled, and the literal ones in its calls of `re`."""
    for value in vars(module).values():
        held = list(value.values()) if isinstance(value, dict) else value
        for each in held if isinstance(held, list | tuple | set) else [value]:
            if isinstance(each, re.Pattern):
                yield each
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name("re")), args=[ast.Constant(str(text)), *_]
            ):
                yield re.compile(text)


def slow(module: ModuleType) -> dict[str, str]:
    """The patterns that take too long, each with the text that showed it."""
    return {p.pattern: text for p in set(patterns(module)) if (text := slow_text(p))}


def slow_text(pattern: re.Pattern) -> str:
    """The first of many texts on which it takes too long; empty if there is none."""
    words = re.findall(r"[^\\()\[\]{}|?*+.^$]+", pattern.pattern)  # that it looks for
    patience = SECONDS * cost.slowness()
    for length in (SHORT, LONG):
        for piece in dict.fromkeys((*PIECES, *words)):
            text = piece * (length // len(piece))
            for whole in (f"{text}x", f'"{text}'):
                began = time.process_time()
                pattern.sub("", whole)
                if time.process_time() - began > patience * length:
                    return f"{piece!r} × {length // len(piece)}"
    return ""
