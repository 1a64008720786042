"""Of a notebook only what grading needs; what else a stranger put into the file is never built.

    data = cut_down(data)      # each cell's type, id, grade_id and text, and the version of Python

Outputs, pictures and other metadata are stepped over. They may be as large and as repetitive as a
beginner's loop has made them. What is kept is bounded before Python makes an object of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from checker.grading.archive import MEMBER_CAP, Refused

KEPT_CAP = 10_000_000  # characters of what is kept
NODES_CAP = 20_000  # keys, lists and dictionaries on the way to what is kept: a cell has about 15
BRACKETS_CAP = 1_000_000  # of the whole file: each is a step of Python's
DEPTH_CAP = 100
# No quantifier gives back what it has taken, and an end is always found, be it the text's: so each
# reads a character once.
BLANK = re.compile(r"[ \t\r\n]*+")
STRING = re.compile(r'"(?:[^"\\]++|\\.?)*+(?:"|\Z)', re.DOTALL)
WORD = re.compile(r"[-+.\w]++")
OTHER = r'[^"\[\]{}]*+'
TO_BRACKET = re.compile(rf"{OTHER}(?:{STRING.pattern}{OTHER})*+([\[\]{{}}]|\Z)", re.DOTALL)


class OldFormat(Refused):
    """It is a notebook of another format than 4, or none."""


def cut_down(data: bytes) -> bytes:
    """The notebook with nothing but what is needed. Raises `Refused` where it is no notebook."""
    return json.dumps(needed(data), indent=1).encode()


def readable(data: bytes) -> str:
    """The text that nbformat may read: cut down, but for the formats of long ago."""
    try:
        return cut_down(data).decode()
    except OldFormat:
        return data.decode("utf-8-sig")


def needed(data: bytes) -> dict:
    """The same as a dictionary; a cell that is no dictionary is left out."""
    if len(data) > MEMBER_CAP:
        raise Refused(
            f"{len(data):,} バイトあります。受け付けるのは {MEMBER_CAP:,} バイトまでです。"
        )
    try:
        notebook = Reader(data.decode("utf-8-sig")).notebook()
    except (ValueError, RecursionError) as error:
        said = f"{type(error).__name__}: {str(error)[:80]}"
        raise Refused(f"JSON のノートブックとして読めません ({said})。") from error
    if notebook.get("nbformat") != 4 or "cells" not in notebook:
        raise OldFormat("形式 4 (nbformat 4) のノートブックではありません。")
    return notebook


class Reader:
    """Reads a notebook from its first character to its last, once."""

    def __init__(self, text: str):
        self.text, self.at = text, 0
        self.kept = self.nodes = self.brackets = 0

    def notebook(self) -> dict:
        found: dict = {"metadata": {}}
        for key in self.members():
            if key == "cells" and self.next_is("["):
                found["cells"] = [cell for cell in self.items(self.cell) if cell is not None]
            elif key == "metadata":
                found["metadata"] = self.only("kernelspec", "language_info")
            elif key in ("nbformat", "nbformat_minor"):
                number = self.value()
                found[key] = number if isinstance(number, int) else 0
            else:
                self.skip()
        if self.next_is() or self.at < len(self.text):
            raise ValueError(f"text behind the end, at {self.at}")
        return found

    def cell(self) -> dict | None:
        if not self.next_is("{"):
            return self.skip()
        cell = {"cell_type": "raw", "metadata": {}, "source": ""}
        for key in self.members():
            if key in ("cell_type", "id"):
                found = self.value()
                cell |= {key: found} if isinstance(found, str) else {}
            elif key == "source":
                lines = self.value()
                lines = lines if isinstance(lines, list) else [lines]
                cell["source"] = "".join(line for line in lines if isinstance(line, str))
            elif key == "metadata":
                cell["metadata"] = self.only("nbgrader")
            else:
                self.skip()
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
        return cell

    def only(self, *wanted: str) -> dict:
        """Of a dictionary these dictionaries; empty where it is none."""
        if not self.next_is("{"):
            return self.skip() or {}
        found = {}
        for key in self.members():
            if key in wanted and self.next_is("{"):
                found[key] = self.value()
            else:
                self.skip()
        return found

    def value(self):
        """A value as Python's own reader makes it."""
        start, before = self.at, self.brackets
        self.skip()
        self.count(self.brackets - before)
        self.kept += self.at - start
        if self.kept > KEPT_CAP:
            raise Refused(f"プログラムと文章が {KEPT_CAP:,} 文字を超えています。")
        return json.loads(self.text[start : self.at])

    def skip(self) -> None:
        """Step over a value."""
        if not self.next_is("[", "{"):
            self.take(STRING if self.next_is('"') else WORD)
            return
        depth = 0
        while True:
            bracket = self.take(TO_BRACKET)
            if not bracket:
                raise ValueError("no end")
            depth += 1 if bracket in "[{" else -1
            self.brackets += 1
            if depth > DEPTH_CAP:
                raise Refused(f"値が {DEPTH_CAP} 段より深く入れ子になっています。")
            if self.brackets > BRACKETS_CAP:
                raise Refused(f"括弧が {BRACKETS_CAP:,} 個を超えています。")
            if depth == 0:
                return

    # The file's grammar.

    def members(self) -> Iterator[str]:
        """The keys of a dictionary. Whoever gets one reads or skips its value."""
        yield from self.between("{", "}", self.key)

    def items(self, read: Callable) -> Iterator:
        """What is read of each value of a list."""
        yield from self.between("[", "]", read)

    def between(self, opening: str, closing: str, read: Callable) -> Iterator:
        self.count(1)
        self.expect(opening)
        while not self.next_is(closing):
            yield read()
            if not self.next_is(closing):
                self.expect(",")
        self.expect(closing)

    def key(self) -> str:
        self.count(1)
        key = self.value() if self.next_is('"') else None
        self.expect(":")
        return key

    def next_is(self, *beginnings: str) -> bool:
        """Step over blanks; whether one of these comes next."""
        self.at = BLANK.match(self.text, self.at).end()
        return self.text.startswith(beginnings, self.at)

    def expect(self, character: str) -> None:
        if not self.next_is(character):
            raise ValueError(f"{character} expected at {self.at}")
        self.at += 1

    def take(self, pattern: re.Pattern) -> str | None:
        """Step over what fits; returns what the pattern marks of it."""
        found = pattern.match(self.text, self.at)
        if not found:
            raise ValueError(f"nothing readable at {self.at}")
        self.at = found.end()
        return found[1] if pattern.groups else None

    def count(self, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > NODES_CAP:
            raise Refused(f"セルとその項目が、合わせて {NODES_CAP:,} 個を超えています。")
