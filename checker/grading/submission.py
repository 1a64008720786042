"""A submission as nbgrader reads it: the released names of one assignment's notebooks, and a time.

    grading/submitted/tanaka/04_quantization/04_1_number_formats.ipynb …   up to all of them
                                             timestamp.txt                 one for all

A submission is as late as its newest notebook. When each notebook was handed in stands in the
file's own time, so that one half can be replaced by a hand-in that is older than the other half.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from checker.grading import course as paths
from checker.grading.archive import Refused
from checker.grading.cut_down import needed
from checker.hand_in import grade_id


@dataclass(frozen=True)
class Notebook:
    """A learner's notebook, and when it was handed in (None where nobody knows)."""

    path: Path
    time: datetime | None


def cell_ids(data: bytes) -> tuple[set[str], set[str]]:
    """The grade_ids and the ids of a notebook's cells. Raises `Refused` where it is no notebook."""
    cells = needed(data)["cells"]
    return set(filter(None, map(grade_id, cells))), {cell["id"] for cell in cells if "id" in cell}


def same(one: Path, other: Path) -> bool:
    """Whether two files are one notebook to the grader. What is collected may be of a version that
    kept all of it."""
    if not (one.is_file() and other.is_file()):
        return False
    if filecmp.cmp(one, other, shallow=False):
        return True
    try:
        return needed(one.read_bytes()) == needed(other.read_bytes())
    except Refused:
        return False


def notebooks_in(place: Path, grade_ids: dict[str, set[str]]) -> dict[str, Notebook]:
    """What of an assignment is collected, by released name.

    A notebook of another name (of the version before) counts for each whose cells it holds.
    """
    handed_in, found = collected_at(place), {}
    for path in sorted(place.glob("*.ipynb"), key=lambda path: path.stem in grade_ids):
        notebook = Notebook(path, time_of(path, handed_in))
        if path.stem in grade_ids:  # these come last, and win
            found[path.stem] = notebook
            continue
        try:
            ids = cell_ids(path.read_bytes())[0]
        except Refused:
            continue
        found |= {name: notebook for name, known in grade_ids.items() if known & ids}
    return found


def time_of(path: Path, handed_in: datetime | None) -> datetime | None:
    """The file's own time; the submission's where a copied course has lost it."""
    own = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    return min(own, handed_in) if handed_in else None


def lay(
    place: Path, waiting: Path, stage: Path, notebooks: dict[str, Notebook], beside: list[Path]
) -> str:
    """Lay a submission anew, whole or not at all; returns where the former one is kept, if any.

    beside: the files that lie beside the notebooks, under their own names.
    """
    new = stage / "new"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    times = [notebook.time for notebook in notebooks.values() if notebook.time]
    for name, notebook in notebooks.items():
        copy = shutil.copyfile(notebook.path, new / f"{name}.ipynb")
        if notebook.time:
            os.utime(copy, (notebook.time.timestamp(),) * 2)
    for path in beside:
        shutil.copyfile(path, new / path.name)
    if times:
        (new / paths.TIMESTAMP).write_text(stamp(max(times)), encoding="ascii")
    kept = ""
    if place.exists():
        waiting.parent.mkdir(parents=True, exist_ok=True)
        os.rename(new, waiting)  # after a kill from here on, `finish` ends what we have begun
        new, kept = waiting, set_aside(place, waiting.parent)
    place.parent.mkdir(parents=True, exist_ok=True)
    os.rename(new, place)
    return kept


def finish(course: Path) -> None:
    """End what a killed run has begun: one half of a submission may lie only in what waits."""
    for waiting in course.glob(paths.arriving(Path(), "*", "*").as_posix()):
        student, assignment = waiting.parts[-3:-1]
        place = paths.submitted(course, student, assignment)
        if place.exists():
            shutil.rmtree(waiting)  # the former one is still in its place
        else:
            os.rename(waiting, place)


def set_aside(place: Path, kept: Path) -> str:
    """Move a collected submission out of nbgrader's sight; nothing is ever deleted."""
    time = collected_at(place)
    name = f"{time:%Y%m%dT%H%M%SZ}" if time else "unknown-time"
    names = (name if n == 1 else f"{name}-{n}" for n in range(1, 1_000_000))
    aside = next(kept / name for name in names if not (kept / name).exists())
    os.rename(place, aside)
    return "/".join(aside.parts[-5:])


def stamp(time: datetime) -> str:
    """A time for timestamp.txt. nbgrader takes the +0900 of "… 09:30:00 +0900" for 900 seconds."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def collected_at(place: Path) -> datetime | None:
    """The time stamp of a collected submission, read as nbgrader reads it; None without one."""
    try:
        text = (place / paths.TIMESTAMP).read_text(encoding="utf-8").strip()
        return parse_utc(text).replace(tzinfo=UTC)
    except (OSError, ValueError, OverflowError):
        return None
