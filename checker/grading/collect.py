"""Uploads from a learning management system become grading/submitted/, which nbgrader reads.

    lines = collect(folder, course)
    status = show(lines)

Whose an upload is stands in the name of its file, folder or archive; the assignment, and which of
its notebooks, stands in the grade_ids of its cells and in its name. Where that is in doubt, nothing
is guessed: it is refused by name, and everything else goes on.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from operator import attrgetter
from pathlib import Path

from checker.grading import course as paths
from checker.grading import submission
from checker.grading.archive import on_disk
from checker.grading.laying import Collection, Line
from checker.grading.releases import Released
from checker.grading.similar_ids import in_gradebook, similar, with_titles
from checker.grading.stage import Stage
from checker.grading.upload_names import learner_id
from checker.grading.uploads import Finder

WORDS = {
    "collected": "取り込み",
    "replaced": "差し替え",
    "unchanged": "変更なし",
    "older": "古い提出",
    "notice": "注意",
    "refused": "受付不可",
}


def collect(folder: Path, course: Path, whole_class: bool = False) -> list[Line]:
    """Lay the uploads in `folder` into `course`/grading/submitted; one line for each.

    whole_class: the archives and folders in it are a class's, also where no LMS wrote their names.
    """
    if not folder.is_dir():
        return [Line("refused", str(folder), "このフォルダーはありません。")]
    (course / paths.GRADING).mkdir(parents=True, exist_ok=True)
    submission.finish(course)
    with tempfile.TemporaryDirectory(dir=course / paths.GRADING, prefix="collecting-") as stage:
        finder = Finder(Stage(Released(course), Path(stage)), whole_class)
        finder.find(on_disk(folder))
        collection = Collection(course, finder)
        collection.lay_all()
    # One refusal may concern both notebooks of an assignment: it is told once.
    refused = [Line("refused", where, text) for where, text in dict.fromkeys(finder.refused)]
    notices = [Line("notice", where, text) for where, text in finder.passed_over]
    notices += similar_ids(collection)
    by_place = attrgetter("where", "notebook")
    return [
        each for some in (collection.lines, notices, refused) for each in sorted(some, key=by_place)
    ]


def show(lines: list[Line]) -> int:
    """Print the lines; returns the exit status, 1 where something was refused."""
    for line in lines:
        whose = f"{line.learner} {line.notebook}: " if line.learner else ""
        text = f"{WORDS[line.outcome]:　<4}  {whose}{line.where}: {line.text}"
        print("".join(c if c.isprintable() else "?" for c in text))  # names are hostile, too
    counts = Counter(line.outcome for line in lines)
    summary = "、".join(f"{WORDS[outcome]} {n} 件" for outcome, n in counts.items())
    print(summary or "提出物が見つかりませんでした。")
    return 1 if counts["refused"] else 0


def similar_ids(collection: Collection) -> list[Line]:
    """A line for each new learner who may be somebody that we know by another name."""
    there = collection.there
    where = {line.learner: line.where for line in collection.lines if line.learner not in there}
    attempts = {
        learner_id(upload.owner.learner)
        for upload in collection.uploads
        if upload.owner.sure and upload.owner.clock and not upload.owner.system
    }
    lines = []
    for learner, title in with_titles(attempts & where.keys()).items():
        text = (
            f"ID は {learner} です。「{title}」が課題の題名なら、Blackboard の .txt も一緒に取り込んで"
            "ください。題名を ID から外せます。"
        )
        lines.append(Line("notice", where[learner], text))
    for learner, other in similar(set(where), there | in_gradebook(collection.course)).items():
        text = (
            f"新しい ID {learner} は、{other} に似ています。同じ人なら、アップロードの名前を "
            f"{other} にそろえてください。"
        )
        lines.append(Line("notice", where[learner], text))
    return lines
