"""What the names of uploads say: whose, which assignment or notebook, when."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# What an LMS writes behind the learner's name; what follows it is the learner's own file name.
MOODLE = re.compile(r"(.+?)_assignsubmission_[a-z]")
CANVAS = r"(?:_LATE)?_([0-9]{4,12})_([0-9]{4,12})(?:_|$)"
ATTEMPT = r"_attempt_([0-9]{4}-[0-9]{2}-[0-9]{2}(?:-[0-9]{2}-[0-9]{2}-[0-9]{2})?)(?![0-9])"
MARKED = re.compile(rf"(.+?)(?:{ATTEMPT}|{CANVAS})")
COPY = re.compile(r"(?: ?\(\d+\)| のコピー(?: \d+)?| - コピー| copy(?: \d+)?)+$", re.IGNORECASE)


@dataclass(frozen=True)
class Name:
    """What the name of a file, folder or archive says."""

    learner: str
    released: str | None  # a notebook or an assignment
    clock: tuple[int, ...]  # the time stamp in it, local time; empty without one
    order: int  # which copy: decides between equal times
    sure: bool  # an LMS wrote the learner into it


def learner_id(owner: str) -> str:
    """A learner's name as nbgrader's id: one safe part of a path and of a command."""
    return re.sub(r"[^\w.@+-]+", "_", unicodedata.normalize("NFC", owner)).strip("._@+-")


def read_name(name: str, released: list[str]) -> Name:
    """Whose, what, when: tanaka_attempt_2026-11-20-09-30-00_06_pruning (1).ipynb.

    Of several released names in it, the one that is listed first says what it is.
    """
    text = unicodedata.normalize("NFC", name)
    text = re.sub(r"\.(ipynb|zip)$", "", text, flags=re.IGNORECASE)
    owner, rest, known = COPY.sub("", text), "", None
    patterns = ((each, rf"(?<![0-9A-Za-z]){re.escape(each)}(?![0-9A-Za-z])") for each in released)
    found = [(r, match) for r, p in patterns if (match := re.search(p, text, re.IGNORECASE))]
    if found:
        known = found[0][0]
        owner = text[: min(match.start() for _, match in found)]
        rest = text[max(match.end() for _, match in found) :]
    numbers = re.findall(r"[0-9]{1,9}", rest)
    order, clock = int(numbers[-1]) if numbers else int(bool(rest)), ()
    mark = MOODLE.match(text) or MARKED.match(text)
    if mark:
        owner, time, user, file = (*mark.groups(), None, None, None)[:4]
        if time:
            clock = tuple(map(int, time.split("-")))
        if user:  # two learners may have the same name
            owner, order = f"{owner}_{user}", int(file)
    return Name(owner.strip(" _-"), known, clock, order, bool(mark))
