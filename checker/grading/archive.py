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
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from checker.hand_in import RECORD as PROGRESS

MEMBER_CAP = 50_000_000  # bytes of one notebook, or of one archive in another
MEMBERS_CAP = 20_000  # names in one archive: a thousand learners with twenty files
RATIO_CAP, RATIO_FROM = 100, 1_000_000  # small files may shrink as much as they like
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
        raise Refused(f"{entry.size:,} バイトあります。受け付けるのは {MEMBER_CAP:,} バイトまでです。")
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
        stream = io.BytesIO(read(entry)) if entry.depth else entry.open()
        archive = zipfile.ZipFile(stream)
    except BROKEN as error:
        raise Refused(f"zip として読めません ({error})。") from error
    with stream, archive:
        members = archive.infolist()
        if len(members) > MEMBERS_CAP:
            raise Refused(f"1 つの zip に {len(members):,} 個の名前があります。")
        yield list(filter(None, (in_archive(archive, entry, member) for member in members)))


def in_archive(archive: zipfile.ZipFile, around: Entry, info: zipfile.ZipInfo) -> Entry | None:
    """A member of an archive; None for a folder and for rubbish."""
    name, refusal = member_name(info), ""
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or "\\" in name or ".." in parts or re.match(r"[A-Za-z]:", name):
        refusal = "名前が zip の外を指しています。"
    elif not parts or any(unicodedata.category(c) == "Cc" for c in name):
        refusal = "名前が空か、制御文字を含んでいます。"
    elif stat.S_ISLNK(info.external_attr >> 16):
        refusal = "リンクです。"
    elif name.endswith("/") or is_rubbish(parts):
        return None
    try:
        seconds = datetime(*info.date_time).timestamp() if info.date_time[0] > 1980 else None
    except (ValueError, OverflowError, OSError):
        seconds = None
    return Entry(
        f"{around.where}/{name}",
        (name.replace("/", "_"),) if refusal else parts,
        info.file_size,
        around.seconds if seconds is None else seconds,
        around.depth + 1,
        partial(open_member, archive, info),
        refusal,
    )


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
    """A stream of a member that is neither encrypted nor a bomb."""
    if info.flag_bits & 0x41:
        raise Refused("暗号化されています。")
    if info.compress_type not in PLAIN:
        raise Refused("deflate 以外の方法で圧縮されています。")
    if info.file_size > RATIO_FROM and info.file_size > RATIO_CAP * info.compress_size:
        sizes = f"{info.compress_size:,} バイトが {info.file_size:,} バイトに"
        raise Refused(f"zip 爆弾です ({sizes}ふくらみます)。")
    return archive.open(info)
