"""Files for instructors: written whole or not at all, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


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
