"""Laying the newest notebook of every learner into grading/submitted/, and what became of each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from pathlib import Path

from checker.grading import course as paths
from checker.grading import submission
from checker.grading.archive import Refused
from checker.grading.output import write_whole
from checker.grading.stage import Upload
from checker.grading.submission import Notebook, same
from checker.grading.upload_names import learner_id
from checker.grading.uploads import Finder, refusing
from checker.hand_in import RECORD

LAID = ("collected", "replaced")
by_rank = attrgetter("rank")


@dataclass(frozen=True)
class Line:
    """What became of one upload. outcome: a key of collect.WORDS."""

    outcome: str
    where: str  # below the folder of uploads, through archives: bulk.zip/tanaka/06_pruning.ipynb
    text: str
    learner: str = ""
    assignment: str = ""
    notebook: str = ""  # its released name


class Collection:
    """Lays the newest notebooks of every learner and tells what became of each."""

    def __init__(self, course: Path, finder: Finder):
        self.course, self.released = course, finder.stage.released
        self.stage, self.uploads, self.refused = finder.stage.folder, finder.uploads, finder.refused
        places = course.glob(paths.submitted(Path(), "*", "").as_posix())
        self.there = {place.name for place in places}  # before this round
        self.lines: list[Line] = []

    def lay_all(self) -> None:
        """The newest upload of every learner and notebook goes to its place."""
        folders, spelled, groups = defaultdict(set), defaultdict(set), defaultdict(list)
        for name in self.there:
            folders[name.casefold()].add(name)
        for upload in self.uploads:
            learner = learner_id(upload.owner.learner)
            folders[learner.casefold()].add(learner)
            spelled[learner].add(upload.owner.learner)
            groups[learner, upload.assignment].append(upload)
        for (learner, assignment), uploads in groups.items():
            # Windows and macOS hold folders that differ only in case for one.
            rivals = max(spelled[learner], folders[learner.casefold()], key=len)
            if len(rivals) > 1:
                mine = its_own(learner, uploads) if rivals is spelled[learner] else []
                others = [upload for upload in uploads if upload not in mine]
                text = (
                    f"同じフォルダーに入る名前が 2 つ以上あります ({'、'.join(sorted(rivals))})。"
                )
                self.refused += [(upload.where, text) for upload in others]
                uploads = mine
            if not uploads:
                continue
            with refusing(self.refused, uploads[-1].where):
                self.lay(learner, assignment, uploads)
        for assignment in self.released.notebooks:  # collected before this version of the course
            for place in self.course.glob(paths.submitted(Path(), "*", assignment).as_posix()):
                with refusing(self.refused, place.relative_to(self.course).as_posix()):
                    self.lay(place.parent.name, assignment, [])

    def lay(self, learner: str, assignment: str, uploads: list[Upload]) -> None:
        """Lay the newest upload of each notebook beside what is collected of the other ones."""
        place = paths.submitted(self.course, learner, assignment)
        names = self.released.notebooks[assignment]
        held = submission.notebooks_in(place, {n: self.released.grade_ids[n] for n in names})
        chosen, lines, fresh = dict(held), [], []
        for name in names:
            several = sorted((u for u in uploads if name in u.counts_for), key=by_rank)
            if not several:
                continue
            with refusing(self.refused, several[-1].where):
                upload, text = newest(several)
                outcome, text = compared(held.get(name), upload, text)
                lines.append(Line(outcome, upload.where, text, learner, assignment, name))
                if outcome in LAID:
                    chosen[name] = Notebook(upload.notebook, upload.time)
                    fresh.append(upload)
                elif outcome == "unchanged" and upload.lms.exists():
                    write_whole(place / paths.LMS, upload.lms.read_bytes())
        for name, notebook in chosen.items():
            if notebook == held.get(name) and notebook.path.stem != name:
                where = notebook.path.relative_to(self.course).as_posix()
                text = "前の版で取り込んだノートブックを、今の名前で置き直しました。"
                lines.append(Line("replaced", where, text, learner, assignment, name))
        if any(line.outcome in LAID for line in lines):
            waiting = paths.arriving(self.course, learner, assignment)
            folders = [place, *(upload.staged for upload in sorted(fresh, key=by_rank))]
            beside = [newest_of(folders, name) for name in (RECORD, paths.LMS)]
            kept = submission.lay(place, waiting, self.stage, chosen, [*filter(None, beside)])
            lines = [told(line, chosen, names, kept) for line in lines]
        self.lines += lines


def its_own(learner: str, uploads: list[Upload]) -> list[Upload]:
    """Of uploads whose owners are spelled in several ways, those that an LMS wrote, or that are
    spelled as the id: whoever may choose a name must not hold up somebody else."""
    for fits in (lambda owner: owner.sure, lambda owner: owner.learner == learner):
        mine = [upload for upload in uploads if fits(upload.owner)]
        if len({upload.owner.learner for upload in mine}) == 1:
            return mine
    return []


def newest(uploads: list[Upload]) -> tuple[Upload, str]:
    """The last of these uploads of one notebook, and what is to be said of it."""
    count = len(uploads)
    while len(uploads) > 1 and same(uploads[-2].notebook, uploads[-1].notebook):
        uploads.pop()  # handing in the same once more makes nobody late
    last = uploads[-1]
    if len(uploads) > 1 and uploads[-2].rank == last.rank:
        raise Refused(f"同じ時刻の、別のノートブックがあります ({uploads[-2].where})。")
    for other in uploads[:-1]:
        apart = other.place == last.place and other.folder != last.folder
        if apart and not same(other.notebook, last.notebook):
            raise Refused(
                f"1 つの提出の別のフォルダーに、同じ課題の別のノートブックがあります ({other.where})。"
                "採点するものだけを残してください。"
            )
    text = f"{local(last.time)} の提出です。"
    if count > 1:
        text += f"{count} 件のうち、いちばん新しいものです。"
    if len(last.counts_for) > 1:
        text += f"{'、'.join(last.counts_for)} の解答が 1 つのノートブックに入っています。"
    return last, text + last.note


def compared(held: Notebook | None, upload: Upload, text: str) -> tuple[str, str]:
    """The outcome of the newest upload of a notebook of which this is collected."""
    if held is None:
        return "collected", text
    if same(held.path, upload.notebook):
        return "unchanged", "同じノートブックを取り込み済みです。"
    if held.time and held.time > upload.time:
        return "older", f"{text}もっと新しいノートブックを取り込み済みです。"
    if held.time == upload.time:
        raise Refused("同じ時刻の、別のノートブックを取り込み済みです。")
    return "replaced", text


def told(line: Line, chosen: dict[str, Notebook], names: list[str], kept: str) -> Line:
    """The line with what has become of the whole submission."""
    if line.outcome not in LAID:
        return line
    text, times = line.text, {name: n.time for name, n in chosen.items() if n.time}
    if kept:
        text += f"前の提出は {kept} に残しました。"
    last = max(times, key=times.get, default=line.notebook)
    if times.get(last) != times.get(line.notebook):
        text += f"課題の提出時刻は、いちばん新しい {last} の {local(times[last])} です。"
    if missing := [name for name in names if name not in chosen]:
        text += f"{'、'.join(missing)} は、まだ提出がありません。"
    return replace(line, text=text)


def newest_of(folders: list[Path], name: str) -> Path | None:
    """The file of this name in the last folder that has one."""
    return next((f / name for f in reversed(folders) if (f / name).is_file()), None)


def local(time: datetime) -> str:
    """A time as the instructor's clock shows it."""
    return f"{time.astimezone():%Y-%m-%d %H:%M:%S %z}"
