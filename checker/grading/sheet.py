"""A table that a learning system wrote, to be filled in and given back.

    sheet = Sheet.read(path)
    sheet.rows[1][3].text                 # a value as the system meant it
    sheet.filled({(1, 3): 5.5})           # the file's bytes with this cell changed

Everything else stays byte for byte as it was: byte order mark, separator, quotes, line ends. The
csv module reads tables but writes all quotes anew, so the places of the cells are kept here; a test
compares the values with the csv module's.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from checker.grading.marks import CannotExport

MARKS = {  # byte order mark → encoding
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
SEPARATORS = ",;\t"
BIGGEST = 50_000_000  # bytes; a class of thousands has a few million


@dataclass(frozen=True)
class Cell:
    """One cell: its value, and where it stands in the text."""

    text: str
    start: int
    end: int


class Sheet:
    """A table in memory; `rows` are lists of `Cell`, blank lines left out."""

    def __init__(self, data: bytes):
        self.mark = next((mark for mark in MARKS if data.startswith(mark)), b"")
        self.encoding = MARKS.get(self.mark, "utf-8")
        self.content = data[len(self.mark) :].decode(self.encoding)
        first = re.sub(r'"[^"]*"', "", self.content.split("\n", 1)[0])
        self.rows = cells(self.content, max(SEPARATORS, key=first.count))

    @classmethod
    def read(cls, path: Path) -> Sheet:
        """Raises `CannotExport` where this is no table that a learning system wrote."""
        try:
            if path.stat().st_size > BIGGEST:
                raise CannotExport(f"表 {path} が大きすぎます ({BIGGEST:,} バイトまで)。")
            sheet = cls(path.read_bytes())
        except FileNotFoundError:
            raise CannotExport(f"表 {path} がありません。") from None
        except OSError as error:
            raise CannotExport(f"表 {path} を読めません ({error.strerror})。") from error
        except UnicodeDecodeError as error:
            raise CannotExport(
                f"表 {path} の文字コードが UTF-8 でも UTF-16 でもありません。Excel などで保存し直さず、"
                "学習管理システムからダウンロードしたままのファイルを渡してください。"
            ) from error
        if len(sheet.rows) < 2:
            raise CannotExport(f"表 {path} に、見出しと学習者の行がありません。")
        return sheet

    def filled(self, values: dict[tuple[int, int], float]) -> bytes:
        """The file with numbers in these cells (row, column), in quotes where it had quotes."""
        pieces, done = [], 0
        for (row, column), value in sorted(values.items()):
            cell = self.rows[row][column]
            quote = '"' if self.content[cell.start : cell.start + 1] == '"' else ""
            pieces += [self.content[done : cell.start], quote, number(value), quote]
            done = cell.end
        return self.mark + "".join([*pieces, self.content[done:]]).encode(self.encoding)


def cells(content: str, separator: str) -> list[list[Cell]]:
    """The cells of each line (RFC 4180: a quoted value may hold separators and line ends)."""
    pattern = re.compile(
        rf'(?:"((?:[^"]|"")*+)"(?=[{separator}\r\n]|\Z)|([^{separator}\r\n]*))({separator}|\r?\n|\r|\Z)'
    )
    rows: list[list[Cell]] = [[]]
    for match in pattern.finditer(content):
        quoted, plain, ending = match.groups()
        text = plain if quoted is None else quoted.replace('""', '"')
        rows[-1].append(Cell(text, match.start(), match.start(3)))
        if ending != separator:
            rows.append([])
        if match.end() == len(content) and ending != separator:
            break  # the pattern fits the end once more
    return [row for row in rows if any(cell.text for cell in row)]


def number(value: float) -> str:
    """Points with a point and at most five digits behind it, which is what Moodle keeps."""
    return f"{value:.5f}".rstrip("0").rstrip(".")
