"""What leaves for instructors: lines harmless in a terminal, files written whole or not at all and
harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
INVISIBLE = "\u034f\u115f\u1160\u3164\uffa0"  # letters and marks, by Unicode, that show nothing
WIDE_SPACE = "\u3000"  # stands in Japanese names


def say(*lines: str, error: bool = False) -> None:
    """Print lines. Every command prints by this alone: learners choose names and write outputs."""
    for line in lines:
        print(printable(line), file=sys.stderr if error else sys.stdout)


def printable(line: str) -> str:
    """One line for a terminal: what controls one, turns the direction or cannot be seen is spelled
    out as Python does, such as \\x1b or \\u202e."""
    return "".join(c if visible(c) else c.encode("unicode_escape").decode() for c in line)


def visible(character: str) -> bool:
    """True for what takes its place on the screen and does nothing else."""
    shows = character.isprintable() or character == WIDE_SPACE
    return shows and character not in INVISIBLE


def write_whole(path: Path, data: bytes) -> Path:
    """Write a file anew; a kill in between leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        new = Path(folder, "new")
        new.write_bytes(data)
        os.replace(new, path)
    return path


def table(rows: Iterable[Iterable]) -> bytes:
    """A CSV for Excel, which takes one for UTF-8 only where it begins with a BOM."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([*map(harmless, row)] for row in rows)
    return stream.getvalue().encode("utf-8-sig", "replace")


def harmless(value: object) -> object:
    """A text that no spreadsheet takes for a formula. Numbers stay numbers; None is empty."""
    if value is None or isinstance(value, (int, float)):
        return value
    text = str(value)
    formula = text.lstrip().startswith(FORMULA) or text.startswith(("\t", "\r", "\n"))
    return f"'{text}" if formula else text
