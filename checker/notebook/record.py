"""The learner's record beside the notebooks: what a hand-in carries along, made of the events.

{"outcomes": {exercise: outcome}, "tries": {exercise: count}, "predictions": {name: number}}

Tries are counted until the answer is right, and a right answer stays right when the learner goes on
trying. The record is older than the events: they begin with it where they are missing or broken.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from checker.hand_in import RECORD
from checker.judging.verdict import WORDS
from checker.notebook import database


def write(folder: Path, connection: sqlite3.Connection, changed: Iterable[tuple[str, str]]) -> None:
    """Bring the record up to date for these kinds and names; where there is none, for all.

    The events are what counts: a record that cannot be written costs none of them.
    """
    known = _read(folder)
    if known is None:
        known = {"outcomes": {}, "tries": {}, "predictions": {}}
        changed = connection.execute("SELECT DISTINCT kind, name FROM events").fetchall()
    before = json.dumps(known)
    for kind, name in changed:
        found = [(row[3], json.loads(row[4])) for row in database.rows(connection, kind, name)]
        if kind == "check":
            known["outcomes"][name], known["tries"][name] = standing(found)
        elif kind == "predict":
            known["predictions"][name] = found[-1][1]["value"]
    if json.dumps(known) == before:
        return
    part = folder / f"{RECORD}.part"
    with suppress(OSError):
        part.write_text(json.dumps(known, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(part, folder / RECORD)  # a kill before this leaves the former one whole


def standing(checks: Iterable[tuple[str, dict]]) -> tuple[str, int]:
    """Outcome and tries after these outcomes and details of one exercise's checks."""
    outcome, tries = "unanswered", 0
    for outcome, detail in checks:
        tries += detail.get("tries", 1)  # an event that was carried over stands for several
        if outcome == "right":
            break
    return outcome, tries


def rows(folder: Path) -> list[database.Row]:
    """The record as events of the time at which it was written; none where it is absent or broken."""
    known = _read(folder)
    if known is None:
        return []
    time = datetime.fromtimestamp((folder / RECORD).stat().st_mtime, UTC)
    at = time.isoformat(timespec="milliseconds")
    return [
        *(
            (at, "check", name, outcome, json.dumps({"tries": known["tries"].get(name, 1)}))
            for name, outcome in known["outcomes"].items()
        ),
        *(
            (at, "predict", name, "guessed", json.dumps({"value": value}))
            for name, value in known["predictions"].items()
        ),
    ]


def _read(folder: Path) -> dict[str, dict] | None:
    """The record; None where there is none, or one that somebody edited or cut."""
    try:
        known = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return {
            "outcomes": {n: o for n, o in known["outcomes"].items() if o in list(WORDS)},
            "tries": {n: int(c) for n, c in known.get("tries", {}).items()},
            "predictions": {n: float(v) for n, v in known["predictions"].items()},
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
