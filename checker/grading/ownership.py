"""Whose the notebooks below a folder or an archive are, judged by all of them.

    found = owners(entries, read)
    found.lms or len(found.learners) > 1        # a class, not one learner

One level says little: a single folder around a class, or names of which none is an assignment's,
would hide everybody below.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from os.path import commonprefix

from checker.grading.archive import Entry, Refused, opened
from checker.grading.lms_files import is_of_lms
from checker.grading.upload_names import Name, learner_id

Reader = Callable[[str], Name]
DEEPEST = 8  # folders that an LMS and an instructor put around an upload, at most


@dataclass(frozen=True)
class Owners:
    """The learners that names below speak of, and whether an LMS wrote one of the names."""

    learners: frozenset[str]
    lms: bool


def owners(entries: list[Entry], read: Reader) -> Owners:
    """Everybody whose the notebooks below may be."""
    learners: set[str] = set()
    lms = any(is_of_lms(entry.parts[-1]) for entry in entries)
    work = uploads_in(entries, read)
    for entry in work:
        said = [read(part) for part in (*entry.parts[:-1][:DEEPEST], entry.parts[-1])]
        lms = lms or any(name.sure for name in said)
        if entry.suffix == ".ipynb" and said[-1].released:
            learners.add(said[-1].learner)
        elif entry.suffix == ".zip":
            inside = owners_in_archive(entry, read)
            learners, lms = learners | inside.learners, lms or inside.lms
    depth = len(single_folders(work))
    parting = heads([below(entry, depth) for entry in work])
    if len(parting) > 1:
        places = [e for e, *_ in parting if len(e.parts) > 1 or e.suffix == ".zip"]
        learners |= {read(entry.parts[0]).learner for entry in places}
    return Owners(frozenset(filter(None, map(learner_id, learners))), lms)


def owners_in_archive(entry: Entry, read: Reader) -> Owners:
    """The same of an archive; of one that cannot be read, its refusal tells when it is taken."""
    try:
        with opened(entry) as inside:
            return owners(inside, read)
    except (Refused, OSError):
        return Owners(frozenset(), False)


def uploads_in(entries: list[Entry], read: Reader) -> list[Entry]:
    """The archives, and the notebooks that are named for an assignment or by an LMS; where there
    is none of these, every notebook."""
    entries = [entry for entry in entries if not entry.refusal]
    notebooks = [entry for entry in entries if entry.suffix == ".ipynb"]
    names = {id(entry): read(entry.parts[-1]) for entry in notebooks}
    named = [entry for entry in notebooks if names[id(entry)].released or names[id(entry)].sure]
    return (named or notebooks) + [entry for entry in entries if entry.suffix == ".zip"]


def class_level(entries: list[Entry], read: Reader) -> list[Entry]:
    """The level that the learners' folders, archives or notebooks lie in, below single folders."""
    path = single_folders(uploads_in(entries, read))
    inside = [e for e in entries if len(e.parts) > len(path) and e.parts[: len(path)] == path]
    level = [below(entry, len(path)) for entry in inside]
    parting = heads(uploads_in(level, read))
    names = [read(group[0].parts[0]) for group in parting]
    if len(parting) < 2 and not any(n.sure or n.released and n.learner for n in names):
        return entries  # one learner: any of the folders may be named after them
    return level


def single_folders(entries: list[Entry]) -> tuple[str, ...]:
    """The folders one in another that all of these lie in."""
    return commonprefix([entry.parts[:-1] for entry in entries]) if entries else ()


def heads(entries: list[Entry]) -> list[list[Entry]]:
    """What lies on this level: each folder with all that is below it, and each file."""
    folders: dict[str, list[Entry]] = defaultdict(list)
    files = [[entry] for entry in entries if len(entry.parts) == 1]
    for entry in entries:
        if len(entry.parts) > 1:
            folders[entry.parts[0]].append(entry)
    return sorted([*folders.values(), *files], key=lambda group: group[0].parts[0])


def below(entry: Entry, levels: int = 1) -> Entry:
    """The same entry, seen from the folder that it lies in."""
    return replace(entry, parts=entry.parts[levels:])
