"""The SQLite file behind the store.

A kernel keeps the file open: a commit to the open write-ahead log waits for no disk, while opening
and closing costs three waits. At the kernel's end the log is taken into the file, and after a kill by
whoever opens it next.
"""

from __future__ import annotations

import atexit
import itertools
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

FILE = ".progress.sqlite"
ASIDE = ".progress.broken{}.sqlite"
PARTS = ("-wal", "-shm", "")  # the log first: one left alone would be taken into the next file
PATIENCE = 5.0  # seconds to wait for another kernel, which writes for milliseconds
VERSION = 1
COLUMNS = ("id", "at", "kind", "name", "outcome", "detail")
TABLE = """
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    outcome TEXT NOT NULL, detail TEXT NOT NULL
)"""
Row = tuple[str, str, str, str, str]  # a row without its id
T = TypeVar("T")
_NO_DATABASE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_NO_SHARED_MEMORY = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)


class Broken(Exception):
    """The file is no database of ours. `aside` is where it lies now."""

    def __init__(self, aside: Path):
        self.aside = aside
        super().__init__(f"{aside.name} holds no readable progress")


class _Foreign(sqlite3.DatabaseError):
    """A database that somebody else has put there."""

    sqlite_errorcode = sqlite3.SQLITE_NOTADB


@dataclass
class _Kept:
    """The connection that this kernel keeps, and the file that it was opened on."""

    path: Path
    file: os.stat_result
    connection: sqlite3.Connection


_kept: list[_Kept] = []  # none or one


def code(error: Exception) -> int:
    """SQLite's primary result code, of which there are extended ones for each place in its source."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def use(
    folder: Path, first: Callable[[], list[Row]], action: Callable[[sqlite3.Connection], T]
) -> T:
    """What `action` gives, on the file of this folder; `first` gives what a new file begins with.

    Raises `Broken` when the file could not be read and has been set aside; sqlite3.Error or OSError
    for anything else that SQLite or the disk refuses.
    """
    path = folder / FILE
    found = path.stat() if path.exists() else None
    if _kept and not (found and _kept[0].path == path and os.path.samestat(_kept[0].file, found)):
        close()  # another folder, or a file that was deleted or replaced
    try:
        if not _kept:
            connection = _connection(path)
            _kept.append(_Kept(path, path.stat(), connection))
            _prepare(connection, first)
        return action(_kept[0].connection)
    except sqlite3.DatabaseError as error:
        close()  # and with it what was begun
        if code(error) not in _NO_DATABASE:
            raise
        raise Broken(_set_aside(folder, found)) from error
    except BaseException:  # the learner has stopped the cell
        close()
        raise


@atexit.register
def close() -> None:
    """Let go of the file."""
    while _kept:
        _kept.pop().connection.close()


def rows(connection: sqlite3.Connection, kind: str | None, name: str | None) -> list[Row]:
    """The events of a kind and a name, or of all, in the order in which they were written."""
    wanted = {"kind": kind, "name": name}
    where = " AND ".join(f"{column} = :{column}" for column, value in wanted.items() if value)
    query = (
        "SELECT at, kind, name, outcome, detail FROM events"
        f"{' WHERE ' + where if where else ''} ORDER BY id"
    )
    try:
        return connection.execute(query, wanted).fetchall()
    except sqlite3.OperationalError:  # one damaged character must not cost the other events
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        return connection.execute(query, wanted).fetchall()


def insert(connection: sqlite3.Connection, new: list[Row]) -> None:
    """Append rows, within the transaction that is open."""
    connection.executemany(
        "INSERT INTO events (at, kind, name, outcome, detail) VALUES (?, ?, ?, ?, ?)", new
    )


def rows_unchanging(folder: Path, kind: str | None, name: str | None) -> list[Row]:
    """The same where nothing can be written: with no log, no lock and no file beside the one."""
    address = f"{(folder / FILE).absolute().as_uri()}?immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        return rows(connection, kind, name)


def erase(connection: sqlite3.Connection) -> None:
    """Delete every event and what is left of it in the file and in the log.

    Not the file: other kernels have it open, and Windows deletes no open file.
    """
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("DELETE FROM events")
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def set_aside(folder: Path) -> list[Path]:
    """The broken files that lie in this folder, with their logs."""
    return sorted(folder.glob(ASIDE.format("*") + "*"))


def _connection(path: Path) -> sqlite3.Connection:
    """Open the file with a write-ahead log, or where that cannot be with SQLite's older journal.

    With the log nobody waits for each other, and a commit does not wait for the disk: a power cut may
    cost the last events, never the file. It needs memory that processes share, which network drives
    and some virtual machines' folders lack; there SQLite answers "delete", or refuses.
    """
    connection = _opened(path)
    try:
        if _given_a_log(connection):
            connection.execute("PRAGMA synchronous = NORMAL")
        return connection
    except sqlite3.Error as error:
        connection.close()
        if code(error) not in _NO_SHARED_MEMORY:
            raise
    # The file got its log elsewhere. Who has it alone can end that without shared memory.
    with closing(_opened(path)) as alone:
        alone.execute("PRAGMA locking_mode = EXCLUSIVE")
        alone.execute("PRAGMA journal_mode = DELETE").fetchone()
    return _opened(path)


def _given_a_log(connection: sqlite3.Connection) -> bool:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] == "wal"
        except sqlite3.Error as error:
            # Another kernel is just giving the new file its log, and SQLite does not wait for that.
            if code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.01)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)


def _prepare(connection: sqlite3.Connection, first: Callable[[], list[Row]]) -> None:
    """Make the table of a new file; refuse a file that has another one."""
    new = not _version(connection)
    if new:
        connection.execute("BEGIN IMMEDIATE")
        new = not _version(connection)  # another kernel may have been first
        if new:
            connection.execute(TABLE)
    found = tuple(column[1] for column in connection.execute("PRAGMA table_info(events)"))
    if found != COLUMNS:
        raise _Foreign(f"the table events has the columns {found}")
    if new:
        connection.execute("CREATE INDEX by_name ON events (kind, name)")
        insert(connection, first())
        connection.execute(f"PRAGMA user_version = {VERSION}")
    if connection.in_transaction:
        connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _set_aside(folder: Path, found: os.stat_result | None) -> Path:
    """Rename the broken file, unless another kernel has done so and begun a new one."""
    path, aside, numbers = folder / FILE, folder / ASIDE.format(""), itertools.count(2)
    while aside.exists():
        aside = folder / ASIDE.format(next(numbers))
    if found and path.exists() and os.path.samestat(found, path.stat()):
        for part in PARTS:
            beside = path.with_name(path.name + part)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + part))
    return aside
