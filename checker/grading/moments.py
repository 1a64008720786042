"""When an upload was handed in. What a learner can write is no time of ours: see `Finder`."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from checker.grading.archive import Refused

CLOCKS_DIFFER = timedelta(days=1)  # no LMS says in which zone its clock is


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def submitted_at(seconds: float, clock: str) -> datetime:
    """The time that an LMS or the instructor wrote, else the file's or archive's; whole seconds."""
    try:
        moment = read_clock(clock) if clock else datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Refused(f"時刻が、実際にはない時刻です ({error})。") from error
    if moment > now() + CLOCKS_DIFFER:
        raise Refused(
            f"提出の時刻が未来です ({moment.astimezone():%Y-%m-%d %H:%M:%S %z})。"
            "名前の中の時刻か、ファイルの時刻を直してください。"
        )
    return moment


def read_clock(clock: str) -> datetime:
    """2026-11-20-09-30-00 in local time, or Gradescope's 2026-11-20 00:30:00.000000000 Z."""
    if "T" not in clock and " " not in clock:
        return datetime(*map(int, clock.split("-"))).astimezone(UTC)
    day, rest = clock[:10], clock[11:].replace(" ", "")
    return datetime.fromisoformat(f"{day}T{rest}").astimezone(UTC)
