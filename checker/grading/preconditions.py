"""What a run of grading needs, looked at once, before anybody is graded.

The release in the gradebook, a gradebook and a folder that can be written, and room on the disk:
where one is missing, every learner would fail for the same reason.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterable
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry, Student
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from checker.grading import check_cell
from checker.grading.autograde import autograde_app, gradebook_of
from checker.grading.course import GRADEBOOK, GRADING, HERE, release, released, submitted
from checker.refusal import Refusal

NOTHING = "何も採点していません。"
ROOM = 40_000  # bytes for the messages on a submission, and its entries in the gradebook
MARGIN = 1_000_000  # bytes: what a database needs while it writes
MB = 1_000_000


class CannotGrade(Refusal):
    """Nothing can be graded: says why and what to do."""


def opened_gradebook(assignment: str) -> Gradebook:
    """The gradebook of the course, which knows all that is released of an assignment."""
    path = file_of(autograde_app(assignment, False).coursedir.db_url)
    if path and not path.exists():  # opening would make an empty one
        raise CannotGrade(f"成績簿 {path} がありません。{release_it(assignment)}")
    try:
        gradebook = gradebook_of(assignment)
        known = gradebook.find_assignment(assignment).notebooks
    except MissingEntry:
        raise CannotGrade(
            f"成績簿に「{assignment}」という課題がありません。{release_it(assignment)}"
        ) from None
    except DatabaseError as error:
        raise CannotGrade(
            f"成績簿 {path or ''} を読めません（{error.orig}）。{remedy(error)}"
        ) from error
    cells = {(notebook.name, cell.name) for notebook in known for cell in notebook.grade_cells}
    if missing := sorted({name for name, cell in checks(assignment) - cells}):
        raise CannotGrade(
            f"公開した {'、'.join(missing)} が、成績簿の「{assignment}」と合いません。"
            "成績簿に前の版の提出が残っているなら、gradebook.db を別の場所に移してください。"
            f"{release_it(assignment)}"
        )
    return gradebook


def file_of(url: str) -> Path | None:
    """The file of a gradebook, where it is one."""
    place = make_url(url)
    return Path(place.database) if place.drivername.startswith("sqlite") else None


def checks(assignment: str) -> set[tuple[str, str]]:
    """Every check cell that is released, as the notebook's name and the cell's grade_id."""
    found = set()
    for name in released(HERE)[assignment]:
        for cell in json.loads(release(HERE, assignment, name).read_bytes())["cells"]:
            nbgrader = cell["metadata"].get("nbgrader", {})
            if nbgrader.get("grade") and nbgrader["grade_id"].endswith(check_cell.ENDING):
                found.add((name, nbgrader["grade_id"]))
    return found


def release_it(assignment: str) -> str:
    """How an assignment gets into the gradebook."""
    return f"{NOTHING}次を実行してから、もう一度採点してください: nbgrader generate_assignment {assignment} --force"


def remedy(error: DatabaseError) -> str:
    """What to do where a database refuses."""
    said = str(error.orig)
    if "locked" in said:
        return (
            f"{NOTHING}ほかのプログラムが書き込んでいます。終わってから、もう一度採点してください。"
        )
    if "full" in said:
        return f"{NOTHING}ディスクに空きを作ってから、もう一度採点してください。"
    if "no such" in said:
        return f"{NOTHING}古い形式なら、控えを取り、次を実行してください: nbgrader db upgrade"
    if "malformed" in said or "not a database" in said:
        return f"{NOTHING}ファイルが壊れています。控えに戻してから、もう一度採点してください。"
    return f"{NOTHING}{allow(str(GRADEBOOK))}"


def allow(name: str) -> str:
    """How something in the course, and the folder around it, gets writable."""
    command = f"attrib -R {name}" if sys.platform == "win32" else f"chmod u+w . {name}"
    return (
        "コースが読み取り専用のディスクにあるなら、書き込める場所に移してください。"
        f"そうでなければ、次を実行してから、もう一度採点してください: {command}"
    )


def refuse_unwritable_folder() -> None:
    """Raise `CannotGrade` where nothing can be written below grading/."""
    try:
        GRADING.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=GRADING):
            pass
    except OSError as error:
        raise CannotGrade(
            f"{GRADING}/ に書き込めません（{error.strerror}）。{NOTHING}{allow(GRADING.name)}"
        ) from error


def refuse_unwritable(gradebook: Gradebook) -> None:
    """Raise `CannotGrade` where nobody can be entered: SQLite writes beside its file, too."""
    try:
        gradebook.db.add(Student(id=uuid.uuid4().hex))
        gradebook.db.flush()
    except DatabaseError as error:
        place = file_of(str(gradebook.engine.url)) or ""
        raise CannotGrade(
            f"成績簿 {place} に書き込めません（{error.orig}）。{remedy(error)}"
        ) from error
    finally:
        gradebook.db.rollback()


def refuse_full(assignment: str, waiting: list[str]) -> None:
    """Raise `CannotGrade` where the disk has no room for so many graded notebooks."""
    lesson = size(release(HERE, assignment, name) for name in released(HERE)[assignment])
    folders = [submitted(HERE, student, assignment) for student in waiting]
    needed = MARGIN + sum(lesson + ROOM + size(folder.glob("*.ipynb")) for folder in folders)
    for folder in (GRADING, HERE):
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise CannotGrade(
                f"ディスクの空きが足りません。{len(waiting)} 人の採点に {needed / MB:.1f} MB が必要で、"
                f"{folder.absolute()} のあるディスクの空きは {free / MB:.1f} MB です。{NOTHING}"
                "空きを作ってから、もう一度採点してください。"
                f"大きいものは、次で分かります: du -sh {GRADING}/*"
            )


def size(files: Iterable[Path]) -> int:
    """Bytes in these files."""
    return sum(path.stat().st_size for path in files)
