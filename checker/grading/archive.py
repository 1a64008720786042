"""Files of an upload, on the disk or in archives that somebody else has made.

Archives are read, never unpacked: no path in them is used, and no size that they declare is
believed.
"""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO

from checker.hand_in import RECORD as PROGRESS

MEMBER_CAP = 50_000_000  # bytes of one notebook, or of one archive in another
MEMBERS_CAP = 20_000  # names in one archive: a thousand learners with twenty files
NAME_CAP = 1_000  # characters of a name with its folders
DIRECTORY_CAP = 200 * MEMBERS_CAP  # bytes of an archive's list of names, which zipfile reads whole
HEADER = 30  # bytes at least that stand before each member
DRIVE = re.compile(r"[A-Za-z]:")
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others inflate a block whole, uncapped
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError,
    RuntimeError, NotImplementedError,
)  # fmt: skip


class Refused(Exception):
    """This upload is not taken; the text says why."""


@dataclass(frozen=True)
class Entry:
    """A file of an upload, on the disk or in an archive."""

    where: str
    parts: tuple[str, ...]  # below the folder or archive that is being looked at
    size: int  # as declared
    seconds: float
    depth: int  # archives around it
    open: Callable[[], BinaryIO]
    refusal: str = ""  # why it must not even be looked at

    @property
    def suffix(self) -> str:
        return Path(self.parts[-1]).suffix.lower()


def read(entry: Entry) -> bytes:
    """All bytes of an entry, and not one more than it declares."""
    if entry.size > MEMBER_CAP:
        raise Refused(
            f"{entry.size:,} バイトあります。受け付けるのは {MEMBER_CAP:,} バイトまでです。"
        )
    try:
        with entry.open() as stream:
            data = stream.read(entry.size + 1)
    except BROKEN as error:
        raise Refused(f"読めません ({error})。") from error
    if len(data) != entry.size:
        raise Refused("書かれている長さと、実際の長さが違います。")
    return data


def is_rubbish(parts: tuple[str, ...]) -> bool:
    """What operating systems and JupyterLab leave behind."""
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return hidden and not (parts[-1] == PROGRESS and not is_rubbish((*parts[:-1], "x")))


def on_disk(folder: Path) -> list[Entry]:
    """The files below a folder. Links are not followed."""
    entries = []
    for root, folders, files in os.walk(folder):
        for name in [*files, *folders]:
            path = Path(root, name)
            parts, facts = path.relative_to(folder).parts, path.lstat()
            if is_rubbish(parts) or stat.S_ISDIR(facts.st_mode):
                continue
            refusal = "" if stat.S_ISREG(facts.st_mode) else "リンクか、特殊なファイルです。"
            size, seconds, opener = facts.st_size, facts.st_mtime, partial(open, path, "rb")
            entries.append(Entry("/".join(parts), parts, size, seconds, 0, opener, refusal))
    return sorted(entries, key=lambda entry: entry.where)


@contextmanager
def opened(entry: Entry) -> Iterator[list[Entry]]:
    """The files in an archive. An archive may lie in another, but in no third one."""
    if entry.depth == 2:
        raise Refused("zip の中の zip の中に、さらに zip があります。")
    try:
        stream = Listing(io.BytesIO(read(entry)) if entry.depth else entry.open())
        archive = zipfile.ZipFile(stream)
    except BROKEN as error:
        raise Refused(f"zip として読めません ({error})。") from error
    stream.cap = sys.maxsize
    with stream, archive:
        members = archive.infolist()
        if len(members) > MEMBERS_CAP:
            raise Refused(f"1 つの zip に {len(members):,} 個の名前があります。")
        refuse_overlaps(members)
        yield list(filter(None, (in_archive(archive, entry, member) for member in members)))


class Listing(io.BufferedIOBase):
    """An archive's bytes. zipfile makes an object of every name before it says how many there are."""

    def __init__(self, stream: BinaryIO):
        self.stream, self.cap = stream, DIRECTORY_CAP
        self.seek, self.tell = stream.seek, stream.tell

    def read(self, size: int = -1) -> bytes:
        if size > self.cap:
            raise zipfile.BadZipFile(f"名前の一覧が {size:,} バイトあります")
        return self.stream.read(size)

    def close(self) -> None:
        self.stream.close()
        super().close()


def refuse_overlaps(members: list[zipfile.ZipInfo]) -> None:
    """Raise where members share bytes: a few bytes would then be read as many files."""
    free = 0
    for member in sorted(members, key=attrgetter("header_offset")):
        if member.header_offset < free:
            raise Refused("zip の中で、2 つの名前が同じ場所を指しています。")
        free = member.header_offset + HEADER + member.compress_size


def in_archive(archive: zipfile.ZipFile, around: Entry, info: zipfile.ZipInfo) -> Entry | None:
    """A member of an archive; None for a folder and for rubbish."""
    name = member_name(info)
    shown = name if len(name) <= NAME_CAP else f"{name[:80]}…"
    every = shown.replace("\\", "/").split("/")  # Windows PowerShell 5 writes the other one
    parts = tuple(part for part in every if part not in ("", "."))
    refusal = objection(name, every, info)
    if not refusal and (not every[-1] or is_rubbish(parts)):
        return None
    try:
        seconds = datetime(*info.date_time).timestamp() if info.date_time[0] > 1980 else None
    except (ValueError, OverflowError, OSError):
        seconds = None
    return Entry(
        f"{around.where}/{shown}",
        ("_".join(every),) if refusal else parts,
        info.file_size,
        around.seconds if seconds is None else seconds,
        around.depth + 1,
        partial(open_member, archive, info),
        refusal,
    )


def objection(name: str, every: list[str], info: zipfile.ZipInfo) -> str:
    """Why a member must not even be looked at, by its name and the parts of it; empty if it may."""
    if len(name) > NAME_CAP:
        return f"名前が {NAME_CAP:,} 文字を超えています。"
    if not every[0] or ".." in every or DRIVE.match(name):
        return "名前が zip の外を指しているか、空です。"
    if any(unicodedata.category(c) == "Cc" for c in name):
        return "名前が制御文字を含んでいます。"
    return "リンクです。" if stat.S_ISLNK(info.external_attr >> 16) else ""


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's name: declared as UTF-8, or UTF-8 all the same (macOS), or cp932 (Windows)."""
    name = info.orig_filename  # `filename` is cut at a NUL, and has no backslash left on Windows
    if not info.flag_bits & 0x800:
        for encoding in ("utf-8", "cp932"):
            try:
                return name.encode("cp437").decode(encoding)
            except UnicodeError:
                continue
    return name


def open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    """A stream of a member, if it is neither encrypted nor packed in a way without a limit."""
    if info.flag_bits & 0x41:
        raise Refused("暗号化されています。")
    if info.compress_type not in PLAIN:
        raise Refused("deflate 以外の方法で圧縮されています。")
    return archive.open(info)
