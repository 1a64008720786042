"""Grading on a disk that is full or cannot be written: real ones, in a mount namespace of our own.

Root may write to what is read-only by permission alone, so that a test must mount. Only a process
without threads can enter such a namespace: call these in a process of `forkserver`'s.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import killing
import pytest
from sqlalchemy.exc import SAWarning

from checker.running.inside.confine import MS_BIND, MS_RDONLY, MS_REMOUNT, call

CLONE_NEWUSER, CLONE_NEWNS = 1 << 28, 1 << 17
MNT_DETACH = 2
SIZE = 32 << 20  # bytes of the disk


def own_mounts() -> None:
    """Enter a mount namespace, as its root: nobody else sees what is mounted here."""
    user, group = os.getuid(), os.getgid()
    call("unshare", CLONE_NEWUSER | CLONE_NEWNS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


@contextlib.contextmanager
def read_only(paths: list[str], but: list[str]):
    """Make these paths in the current folder read-only, except for some below them."""
    names = [os.fsencode(os.path.abspath(path)) for path in (*paths, *but)]
    for name in names:
        call("mount", name, name, None, MS_BIND, None)
    for name in names[: len(paths)]:
        call("mount", None, name, None, MS_REMOUNT | MS_BIND | MS_RDONLY, None)
    here = os.getcwd()
    os.chdir(here)  # onto what is mounted now
    try:
        yield
    finally:
        os.chdir("/")
        for name in reversed(names):
            call("umount2", name, MNT_DETACH)
        os.chdir(here)


@contextlib.contextmanager
def filled(left: int | None):
    """Leave so many bytes of the disk."""
    filler = Path("filler")
    if left is not None:
        size = shutil.disk_usage(".").free - left
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)
    try:
        yield
    finally:
        filler.unlink(missing_ok=True)


@contextlib.contextmanager
def small(folder: str | None):
    """Lay a disk of a few bytes on a folder."""
    if folder:
        name = os.fsencode(os.path.abspath(folder))
        call("mount", b"tmpfs", name, b"tmpfs", 0, b"size=40k")
    try:
        yield
    finally:
        if folder:
            call("umount2", name, MNT_DETACH)


@dataclass(frozen=True)
class Bad:
    """What is wrong with the disk of a course."""

    read_only: list[str] = field(default_factory=list)
    but: list[str] = field(default_factory=list)  # below these, what is not
    left: int | None = None  # bytes
    small: str | None = None  # a folder on a disk of its own
    wal: bool = False  # with SQLite's other kind of journal
    midway: bool = False  # only after the preconditions were looked at


def grade_on(bad: dict[str, Bad], source: Path, place: Path, assignment: str) -> None:
    """Grade a course, in which aoki has her marks, on each bad disk, and again when it is mended.

    `place` gets result.json: {name: {learner: what was said}}, or "refused"; which files have
    "changed" where it was refused, and what was said of the "mended" run. Its gradebook lies in a
    folder of that name.
    """
    from checker.grading import grade, nbgrader_steps, preconditions, workers
    from checker.refusal import Refusal

    warnings.filterwarnings("ignore", category=SAWarning)  # as the real workers do
    killing.without_waiting_for_the_disk()
    workers.ProcessPoolExecutor = killing.Here
    workers.end = lambda: None
    nbgrader_steps.shared_sandbox = lambda trust: killing.NoSandbox()
    own_mounts()
    call("mount", b"tmpfs", os.fsencode(place / "disk"), b"tmpfs", 0, f"size={SIZE}".encode())
    course = shutil.copytree(source, place / "disk/course")
    os.chdir(course)
    grade.grade(assignment, jobs=1, student="aoki")
    started, said = shutil.copytree(course, place / "started"), {}
    for name, disk in bad.items():
        os.chdir(place)
        shutil.rmtree(course)
        os.chdir(shutil.copytree(started, course))
        if disk.wal:
            with contextlib.closing(sqlite3.connect("gradebook.db")) as gradebook:
                gradebook.execute("PRAGMA journal_mode=WAL")
        before = files(course)
        with contextlib.ExitStack() as stack:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            if disk.midway:
                for look in ("refuse_unwritable", "refuse_full"):
                    patch.setattr(preconditions, look, lambda *_: None)
            stack.enter_context(filled(disk.left))
            stack.enter_context(small(disk.small))
            stack.enter_context(read_only(disk.read_only, disk.but))
            try:
                outcomes = grade.grade(assignment, jobs=1)
                said[name] = {outcome.student: outcome.reason for outcome in outcomes}
            except Refusal as refusal:
                said[name] = {"refused": str(refusal)}
        if "refused" in said[name]:
            after = files(course)
            said[name]["changed"] = [n for n in before | after if before.get(n) != after.get(n)]
        else:
            said[name]["mended"] = grade.summary(grade.grade(assignment, jobs=1))
            (place / name).mkdir()
            shutil.copy("gradebook.db", place / name)
    (place / "result.json").write_text(json.dumps(said, ensure_ascii=False))


def files(folder: Path) -> dict[str, bytes]:
    """What is in a folder."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
