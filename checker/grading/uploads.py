"""Finding a class's notebooks in what a learning management system gives: whose, what, when.

    finder = Finder(Stage(Released(course), folder))
    finder.find(on_disk(folder))
    finder.uploads, finder.refused, finder.passed_over

An archive hands in for one learner. It hands in for a class only where an LMS wrote the names in it
and it lies alone, or where the instructor says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache

from checker.grading.archive import Entry, Refused, opened
from checker.grading.lms_files import beside, is_of_lms
from checker.grading.ownership import Owners, Ownership, below, heads
from checker.grading.stage import Stage
from checker.grading.upload_names import DRIVES_PART, Name, read_name, stem
from checker.hand_in import RECORD

KEPT = 10_000  # names that are not read again
ARCHIVES = (".7z", ".rar", ".tar", ".gz", ".tgz", ".xz", ".bz2", ".lzh")
WHOSE_FOLDER = "中のフォルダー ({}) が学習者の名前なら、学習者のフォルダーが並ぶフォルダーを取り込んでください。"
NO_UPLOAD = "ノートブックでも zip でもありません。"
NOT_OURS = "公開した課題のノートブックではありません。"


class Finder:
    """Finds the uploads and keeps a copy of each."""

    def __init__(self, stage: Stage, whole_class: bool = False):
        self.stage, self.whole_class = stage, whole_class
        self.uploads, self.released = stage.uploads, stage.released.names
        self.refused: list[tuple[str, str]] = []  # where, why
        self.passed_over: list[tuple[str, str]] = []  # where, what it is
        self.besides: list[tuple[str, str]] = []  # where, owner: no notebook, but of somebody
        self.name = lru_cache(KEPT)(lambda text: read_name(text, self.released))
        self.judge = Ownership(self.name, stage.is_ours)

    def find(self, entries: list[Entry]) -> None:
        """Everything in the folder of uploads."""
        self.scan(entries, "class" if self.whole_class else "")
        owners = {upload.owner.learner for upload in self.uploads}
        for where, owner in self.besides:
            if owner not in owners:  # an LMS's own text beside an upload is no fault
                self.refused.append((where, NO_UPLOAD))

    def scan(self, entries: list[Entry], trust: str = "") -> None:
        """A level of several learners: a folder, an archive or loose notebooks for each.

        trust: what on this level may hold a class: whatever lies alone ("class"), or the folders in
        which an LMS wrote the names ("lms"); a folder or an archive that lies alone may do that,
        too. What lies beside others is one learner's, whatever that learner has put into it.
        """
        with refusing(self.refused, entries[0].where if entries else ""):
            facts = beside(entries)  # one that cannot be read leaves all of them nobody's
            alone = len(uploads_on(self.judge.uploads_in(entries))) == 1
            for group in uploads_on(entries):
                entry = group[0]
                folder = len(entry.parts) > 1
                where = entry.where.removesuffix("/".join(("", *entry.parts[1:])))
                inherited = alone if trust == "class" else folder
                single = "lms" if alone and entry.depth == 0 else ""
                trusted = trust if trust and inherited else single
                for name in facts.names(entry.parts[0], self.released, folder):
                    with refusing(self.refused, where):
                        self.one(name, group, where, trusted)

    def one(self, name: Name, group: list[Entry], where: str, trust: str) -> None:
        """A folder, an archive (in parts) or a file of a level of several learners."""
        entry = group[0]
        if entry.refusal or name.problem:
            raise Refused(entry.refusal or name.problem)
        if len(entry.parts) > 1:
            if name.own_text:
                self.besides.append((where, name.learner))
            else:
                self.look_into(name, [below(each) for each in group], where, trust)
        elif entry.suffix == ".zip":
            for part in group:
                self.stage.spend(name, part)
            with ExitStack() as stack:
                inside = [e for part in group for e in stack.enter_context(opened(part))]
                seconds = max(part.seconds for part in group)
                self.look_into(name, inside, where, trust, seconds)
        elif entry.suffix == ".ipynb":
            if not self.stage.take(entry, name, where):
                raise Refused(NOT_OURS)
        elif not is_of_lms(entry.parts[0]):
            hidden, _ = no_notebook(entry, name)
            if hidden or not name.sure:
                raise Refused(hidden or NO_UPLOAD)
            self.besides.append((where, name.learner))

    def look_into(
        self,
        name: Name,
        entries: list[Entry],
        where: str,
        trust: str,
        seconds: float | None = None,
    ) -> None:
        """A folder, or an archive from this moment: one learner's, or a level of several."""
        folder = seconds is None
        if not name.sure:
            found = self.judge.owners(entries)
            several = found.lms or len(found.learners) > 1 or not name.learner
            if several or (trust == "class" and not folder):
                nobodys = folder and not name.learner
                if trust == "class" or (trust == "lms" and found.lms) or nobodys:
                    level = self.judge.class_level(entries)
                    if level is entries and len(others := self.judge.single_folders(entries)) > 1:
                        raise Refused(WHOSE_FOLDER.format("、".join(others)))
                    return self.scan(level, "lms" if found.throughout else trust if nobodys else "")
                raise Refused(in_doubt(found, self.whole_class))
            if len(others := self.judge.single_folders(entries)) > 1:
                text = f"{name.learner} の提出としました。" + WHOSE_FOLDER.format("、".join(others))
                self.passed_over.append((where, text))
        before = len(self.uploads) + len(self.refused)
        self.take_all(name, entries, where, seconds)
        if len(self.uploads) + len(self.refused) == before:
            raise Refused("中に、公開した課題のノートブックがありません。")

    def take_all(
        self, owner: Name, entries: list[Entry], place: str, seconds: float | None
    ) -> None:
        """Every notebook of one learner. What the learner packed is as old as the archive."""
        progress = {e.parts[:-1]: e for e in entries if e.parts[-1] == RECORD}
        for entry in entries:
            with refusing(self.refused, entry.where):
                if entry.refusal:
                    raise Refused(entry.refusal)
                if entry.suffix == ".zip":
                    self.stage.spend(owner, entry)
                    with opened(entry) as inside:
                        packed = entry.seconds if seconds is None else seconds
                        self.take_all(owner, inside, place, packed)
                elif entry.suffix == ".ipynb":
                    above = progress.get(entry.parts[:-1]) or progress.get(entry.parts[:-2])
                    self.stage.take(entry, owner, place, seconds, above)
                else:
                    hidden, told = no_notebook(entry, self.name(entry.parts[-1]))
                    if hidden:
                        raise Refused(hidden)
                    self.passed_over += [(entry.where, told)] if told else []


@contextmanager
def refusing(refused: list[tuple[str, str]], where: str) -> Iterator[None]:
    """What fails in here costs this upload only."""
    try:
        yield
    except (Refused, OSError) as error:
        refused.append((where, str(error)))


def uploads_on(entries: list[Entry]) -> list[list[Entry]]:
    """The folders and files of a level; an archive that Google Drive has cut in parts is one."""
    groups, parts = [], {}
    for group in heads(entries):
        text = group[0].parts[0]
        bare = text[: -len(".zip")]
        if len(group[0].parts) == 1 and group[0].suffix == ".zip" and DRIVES_PART.search(bare):
            if stem(text) in parts:
                parts[stem(text)] += group
                continue
            parts[stem(text)] = group
        groups.append(group)
    return groups


def in_doubt(found: Owners, whole_class: bool) -> str:
    """Why an archive or a folder is neither taken for one learner's nor for a class's."""
    names = "、".join(sorted(found.learners)[:5]) or "なし"
    way = "それだけを空のフォルダーに置き、" if whole_class else ""
    return (
        f"1 人の提出か、クラスの提出か、わかりません (中の名前: {names})。クラスの提出なら、"
        f"{way}--class を付けて取り込んでください。1 人の提出なら、その人の名前をファイル名に付け、"
        "中のノートブックとフォルダーを元の名前に戻してください。"
    )


def no_notebook(entry: Entry, name: Name) -> tuple[str, str]:
    """Of a file that is no notebook: why it must not go unnoticed, or what else to tell of it."""
    part = entry.parts[-1]
    head, dot, ending = part.lower().partition(".ipynb")
    if dot and not ending.startswith("~"):
        extra = part[len(head) + len(dot) :]
        return f"名前が .ipynb で終わっていません。終わりの「{extra}」を取ると取り込めます。", ""
    if entry.suffix in ARCHIVES:
        return f"{entry.suffix} は開けません。zip か .ipynb にして取り込んでください。", ""
    return "", "ノートブックではないので、取り込みません。" if name.released else ""
