"""Whose the notebooks below a folder or an archive are, judged by all of them.

    found = Ownership(read, ours).owners(entries)
    found.lms or len(found.learners) > 1        # a class, not one learner

One level says little: a single folder around a class, or names of which none is an assignment's,
would hide everybody below.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import accumulate
from os.path import commonprefix

from checker.grading.archive import Entry, Refused, opened
from checker.grading.lms_files import is_of_lms
from checker.grading.upload_names import Name, learner_id

DEEPEST = 8  # folders that an LMS and an instructor put around an upload, at most
PEEKS = 50  # notebooks without a telling name that are looked into; of more, each one counts
PEEKED_CAP = 200_000_000  # bytes of what is looked into; one learner may not hand in more


@dataclass(frozen=True)
class Owners:
    """The learners that names below speak of, and whether an LMS wrote one of the names, or a name
    of each upload."""

    learners: frozenset[str]
    lms: bool
    throughout: bool = False


@dataclass(frozen=True)
class Ownership:
    """Judges folders and archives by what is below them."""

    read: Callable[[str], Name]
    ours: Callable[[Entry], bool]  # is this a notebook of an assignment?

    def owners(self, entries: list[Entry]) -> Owners:
        """Everybody whose the notebooks below may be. Archives are opened where nothing else tells."""
        learners: set[str] = set()
        lms = any(is_of_lms(entry.parts[-1]) for entry in entries)
        work, throughout = self.uploads_in(entries), True
        for entry in work:
            outer = entry.parts[:-1][:DEEPEST]
            said = [self.read(part) for part in (*outer, entry.parts[-1])]
            sure = any(name.sure for name in said)
            lms, throughout = lms or sure, throughout and sure
            if entry.suffix == ".ipynb" and said[-1].released:
                learners.add(said[-1].learner)
        depth = len(shared_folders(work))
        parting = heads([below(entry, depth) for entry in work])
        if len(parting) > 1:
            places = [e for e, *_ in parting if len(e.parts) > 1 or e.suffix == ".zip"]
            learners |= {self.read(entry.parts[0]).learner for entry in places}
        found = Owners(frozenset(filter(None, map(learner_id, learners))), lms, throughout)
        for entry in affordable([entry for entry in work if entry.suffix == ".zip"]):
            if found.lms or len(found.learners) > 1:
                break
            inside = self.owners_in_archive(entry)
            found = Owners(found.learners | inside.learners, inside.lms, inside.throughout)
        return found

    def owners_in_archive(self, entry: Entry) -> Owners:
        """The same of an archive; why one cannot be read is told when it is taken."""
        try:
            with opened(entry) as inside:
                return self.owners(inside)
        except (Refused, OSError):
            return Owners(frozenset(), False)

    def uploads_in(self, entries: list[Entry]) -> list[Entry]:
        """The archives, and the notebooks of assignments, by their names or by their cells."""
        entries = [entry for entry in entries if not entry.refusal]
        archives = [entry for entry in entries if entry.suffix == ".zip"]
        named, nameless = [], []
        for entry in entries:
            if entry.suffix == ".ipynb":
                name = self.read(entry.parts[-1])
                (named if name.released or name.sure else nameless).append(entry)
        known = {entry.parts[:-1] for entry in named}
        nameless = [entry for entry in nameless if entry.parts[:-1] not in known]
        peeks = affordable(nameless[:PEEKS])
        looked_into = [entry for entry in peeks if self.ours(entry)]
        return [*named, *looked_into, *nameless[len(peeks) :], *archives]

    def class_level(self, entries: list[Entry]) -> list[Entry]:
        """The level that the learners' folders, archives or notebooks lie in; `entries` themselves
        where nothing below tells it: any of the folders may be named after the one learner."""
        path = shared_folders(self.uploads_in(entries))
        marked = {e.parts[:-1] for e in entries if is_of_lms(e.parts[-1])} & beginnings(path)
        path = min(marked, key=len, default=path)
        inside = [e for e in entries if len(e.parts) > len(path) and e.parts[: len(path)] == path]
        level = [below(entry, len(path)) for entry in inside]
        parting = heads(self.uploads_in(level))
        names = [self.read(group[0].parts[0]) for group in parting]
        told = any(name.sure or name.released and name.learner for name in names)
        if not (marked or told or len(parting) > 1):
            return entries
        found = set(map(id, inside))
        besides = [replace(e, parts=e.parts[-1:]) for e in entries if id(e) not in found]
        return level + besides  # what lies above is no upload, and must not vanish in silence

    def single_folders(self, entries: list[Entry]) -> list[str]:
        """The folders one in another around the work, of which any might be a learner's."""
        path = shared_folders(self.uploads_in(entries))
        return [each for each in path if self.read(each).learner]


def affordable(entries: list[Entry]) -> list[Entry]:
    """The first of these, as many as may be read whole only to learn whose they are."""
    sizes = accumulate(entry.size if entry.depth else 0 for entry in entries)
    return [entry for entry, size in zip(entries, sizes, strict=True) if size <= PEEKED_CAP]


def shared_folders(entries: list[Entry]) -> tuple[str, ...]:
    """The folders one in another that all of these lie in."""
    return commonprefix([entry.parts[:-1] for entry in entries]) if entries else ()


def beginnings(path: tuple[str, ...]) -> set[tuple[str, ...]]:
    """The path itself and every folder above it."""
    return {path[:length] for length in range(len(path) + 1)}


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
