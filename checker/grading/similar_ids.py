"""New ids that look like another one: one person under two names has two rows of marks."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from checker.grading.course import GRADEBOOK

SHORTEST = 3  # characters of an id that says something inside another one


def in_gradebook(course: Path) -> set[str]:
    """Everybody in the gradebook, if there is one."""
    path = (course / GRADEBOOK).absolute()
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as gradebook:
            return {student for (student,) in gradebook.execute("select id from student")}
    except sqlite3.Error:
        return set()


def similar(new: set[str], known: set[str]) -> dict[str, str]:
    """New id → the id that it contains, that contains it, or that differs in spelling only.

    Of two new ones, the longer.
    """
    new = new - known
    everybody, by_letters, by_piece = new | known, defaultdict(set), defaultdict(set)
    for each in everybody:
        by_letters[letters(each)].add(each)
        for piece in pieces(each):
            by_piece[piece].add(each)
    found = {}
    for each in new:
        parts = everybody.intersection(pieces(each))
        others = parts | by_piece[each] | by_letters[letters(each)]
        others = {o for o in others if o in known or (len(o), o) < (len(each), each)}
        if others:
            found[each] = min(others, key=lambda other: (other in new, other))
    return found


def with_titles(attempts: set[str]) -> dict[str, str]:
    """Id → how it begins, where ids of one round with an unknown title begin alike."""
    beginnings = defaultdict(set)
    for each in attempts:
        head, parted, _ = each.rpartition("_")
        if parted:
            beginnings[head].add(each)
    return {each: head for head, ids in beginnings.items() if len(ids) > 1 for each in ids}


def letters(name: str) -> str:
    """What is left where case, width and signs do not count."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold())


def pieces(name: str) -> set[str]:
    """The beginnings, endings and parts of an id, at its underscores and hyphens."""
    cuts = [match.span() for match in re.finditer(r"[_-]+", name)]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(name)]
    found = {name[:end] for end in ends} | {name[start:] for start in starts}
    found |= {name[start:end] for start, end in zip(starts, ends, strict=True)}
    return {piece for piece in found if len(piece) >= SHORTEST and piece != name}
