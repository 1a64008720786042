"""Copies of the notebooks that the uploads hold, until the newest of each is known."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from checker.grading.archive import MEMBER_CAP, Entry, Refused, read
from checker.grading.course import LMS
from checker.grading.cut_down import cut_down
from checker.grading.moments import submitted_at
from checker.grading.releases import Released
from checker.grading.submission import cell_ids
from checker.grading.upload_names import NUMBERED, Name, learner_id, read_name
from checker.hand_in import RECORD, RECORD_CAP

LEARNER_CAP = 200_000_000  # bytes of all notebooks, and archives in archives, of one learner
ID_CAP = 200  # bytes of an id: it becomes a file's name with an ending, and 255 are the limit


@dataclass(frozen=True)
class Upload:
    """A readable notebook of a learner, copied into a folder of its own."""

    where: str
    owner: Name  # the learner as the upload spells it
    place: str  # the file, folder or archive that is named after the owner
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

    @property
    def lms(self) -> Path:
        return self.staged / LMS

    @property
    def folder(self) -> str:
        return self.where.rpartition("/")[0]


class Stage:
    """The folder of the copies, and what is in it."""

    def __init__(self, released: Released, folder: Path):
        self.released, self.folder = released, folder
        self.uploads: list[Upload] = []
        self.spent: Counter[str] = Counter()  # bytes by learner

    def is_ours(self, entry: Entry) -> bool:
        """Is this a notebook of an assignment, whatever its name?"""
        try:
            return bool(self.released.belongs(None, set.union(*cell_ids(read(entry))))[0])
        except Refused:
            return True  # broken, or of several assignments: why, is told when it is taken

    def spend(self, owner: Name, entry: Entry) -> None:
        """Count what is about to be read of a learner's, archives in archives included."""
        if entry.size > MEMBER_CAP or (entry.suffix == ".zip" and not entry.depth):
            return  # it is refused, or read by its members
        if self.spent[owner.learner] + entry.size > LEARNER_CAP:
            raise Refused(f"1 人のファイルが、合わせて {LEARNER_CAP:,} バイトを超えています。")
        self.spent[owner.learner] += entry.size

    def take(
        self,
        entry: Entry,
        owner: Name,
        place: str,
        packed: float | None = None,
        progress: Entry | None = None,
    ) -> bool:
        """Copy one notebook; False where it belongs to no assignment (the map of the course)."""
        learner = learner_id(owner.learner)
        if not learner:
            raise Refused("名前に学習者がありません。")
        if (size := len(learner.encode())) > ID_CAP:
            raise Refused(
                f"学習者の名前が長すぎます ({size} バイト)。{ID_CAP} バイトまでの名前に変えてください。"
            )
        self.spend(owner, entry)
        name = read_name(entry.parts[-1], self.released.names)
        data = cut_down(read(entry))
        assignment, counts_for = self.released.belongs(name.released, set.union(*cell_ids(data)))
        if not assignment:
            return False
        moment = submitted_at(entry.seconds if packed is None else packed, owner.clock)
        staged = self.folder / str(len(self.uploads))
        staged.mkdir()
        note = keep_progress(progress, staged) if progress else ""
        # A file unpacked a moment later is not the newer one where the LMS has numbered them.
        numbered = owner.system in NUMBERED or entry.where != place
        upload_order = owner.order if numbered else ()
        # At one time, a notebook of today's counts before one of the version before.
        rank = (moment, upload_order, entry.seconds, len(counts_for) == 1, name.order)
        upload = Upload(
            entry.where, owner, place, assignment, counts_for, moment, rank, staged, note
        )
        upload.notebook.write_bytes(data)
        if owner.keys:
            facts = {"system": owner.system, "keys": owner.keys, "name": owner.display}
            upload.lms.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        self.uploads.append(upload)
        return True


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
