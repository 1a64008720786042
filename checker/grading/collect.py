"""Uploads from a learning management system become grading/submitted/, which nbgrader reads.

    lines = collect(folder, course)
    status = show(lines)

Whose an upload is stands in the name of its file, folder or archive; the assignment stands in the
notebook's name or in its grade_ids. Where that is in doubt, nothing is guessed: it is refused by
name, and everything else goes on. Archives are read, never unpacked: no path in them is used.
"""

from __future__ import annotations

import filecmp
import json
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from checker.grading.archive import Entry, Refused, on_disk, opened, read
from checker.grading.upload_names import Name, learner_id, read_name
from checker.hand_in import RECORD as PROGRESS
from checker.hand_in import RECORD_CAP as PROGRESS_CAP

LEARNER_CAP = 200_000_000  # bytes of all notebooks of one learner


@dataclass(frozen=True)
class Line:
    """What became of one upload. outcome: collected, replaced, unchanged, older or refused."""

    outcome: str
    where: str  # below the folder of uploads, through archives: bulk.zip/tanaka/06_pruning.ipynb
    text: str
    learner: str = ""
    assignment: str = ""


@dataclass(frozen=True)
class Upload:
    """A readable notebook of a learner, copied into a folder of its own."""

    where: str
    owner: str  # the learner as the upload spells it
    assignment: str
    time: datetime
    rank: tuple  # the greatest is the newest
    staged: Path
    note: str

    @property
    def notebook(self) -> Path:
        return self.staged / f"{self.assignment}.ipynb"


def collect(folder: Path, course: Path) -> list[Line]:
    """Lay the uploads in `folder` into `course`/grading/submitted; one line for each."""
    if not folder.is_dir():
        return [Line("refused", str(folder), "no such folder")]
    (course / "grading").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=course / "grading", prefix="collecting-") as stage:
        collection = Collection(course, Path(stage))
        collection.scan(on_disk(folder))
        collection.lay_all()
    return sorted(collection.lines, key=lambda line: (line.outcome == "refused", line.where))


def show(lines: list[Line]) -> int:
    """Print the lines; returns the exit status, 1 where something was refused."""
    for line in lines:
        whose = f"{line.learner} {line.assignment}: " if line.learner else ""
        text = f"{line.outcome:<10}{whose}{line.where}: {line.text}"
        print("".join(c if c.isprintable() else "?" for c in text))  # names are hostile, too
    counts = Counter(line.outcome for line in lines)
    print(", ".join(f"{n} {outcome}" for outcome, n in counts.items()) or "no upload found")
    return 1 if counts["refused"] else 0


def stamp(time: datetime) -> str:
    """A time for timestamp.txt. nbgrader takes the +0900 of "… 09:30:00 +0900" for 900 seconds."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def submitted_at(entry: Entry, clock: tuple[int, ...]) -> datetime:
    """The time stamp in the name, else the file's own time; whole seconds."""
    if not clock:
        return datetime.fromtimestamp(int(entry.seconds), UTC)
    try:
        return datetime(*clock).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Refused(f"no such time as in its name: {error}") from error


class Collection:
    """Finds the uploads, keeps a copy of each, and lays the newest of each learner."""

    def __init__(self, course: Path, stage: Path):
        self.stage, self.grading = stage, course / "grading"
        released = sorted(course.glob("notebooks/*/*.ipynb"))
        self.grade_ids = {
            path.stem: cell_ids(path.read_bytes())[0]
            for path in released if path.stem == path.parent.name
        }  # fmt: skip
        self.lines: list[Line] = []
        self.uploads: list[Upload] = []
        self.spent: Counter[str] = Counter()  # bytes by learner

    @contextmanager
    def refusing(self, where: str) -> Iterator[None]:
        try:
            yield
        except (Refused, OSError) as error:
            self.lines.append(Line("refused", where, str(error)))

    def name(self, text: str) -> Name:
        return read_name(text, list(self.grade_ids))

    def scan(self, entries: list[Entry]) -> None:
        """A place of several learners: a folder, an archive or loose notebooks for each."""
        groups = by_first_part(entries)
        for first, group in groups.items():
            entry, name = group[0], self.name(first)
            # A learner's own archive must not hand in for others: only what lies alone in the
            # folder of uploads, or a folder without a learner's name, may hold several learners.
            several = len(groups) == 1 and entry.depth == 0
            with self.refusing(entry.where.removesuffix("/".join(("", *entry.parts[1:])))):
                if entry.refusal:
                    raise Refused(entry.refusal)
                if len(entry.parts) > 1:
                    several = several or not name.learner
                    self.look_into(name, [below(each) for each in group], several)
                elif entry.suffix == ".zip":
                    with opened(entry) as inside:
                        self.look_into(name, inside, several)
                elif entry.suffix != ".ipynb":
                    raise Refused("neither a notebook nor a zip archive")
                elif not self.take(entry, name, {}):
                    raise Refused("it belongs to no released assignment")

    def look_into(self, name: Name, entries: list[Entry], several: bool) -> None:
        """A folder or an archive: one learner's, or again a place of several."""
        groups = by_first_part(entries)
        children = [self.name(f) for f, group in groups.items() if any(map(self.counts, group))]
        owners = sorted({child.learner for child in children if child.learner})
        plural = len(owners) > 1 or any(child.sure for child in children) or not name.learner
        if plural and not name.sure:
            if several:
                return self.scan(entries)
            raise Refused(
                f"one learner's or several? In it: {', '.join(owners[:5]) or 'no name'}. If it is"
                " several learners', collect it alone; else name it after its one learner and leave"
                " one notebook of each assignment in it"
            )
        before = len(self.uploads) + len(self.lines)
        self.take_all(name, entries)
        if len(self.uploads) + len(self.lines) == before:
            raise Refused("no notebook of a released assignment in it")

    def counts(self, entry: Entry) -> bool:
        """True for an archive, and for a notebook whose name says the assignment or the learner."""
        name = self.name(entry.parts[-1])
        notebook = entry.suffix == ".ipynb" and (name.assignment or name.sure)
        return not entry.refusal and bool(notebook or entry.suffix == ".zip")

    def take_all(self, owner: Name, entries: list[Entry]) -> None:
        """Every notebook of one learner."""
        progress = {e.parts[:-1]: e for e in entries if e.parts[-1] == PROGRESS}
        for entry in entries:
            with self.refusing(entry.where):
                if entry.refusal:
                    raise Refused(entry.refusal)
                if entry.suffix == ".zip":
                    with opened(entry) as inside:
                        self.take_all(owner, inside)
                elif entry.suffix == ".ipynb":
                    self.take(entry, owner, progress)

    def take(self, entry: Entry, owner: Name, progress: dict[tuple, Entry]) -> bool:
        """Copy one notebook; False where it belongs to no assignment (the map of the course)."""
        if not learner_id(owner.learner):
            raise Refused("no learner in its name")
        name = self.name(entry.parts[-1])
        if self.spent[owner.learner] + entry.size > LEARNER_CAP:
            raise Refused(f"more than {LEARNER_CAP:,} bytes of notebooks of one learner")
        data = read(entry)
        self.spent[owner.learner] += len(data)
        ids = set.union(*cell_ids(data))
        fitting = [known for known, grade_ids in self.grade_ids.items() if grade_ids & ids]
        if not name.assignment and len(fitting) > 1:
            raise Refused(f"it holds exercises of several assignments: {', '.join(fitting)}")
        if not name.assignment and not fitting:
            return False
        time = submitted_at(entry, owner.clock or name.clock)
        staged = self.stage / str(len(self.uploads))
        staged.mkdir()
        above = progress.get(entry.parts[:-1]) or progress.get(entry.parts[:-2])
        note = keep_progress(above, staged) if above else ""
        rank = (time, entry.seconds, name.order)
        assignment = name.assignment or fitting[0]
        upload = Upload(entry.where, owner.learner, assignment, time, rank, staged, note)
        upload.notebook.write_bytes(data)
        self.uploads.append(upload)
        return True

    def lay_all(self) -> None:
        """The newest upload of every learner and assignment goes to its place."""
        folders, spelled, groups = defaultdict(set), defaultdict(set), defaultdict(list)
        for folder in (self.grading / "submitted").glob("*"):
            folders[folder.name.casefold()].add(folder.name)
        for upload in self.uploads:
            learner = learner_id(upload.owner)
            folders[learner.casefold()].add(learner)
            spelled[learner].add(upload.owner)
            groups[learner, upload.assignment].append(upload)
        for (learner, assignment), uploads in groups.items():
            # Windows and macOS hold folders that differ only in case for one.
            rivals = max(spelled[learner], folders[learner.casefold()], key=len)
            if len(rivals) > 1:
                text = f"one learner or several? They would get the same folder: {sorted(rivals)}"
                self.lines += [Line("refused", upload.where, text) for upload in uploads]
                continue
            uploads.sort(key=lambda upload: upload.rank)
            with self.refusing(uploads[-1].where):
                self.lay(learner, assignment, uploads)

    def lay(self, learner: str, assignment: str, uploads: list[Upload]) -> None:
        """Lay the last of these uploads, unless what is collected is the same or newer."""
        count = len(uploads)
        while len(uploads) > 1 and same_bytes(uploads[-2].notebook, uploads[-1].notebook):
            uploads.pop()  # handing in the same once more makes nobody late
        newest = uploads[-1]
        if len(uploads) > 1 and uploads[-2].rank == newest.rank:
            raise Refused(f"another notebook of the same time: {uploads[-2].where}")
        place = self.grading / "submitted" / learner / assignment
        outcome, text = "collected", f"{newest.time.astimezone():%Y-%m-%d %H:%M:%S %z}"
        if count > 1:
            text += f", the newest of {count} uploads"
        text += newest.note
        before = collected_at(place)
        if same_bytes(place / f"{assignment}.ipynb", newest.notebook):
            outcome, text = "unchanged", "the same notebook is already collected"
        elif before and before > newest.time:
            outcome, text = "older", f"{text}; a newer notebook is already collected"
        elif before == newest.time:
            raise Refused("a different notebook of the same time is already collected")
        else:
            (newest.staged / "timestamp.txt").write_text(stamp(newest.time), encoding="ascii")
            if place.exists():
                kept = set_aside(place, self.grading / "replaced" / learner / assignment, before)
                outcome = "replaced"
                text += f"; the one before: {kept.relative_to(self.grading).as_posix()}"
            place.parent.mkdir(parents=True, exist_ok=True)
            os.rename(newest.staged, place)  # whole or not at all, whenever we are killed
        self.lines.append(Line(outcome, newest.where, text, learner, assignment))


def by_first_part(entries: list[Entry]) -> dict[str, list[Entry]]:
    groups = defaultdict(list)
    for entry in entries:
        groups[entry.parts[0]].append(entry)
    return groups


def below(entry: Entry) -> Entry:
    """The same entry, seen from the folder that it lies in."""
    return replace(entry, parts=entry.parts[1:])


def cell_ids(data: bytes) -> tuple[set[str], set[str]]:
    """The grade_ids and the ids of a notebook's cells. Raises `Refused` where it is no notebook."""
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Refused(f"no notebook: {type(error).__name__}, {str(error)[:80]}") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or notebook.get("nbformat") != 4:
        raise Refused("no notebook of format 4")
    cells = [cell for cell in cells if isinstance(cell, dict)]
    metadata = [m for cell in cells if isinstance(m := cell.get("metadata"), dict)]
    marks = [m for each in metadata if isinstance(m := each.get("nbgrader"), dict)]
    grade_ids, ids = (mark.get("grade_id") for mark in marks), (cell.get("id") for cell in cells)
    return {i for i in grade_ids if isinstance(i, str)}, {i for i in ids if isinstance(i, str)}


def keep_progress(entry: Entry, staged: Path) -> str:
    """Copy the learner's own record beside the notebook; says so where that is not possible."""
    try:
        if entry.size > PROGRESS_CAP:
            raise Refused("too large")
        data = read(entry)
        if not isinstance(json.loads(data.decode("utf-8")), dict):
            raise Refused("no record")
    except (Refused, ValueError, RecursionError) as error:
        return f"; {PROGRESS} left out: {str(error)[:80]}"
    (staged / PROGRESS).write_bytes(data)
    return ""


def collected_at(place: Path) -> datetime | None:
    """The time stamp of a collected submission, read as nbgrader reads it; None without one."""
    try:
        text = (place / "timestamp.txt").read_text(encoding="utf-8").strip()
        return parse_utc(text).replace(tzinfo=UTC)
    except (OSError, ValueError, OverflowError):
        return None


def same_bytes(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)


def set_aside(place: Path, kept: Path, time: datetime | None) -> Path:
    """Move a collected submission out of nbgrader's sight; nothing is ever deleted."""
    kept.mkdir(parents=True, exist_ok=True)
    name = f"{time:%Y%m%dT%H%M%SZ}" if time else "unknown-time"
    names = (name if n == 1 else f"{name}-{n}" for n in range(1, 1_000_000))
    aside = next(kept / name for name in names if not (kept / name).exists())
    os.rename(place, aside)
    return aside


