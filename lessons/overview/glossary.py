"""用語集: 講座の言葉、読み、英語、1 文の意味と、説明している節です。"""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from lessons import SECTIONS

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Term:
    """用語集の 1 行です。section は lessons.SECTIONS の名前です。"""

    term: str
    reading: str
    english: str
    sentence: str
    section: str

    def stands_in(self, text: str) -> bool:
        """言葉が text にあるかどうかです。FLOPS の中の FLOP のような、英字の一部は数えません。"""
        inside_a_word = r"(?<![A-Za-z]){}(?![A-Za-z])"
        return re.search(inside_a_word.format(re.escape(self.term)), text) is not None

    def first_text(self) -> Path | None:
        """節の文章のうち、言葉が初めて出てくるものです。節がまだなければ None です。"""
        texts = sorted((FOLDER.parent / self.section).glob("[0-9]*.md"))
        return next((text for text in texts if self.stands_in(text.read_text("utf-8"))), None)


def terms() -> list[Term]:
    """用語集の全部を、節の順、その中では読みの順に返します。"""
    with open(FOLDER / "glossary.csv", encoding="utf-8", newline="") as file:
        rows = [Term(**row) for row in csv.DictReader(r for r in file if not r.startswith("#"))]
    order = list(SECTIONS)
    return sorted(rows, key=lambda row: (order.index(row.section), row.reading))


def rows_by_section() -> dict[str, list[list[str]]]:
    """節ごとの行 [言葉, 意味, 説明しているところ] です。ノートブックがあれば、リンクにします。"""
    groups: dict[str, list[list[str]]] = {}
    for t in terms():
        section = SECTIONS[t.section]
        word = Markup("{} <br><small>{} / {}</small>").format(t.term, t.reading, t.english)
        groups.setdefault(f"{section.folder[:2]} {section.title}", []).append(
            [word, t.sentence, place(t)])
    return groups


def place(term: Term) -> str:
    """説明している節の番号と題名です。リンクは 00_overview のフォルダーから見たものです。"""
    section = SECTIONS[term.section]
    text = term.first_text()
    if text is None:
        return f"{section.title}（準備中）"
    title = text.read_text("utf-8").partition("\n")[0].removeprefix("# ")
    return Markup('<a href="../{}/{}.ipynb">{}</a>').format(section.folder, text.stem, title)
