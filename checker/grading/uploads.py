"""Finding a class's notebooks in what a learning management system gives: whose, what, when.

    finder = Finder(Released(course), stage)
    finder.scan(on_disk(folder))
    finder.uploads, finder.refused
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from checker.grading import course as paths
from checker.grading.archive import MEMBER_CAP, Entry, Refused, opened, read
from checker.grading.cut_down import cut_down
from checker.grading.submission import cell_ids
from checker.grading.upload_names import Name, learner_id, read_name
from checker.hand_in import RECORD, RECORD_CAP

LEARNER_CAP = 200_000_000  # bytes of all notebooks, and archives in archives, of one learner


@dataclass(frozen=True)
class Upload:
    """A readable notebook of a learner, copied into a folder of its own."""

    where: str
    owner: str  # the learner as the upload spells it
    assignment: str
    counts_for: tuple[str, ...]  # released notebooks; the version before may have had one for two
    time: datetime
    rank: tuple  # the greatest is the newest
    staged: Path
    note: str

    @property
    def notebook(self) -> Path:
        return self.staged / "notebook.ipynb"

    @property
    def record(self) -> Path:
        return self.staged / RECORD


class Released:
    """What the course has released, and which of it a notebook is."""

    def __init__(self, course: Path):
        self.notebooks = paths.released(course)  # by assignment
        self.assignment_of = {n: a for a, names in self.notebooks.items() for n in names}
        self.grade_ids = {
            name: cell_ids(paths.release(course, assignment, name).read_bytes())[0]
            for name, assignment in self.assignment_of.items()
        }
        # Where a name holds both, the notebook's says more than its assignment's.
        names = [*by_length(self.assignment_of), *by_length(self.notebooks)]
        self.names = list(dict.fromkeys(names))

    def belongs(self, said: str | None, ids: set[str]) -> tuple[str, tuple[str, ...]]:
        """The assignment, and those of its notebooks that a notebook with these ids counts for.

        A few cells pasted from another notebook do not make it that one.
        """
        shares = {name: len(known & ids) for name, known in self.grade_ids.items()}
        holding = [name for name, share in shares.items() if share]
        fitting = sorted({self.assignment_of[name] for name in holding})
        if not said and len(fitting) > 1:
            raise Refused(f"いくつかの課題の演習が入っています ({'、'.join(fitting)})。")
        if not said and not fitting:
            return "", ()
        assignment = self.assignment_of.get(said, said) if said else fitting[0]
        mine = [name for name in self.notebooks[assignment] if name in holding]
        most = [n for n in mine if n == said or 2 * shares[n] >= len(self.grade_ids[n])]
        nameless = [said] if said in self.grade_ids else self.notebooks[assignment]
        return assignment, tuple(most or mine or nameless)


class Finder:
    """Finds the uploads and keeps a copy of each."""

    def __init__(self, released: Released, stage: Path):
        self.released, self.stage = released, stage
        self.uploads: list[Upload] = []
        self.refused: list[tuple[str, str]] = []  # where, why
        self.spent: Counter[str] = Counter()  # bytes by learner

    def name(self, text: str) -> Name:
        return read_name(text, self.released.names)

    def scan(self, entries: list[Entry]) -> None:
        """A place of several learners: a folder, an archive or loose notebooks for each."""
        groups = by_first_part(entries)
        for first, group in groups.items():
            entry, name = group[0], self.name(first)
            # A learner's own archive must not hand in for others: only what lies alone in the
            # folder of uploads, or a folder without a learner's name, may hold several learners.
            several = len(groups) == 1 and entry.depth == 0
            with refusing(self.refused, entry.where.removesuffix("/".join(("", *entry.parts[1:])))):
                if entry.refusal:
                    raise Refused(entry.refusal)
                if len(entry.parts) > 1:
                    several = several or not name.learner
                    self.look_into(name, [below(each) for each in group], several)
                elif entry.suffix == ".zip":
                    self.spend(name, entry)
                    with opened(entry) as inside:
                        self.look_into(name, inside, several)
                elif entry.suffix != ".ipynb":
                    raise Refused("ノートブックでも zip でもありません。")
                elif not self.take(entry, name, {}):
                    raise Refused("公開した課題のノートブックではありません。")

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
                f"1 人の提出か、何人かの提出か、わかりません (中の名前: "
                f"{'、'.join(owners[:5]) or 'なし'})。何人かの提出なら、これだけをフォルダーに入れて"
                "取り込んでください。1 人の提出なら、その人の名前をファイル名に付け、中のノートブックを"
                "元の名前に戻してください。"
            )
        before = len(self.uploads) + len(self.refused)
        self.take_all(name, entries)
        if len(self.uploads) + len(self.refused) == before:
            raise Refused("中に、公開した課題のノートブックがありません。")

    def counts(self, entry: Entry) -> bool:
        """True for an archive, and for a notebook whose name says what or whose it is."""
        name = self.name(entry.parts[-1])
        notebook = entry.suffix == ".ipynb" and (name.released or name.sure)
        return not entry.refusal and bool(notebook or entry.suffix == ".zip")

    def take_all(self, owner: Name, entries: list[Entry]) -> None:
        """Every notebook of one learner."""
        progress = {e.parts[:-1]: e for e in entries if e.parts[-1] == RECORD}
        for entry in entries:
            with refusing(self.refused, entry.where):
                if entry.refusal:
                    raise Refused(entry.refusal)
                if entry.suffix == ".zip":
                    self.spend(owner, entry)
                    with opened(entry) as inside:
                        self.take_all(owner, inside)
                elif entry.suffix == ".ipynb":
                    self.take(entry, owner, progress)

    def spend(self, owner: Name, entry: Entry) -> None:
        """Count what is about to be read of a learner's, archives in archives included."""
        if entry.size > MEMBER_CAP or (entry.suffix == ".zip" and not entry.depth):
            return  # it is refused, or read by its members
        if self.spent[owner.learner] + entry.size > LEARNER_CAP:
            raise Refused(f"1 人のファイルが、合わせて {LEARNER_CAP:,} バイトを超えています。")
        self.spent[owner.learner] += entry.size

    def take(self, entry: Entry, owner: Name, progress: dict[tuple, Entry]) -> bool:
        """Copy one notebook; False where it belongs to no assignment (the map of the course)."""
        if not learner_id(owner.learner):
            raise Refused("名前に学習者がありません。")
        name = self.name(entry.parts[-1])
        self.spend(owner, entry)
        data = cut_down(read(entry))
        assignment, counts_for = self.released.belongs(name.released, set.union(*cell_ids(data)))
        if not assignment:
            return False
        time = submitted_at(entry, owner.clock or name.clock)
        staged = self.stage / str(len(self.uploads))
        staged.mkdir()
        above = progress.get(entry.parts[:-1]) or progress.get(entry.parts[:-2])
        note = keep_progress(above, staged) if above else ""
        # At one time, a notebook of today's counts before one of the version before.
        rank = (time, entry.seconds, len(counts_for) == 1, name.order)
        where = entry.where
        upload = Upload(where, owner.learner, assignment, counts_for, time, rank, staged, note)
        upload.notebook.write_bytes(data)
        self.uploads.append(upload)
        return True


@contextmanager
def refusing(refused: list[tuple[str, str]], where: str) -> Iterator[None]:
    """What fails in here costs this upload only."""
    try:
        yield
    except (Refused, OSError) as error:
        refused.append((where, str(error)))


def by_length(names: dict) -> list[str]:
    """The longest first: one name may be the beginning of another."""
    return sorted(names, key=len, reverse=True)


def submitted_at(entry: Entry, clock: tuple[int, ...]) -> datetime:
    """The time stamp in the name, else the file's own time; whole seconds."""
    if not clock:
        return datetime.fromtimestamp(int(entry.seconds), UTC)
    try:
        return datetime(*clock).astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Refused(f"名前の中の時刻が、実際にはない時刻です ({error})。") from error


def by_first_part(entries: list[Entry]) -> dict[str, list[Entry]]:
    groups = defaultdict(list)
    for entry in entries:
        groups[entry.parts[0]].append(entry)
    return groups


def below(entry: Entry) -> Entry:
    """The same entry, seen from the folder that it lies in."""
    return replace(entry, parts=entry.parts[1:])


def keep_progress(entry: Entry, staged: Path) -> str:
    """Copy the learner's own record beside the notebook; says so where that is not possible."""
    try:
        if entry.size > RECORD_CAP:
            raise Refused("大きすぎます。")
        data = read(entry)
        if not isinstance(json.loads(data.decode("utf-8")), dict):
            raise Refused("記録ではありません。")
    except (Refused, ValueError, RecursionError) as error:
        return f"{RECORD} は取り込みませんでした ({str(error)[:80]})。"
    (staged / RECORD).write_bytes(data)
    return ""
