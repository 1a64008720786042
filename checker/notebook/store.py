"""Remembers what a learner did, between days: one event for each check, prediction and question.

    remember("check", "csr_bytes", "wrong", {"misconception": …, "sentence": …})
    events("check")            every event of this kind, oldest first

Events are appended and never changed. They lie in the learner's folder, the one of the course map
(course.ipynb), because progress and answers belong together. The platform's data folder would do
worse in three cases of four:

- a moved or copied folder: answers and progress go along, since both lie in it;
- an update: start.py replaces only files that it has laid itself, so both stay;
- a fresh copy of the course beside the old one: its answers are empty, and so are its ticks. Who
  copies the folder `work` over has both; a data folder would show ticks without their answers;
- two learners on one computer: each has a folder; a data folder would mix two who share an account.

Elsewhere nothing is remembered, so that a test or a build leaves no trace. Nothing leaves the
machine: the events stay in FILE, and only the short record that is part of a hand-in lies beside it
(checker/hand_in.py), for the instructor's report.

A disk that is full or cannot be written to costs no verdict and no event: what could not be written
waits in the kernel, is said once, and goes with the next that can.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from IPython.display import display

from checker.cards import note_card
from checker.hand_in import RECORD
from checker.notebook import database, record

MAP = "course.ipynb"
ROOM = 1 << 20  # bytes: with less the disk is full, whatever SQLite calls it
T = TypeVar("T")
UNSAVED = (
    "進み具合を、まだ保存できていません（{reason}）。判定は変わりません。\n"
    "このカーネルが覚えていて、次に保存できたときに書き込みます。"
)
BROKEN = (
    "進み具合の記録が壊れていたため、{name} という名前で残し、新しい記録を始めました。\n"
    "演習の判定と予想は、控えから戻しました。"
)


@dataclass(frozen=True)
class Event:
    """One thing that a learner did. `at` is in UTC."""

    at: datetime
    kind: str  # "check", "predict", "quiz" or "exam"
    name: str  # of the exercise, the prediction or the question
    outcome: str  # "right", "wrong", "error", "unanswered"; "guessed" for a prediction
    detail: dict = field(default_factory=dict)

    def row(self) -> database.Row:
        """As the database holds it. Raises TypeError where the detail is not JSON."""
        at = self.at.isoformat(timespec="milliseconds")
        return at, self.kind, self.name, self.outcome, json.dumps(self.detail)


_waiting: list[Event] = []  # what could not be written yet
_told: set[str] = set()  # the reasons that were said since the last success


def home() -> Path | None:
    """The learner's folder: where the course map lies, seen from the kernel's folder."""
    here = Path.cwd()
    return next((folder for folder in (here, here.parent) if (folder / MAP).exists()), None)


def remember(kind: str, name: str, outcome: str, detail: dict | None = None) -> None:
    """Append an event. What cannot be written is told in the notebook and raises nothing."""
    folder = home()
    if folder is None:
        return
    event = Event(datetime.now(UTC), kind, name, outcome, detail or {})
    event.row()  # a detail that is no JSON is a mistake of the caller, told to the caller
    _waiting.append(event)
    said = _write_waiting(folder)
    if said and said not in _told:
        _told.add(said)
        _note(said)


def events(kind: str | None = None, name: str | None = None) -> list[Event]:
    """What is remembered, oldest first; of one kind or name where they are given."""
    folder = home()
    if folder is None:
        return []
    waiting = [e for e in _waiting if kind in (None, e.kind) and name in (None, e.name)]
    return [*filter(None, map(_event, _rows(folder, kind, name))), *waiting]


def unsaved() -> str:
    """The line that says why something is not saved yet; empty where all is. For what is shown
    outside of a cell's run, where `remember` has no place to say it."""
    return next(iter(_told), "") if _waiting else ""


def erase(folder: Path) -> None:
    """Delete every event of this folder, those that wait too."""
    _waiting.clear()
    _told.clear()
    if (folder / database.FILE).exists():
        _use(folder, database.erase)


def _write_waiting(folder: Path) -> str:
    """Write what waits. Returns what is to be said where it goes on waiting."""

    def write(connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        database.insert(connection, [event.row() for event in _waiting])
        # Within the transaction, so that of two kernels the later one writes the record of both.
        record.write(folder, connection, {(event.kind, event.name) for event in _waiting})
        connection.execute("COMMIT")

    try:
        _use(folder, write)
    except (sqlite3.Error, OSError) as error:
        return UNSAVED.format(reason=_reason(error, folder))
    _waiting.clear()
    _told.clear()
    return ""


def _rows(folder: Path, kind: str | None, name: str | None) -> list[database.Row]:
    if not any((folder / file).exists() for file in (database.FILE, RECORD)):
        return []  # looking leaves no file
    try:
        return _use(folder, lambda connection: database.rows(connection, kind, name))
    except (sqlite3.Error, OSError):  # a full disk, or a folder that cannot be written to
        pass
    try:
        return database.rows_unchanging(folder, kind, name)
    except sqlite3.Error:
        old = record.rows(folder)
        return [row for row in old if kind in (None, row[1]) and name in (None, row[2])]


def _use(folder: Path, action: Callable[[sqlite3.Connection], T]) -> T:
    """Use the file; once more, with a new one, where it was broken."""
    try:
        return database.use(folder, lambda: record.rows(folder), action)
    except database.Broken as broken:
        _note(BROKEN.format(name=broken.aside.name))
    return database.use(folder, lambda: record.rows(folder), action)


def _event(row: database.Row) -> Event | None:
    """None for a row that a damaged disk has changed: the others are good."""
    at, kind, name, outcome, detail = row
    try:
        return Event(datetime.fromisoformat(at), kind, name, outcome, dict(json.loads(detail)))
    except (ValueError, TypeError):
        return None


def _reason(error: Exception, folder: Path) -> str:
    """Why something could not be written, and what helps."""
    code = database.code(error)
    if shutil.disk_usage(folder).free < ROOM or code == sqlite3.SQLITE_FULL:
        return "ディスクがいっぱいです。不要なファイルを消してください"
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "ほかのプログラムが、記録を使っています"
    if not os.access(folder, os.W_OK) or code == sqlite3.SQLITE_CANTOPEN:
        return f"フォルダー {folder} に書き込めません"
    return f"エラー: {error}"


def _note(text: str) -> None:
    display(note_card(text))
