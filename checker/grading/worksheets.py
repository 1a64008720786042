"""The tables of marks that learning systems give out and take back, filled in.

    data, lines, lost = fill("moodle", Path("Grades-06.csv"), marks, "06_pruning", 18.0)

Who stands in which row is decided by what the system itself knows a learner by, never by a name.
Where the headings come from:

- Moodle's offline grading worksheet: mod/assign/gradingtable.php writes it, importgradeslib.php in
  mod/assign/feedback/offline reads it back: by "Participant 1234567" in the language of the course.
  An empty grade is skipped, and so is one above the maximum.
- Canvas' gradebook: lib/gradebook_exporter.rb and gradebook_importer.rb of instructure/canvas-lms.
- Blackboard's "work offline" file (help.blackboard.com, Download Grades): UTF-16 with tabs, or UTF-8
  with commas; Username is the learner, the number behind | is the column.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from checker.grading.lms import Known
from checker.grading.marks import CannotExport
from checker.grading.sheet import Cell, Sheet, number


@dataclass(frozen=True)
class Format:
    """How one system's table is read."""

    name: str
    key: str  # in lms.json
    headings: tuple[str, ...]  # of the column with the key; none where the language decides
    mark: re.Pattern  # the headings of columns that take marks
    full: re.Pattern  # of the full marks: a heading, or the heading of the marks itself
    same_as_id: tuple[str, ...]  # columns that hold a learner's id where no upload told more
    download: str  # where the instructor finds the table


FORMATS = {
    "moodle": Format(
        "Moodle", "participant", (),  # see `key_column`
        re.compile(r"Grade|評点|Bewertung|Note|Calificación|Valutazione|Nota|Cijfer|成绩|成績"),
        re.compile(r"Maximum grade|最大評点|Note maximale|Calificación máxima|最高成绩", re.I),
        ("ID number", "IDナンバー", "Email address", "メールアドレス"),
        "課題の「評定操作」→「評定ワークシートをダウンロードする」",
    ),
    "canvas": Format(
        "Canvas", "user_id", ("ID",),
        re.compile(r"(?P<title>.*) \(\d+\)"),
        re.compile(r"(?!)"),  # in the row "Points Possible"
        ("SIS User ID", "SIS Login ID"),
        "「成績表」（Gradebook）→「エクスポート」（Export）",
    ),
    "blackboard": Format(
        "Blackboard", "login", ("Username", "ユーザ名", "ユーザー名"),
        re.compile(r"(?P<title>.*) \[[^]]*\] ?\|\d+"),
        re.compile(r".*\[[^]\d]*(?P<points>[\d.]+)[^]]*\] ?\|\d+"),
        ("Username", "Student ID"),
        "成績の画面の「オフラインで作業」（Work Offline）→「ダウンロード」（Download）",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """What is to be written for one learner: points, or why there are none."""

    student: str
    known: Known
    points: float | None
    why: str = ""

    @property
    def whose(self) -> str:
        """The learner for a person: the id, and the name that the system knows."""
        return f"{self.student}（{self.known.name}）" if self.known.name else self.student


def fill(
    system: str, path: Path, marks: list[Mark], assignment: str, full: float, column: str = ""
) -> tuple[bytes, list[str], int]:
    """The filled table, what is to be said about it, and how many marks found no row.

    column: the heading of the column for the marks, where it cannot be told.
    Raises `CannotExport` where the table is not the system's, or the column is in doubt.
    """
    form, sheet = FORMATS[system], Sheet.read(path)
    head = [cell.text.strip() for cell in sheet.rows[0]]
    target, key = mark_column(form, head, assignment, column), key_column(form, sheet)
    learners = {n: row for n, row in enumerate(sheet.rows) if n and key_of(form, row, key)}
    rows = rows_of(form, system, marks, learners, head, key)
    sharing = Counter(rows.values())
    values, lines, lost = {}, [], 0
    for mark in marks:
        row = rows.get(mark.student)
        if why := why_not(mark, sharing[row]):
            lines.append(why)
            lost += mark.points is not None
            continue
        if target >= len(learners[row]):
            raise CannotExport(f"表 {path} の「{called(learners[row], key)}」の行が短すぎます。")
        old, values[row, target] = learners[row][target].text.strip(), mark.points
        if old and not close(old, mark.points):
            lines.append(
                f"上書き  {mark.whose}: 表の {old} を {number(mark.points)} に変えました。"
            )
    for n in sorted(learners.keys() - sharing.keys()):
        whose = called(learners[n], key)
        lines.append(f"提出なし  {whose}: この人の提出がありません。欄はそのままです。")
    theirs = full_marks(form, sheet, head, target)
    if theirs and not all(close(each, full) for each in theirs):
        lines.append(
            f"満点  {form.name} の満点は {'、'.join(theirs)} 点で、課題の満点は {number(full)} 点です。"
            f"{form.name} の満点を {number(full)} 点にしてから取り込んでください。"
        )
    return sheet.filled(values), [*lines, f"{len(values)} 人の点を書きました。"], lost


def why_not(mark: Mark, sharing: int) -> str:
    """Why this mark is not written, where `sharing` learners are found in its row."""
    if mark.points is None:
        return f"記入なし  {mark.whose}: {mark.why}"
    if sharing == 1:
        return ""
    why = "ほかの提出者と同じ行になります。" if sharing else "この人の行が、表にありません。"
    return f"行なし  {mark.whose}: {why}{number(mark.points)} 点は書いていません。"


def mark_column(form: Format, head: list[str], assignment: str, wanted: str) -> int:
    """The column that takes the marks: the one asked for, or the only one that can be meant."""
    if wanted:
        found = [n for n, text in enumerate(head) if wanted in (text, title(form, text))]
    else:
        found = [n for n, text in enumerate(head) if form.mark.fullmatch(text)]
        named = [n for n in found if assignment.casefold() in head[n].casefold()]
        found = named or found
    if len(found) == 1:
        return found[0]
    names = "、".join(f"「{head[n]}」" for n in found) or "、".join(f"「{each}」" for each in head)
    raise CannotExport(
        (
            f"表に「{wanted}」という列が 1 つだけではありません。"
            if wanted
            else "点を書く列を決められません。"
        )
        + f"次の中から選び、--column 見出し で指定してください: {names}"
    )


def title(form: Format, heading: str) -> str:
    """A heading without the number that the system adds."""
    found = form.mark.fullmatch(heading)
    return found.groupdict().get("title", heading) if found else heading


def key_column(form: Format, sheet: Sheet) -> int:
    """The column that says which learner of the system a row is.

    Moodle names it in the language of the course, and writes that language's word for a participant
    before each number. It stands first; a number of the university may look the same further right.
    """
    head, body = sheet.rows[0], sheet.rows[1:]
    for n, cell in enumerate(head):
        if cell.text.strip() in form.headings:
            return n
        texts = [row[n].text for row in body if n < len(row) and row[n].text]
        words = {re.sub(r"\d+$", "", text) for text in texts}
        if not form.headings and len(words) == 1 and words != {""} and words.isdisjoint(texts):
            return n
    raise CannotExport(
        f"この表には、{form.name} が人を見分ける列がありません。ダウンロードしたままの表を渡してください"
        f"（{form.download}）。"
    )


def key_of(form: Format, row: list[Cell], column: int) -> str:
    """The learner of this row in the system; empty where the row is no learner's."""
    text = row[column].text.strip() if column < len(row) else ""
    return text if form.headings else "".join(re.findall(r"\d+$", text))


def rows_of(
    form: Format, system: str, marks: list[Mark], learners: dict, head: list[str], key: int
) -> dict[str, int]:
    """learner → row: by the system's own key, else where exactly one row holds the id itself."""
    keys = {key_of(form, row, key).casefold(): n for n, row in learners.items()}
    ids = defaultdict(set)
    for column in (n for n, text in enumerate(head) if text in form.same_as_id):
        for n, row in learners.items():
            if column < len(row) and row[column].text.strip():
                ids[row[column].text.strip().casefold()].add(n)
    found = {}
    for mark in marks:
        own = mark.known.key(system, form.key).casefold()
        same = ids.get(mark.student.casefold(), set())
        if own in keys:
            found[mark.student] = keys[own]
        elif not own and len(same) == 1:
            found[mark.student] = next(iter(same))
    return found


def full_marks(form: Format, sheet: Sheet, head: list[str], target: int) -> list[str]:
    """The full marks that the table itself tells, each once."""
    if found := form.full.fullmatch(head[target]):
        return [found["points"]]
    columns = [n for n, text in enumerate(head) if form.full.fullmatch(text)]
    possible = [row for row in sheet.rows[1:3] if "Points Possible" in row[0].text]
    cells = [row[n] for n in columns for row in sheet.rows[1:] if n < len(row)]
    cells += [row[target] for row in possible if target < len(row)]
    return sorted({cell.text.strip() for cell in cells if cell.text.strip()})


def called(row: list[Cell], key: int) -> str:
    """How the table calls a learner: the key, and the first other thing that it says."""
    others = [cell.text.strip() for n, cell in enumerate(row) if n != key and cell.text.strip()]
    return " ".join([row[key].text.strip(), *others[:1]])


def close(text: str, points: float) -> bool:
    """Is this the same number, shown with two digits?"""
    try:
        return abs(float(text.replace(",", ".")) - points) < 0.005
    except ValueError:
        return False
