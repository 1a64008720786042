"""What `nbgrader autograde` does with us instead of running the notebook in a kernel.

`RestoreFromRelease` puts the answers of a submission into a fresh copy of the released notebook.
`JudgeCells` judges them and writes two outputs into each check cell: the message, and the points as
a number. nbgrader gives full marks to a cell without a number, so every cell gets one.
`SubmissionExporter` refuses before anything is touched, and reads of a submission what is needed.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import io
import re
import sys
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader import utils
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool

from checker.cards import note_card, verdict_card
from checker.grading import check_cell
from checker.grading.check_cell import Facts, exercise_of, is_check, refuse_unjudged
from checker.grading.course import SEED, handed_in
from checker.grading.cut_down import readable
from checker.grading.seed import secret_seed
from checker.hand_in import grade_id
from checker.judging.lookalikes import stray_character
from checker.judging.source import judge_with
from checker.judging.verdict import Verdict
from checker.running.inside.cell_text import Answer, Cell, meant_as, writable
from checker.running.isolation import NoIsolation, sentence
from checker.running.sandbox import Cost, Learner, Sandbox, SandboxNotStarted, started_sandbox

OR_TRUST = (
    "提出した全員を信頼するなら、--JudgeCells.trust_submissions=True を付けます。nbgrader_config.py に"
    " c.JudgeCells.trust_submissions = True と書くと、formgrader でも有効です。何も採点していません。"
    "点も変えていません。"
)
SEVERAL = "同じ演習の解答が複数ありました。ノートブックでいちばん後にあるものを採点しました。"
NOT_JUDGED = "採点できなかったため、0 点としました。採点した人に知らせてください。"
NEWER_PYTHON = (
    "このノートブックは Python 3.{theirs} で書かれています。採点する環境は Python 3.{ours} です。3.{theirs} で新しく"
    "加わった書き方は、3.{ours} では文法に合いません。3.{ours} でも動く書き方に直してください。"
)
NOTE = "keiryoka_note"  # metadata of an answer cell, from RestoreFromRelease to JudgeCells
MISSING = "keiryoka_missing"  # metadata of a notebook, for its feedback: the others, not handed in
NEWER = "keiryoka_newer"  # metadata of a notebook: the learner's Python 3, where ours is older


class SubmissionExporter(NotebookExporter):
    """Reads and writes the notebooks of autograde. Made once, before any submission is opened."""

    def __init__(self, **arguments):
        super().__init__(**arguments)
        JudgeCells(parent=self).sandbox()

    def from_file(self, file_stream, resources=None, **arguments):
        # autograde reads twice: the learner's file to restore it, then what we have made of it.
        if any(isinstance(step, RestoreFromRelease) for step in self._preprocessors):
            file_stream = io.StringIO(readable(file_stream.read().encode()))
        return super().from_file(file_stream, resources, **arguments)


class RestoreFromRelease(NbGraderPreprocessor):
    """The released notebook with a submission's answers; nothing else of the submission stays."""

    def preprocess(self, nb, resources):
        course, names = CourseDirectory(parent=self), resources["nbgrader"]
        folder = course.format_path(course.release_directory, ".", names["assignment"])
        path = Path(folder, f"{names['notebook']}.ipynb")
        if not path.exists():
            raise NbGraderException(
                f"公開したノートブック {path} がありません: python -m checker build"
            )
        released = nbformat.read(path, as_version=4)
        texts = {plain_text(cell) for cell in released.cells} | {""}
        written = [
            Cell(plain_text(cell), grade_id(cell), cell.get("id"), cell.get("cell_type") == "code")
            for cell in nb.cells
            if plain_text(cell) not in texts
        ]
        for cell in filter(is_answer, released.cells):
            candidates = [found.text for found in meant_as(grade_id(cell), written)]
            if candidates:
                cell.source = candidates[-1]
            if len(set(candidates)) > 1:
                cell.metadata[NOTE] = SEVERAL
            if candidates and cell.cell_type == "markdown":
                cell.source = fenced(cell.source)
        missing = handed_in(Path(course.root), names["student"], names["assignment"])[1]
        if others := [name for name in missing if name != names["notebook"]]:
            released.metadata[MISSING] = others
        if (theirs := python_of(nb)) > sys.version_info.minor:
            released.metadata[NEWER] = theirs
        return released, resources


def python_of(nb) -> int:
    """Which Python 3 a notebook was saved with; 0 where it does not say."""
    language = nb.metadata.get("language_info")
    version = language.get("version") if isinstance(language, dict) else None
    found = re.match(r"3\.(\d{1,3})\b", version) if isinstance(version, str) else None
    return int(found[1]) if found else 0


def is_answer(cell) -> bool:
    """True for a cell that the learner fills in: code, or text that a person marks."""
    return utils.is_solution(cell)


def fenced(text: str) -> str:
    """Learner's Markdown as plain text: formgrader and feedback would run its scripts and links."""
    ticks = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(ticks + 1, 3)
    return f"{fence}text\n{text}\n{fence}"


def plain_text(cell) -> str:
    """A cell's text with LF line ends, without a BOM and without what no file can hold."""
    text = str(cell.get("source", "")).replace("\r\n", "\n").replace("\r", "\n")
    return writable(text.replace("\ufeff", "")).strip("\n")


open_sandboxes = contextlib.ExitStack()
atexit.register(open_sandboxes.close)


@functools.cache
def shared_sandbox(trust: bool) -> Sandbox:
    """The sandbox of this process, started once, for one submission after another."""
    return open_sandboxes.enter_context(started_sandbox(trust))


class JudgeCells(NbGraderPreprocessor):
    """Judges the answers with hidden cases and writes message and points into the check cells."""

    trust_submissions = Bool(
        False,
        help="Run the code of submissions even where it cannot be isolated from this computer.",
    ).tag(config=True)

    def sandbox(self) -> Sandbox:
        """The sandbox that runs the answers. Raises `NbGraderException` where it is not isolated."""
        try:
            return shared_sandbox(self.trust_submissions)
        except NoIsolation as error:
            refusal = f"{error} {OR_TRUST}"
            self.log.error(refusal)
            raise NbGraderException(refusal) from error

    def preprocess(self, nb, resources):
        sandbox = self.sandbox()
        seed = secret_seed(Path(CourseDirectory(parent=self).root, SEED))
        answers = {grade_id(cell): cell for cell in filter(is_answer, nb.cells)}
        with sandbox.learner() as runner:
            for cell in nb.cells:
                if cell.cell_type != "code":
                    continue
                cell.outputs, cell.execution_count = [], None
                if is_check(cell):
                    self.judge(cell, answers, runner, seed, nb.metadata.get(NEWER))
        refuse_unjudged(nb)
        return nb, resources

    def judge(self, cell, answers: dict, runner: Learner, seed: int, newer: int | None) -> None:
        """Judge the exercise of a check cell. A fault of ours costs this exercise and is told."""
        name, isolation = exercise_of(cell), sentence(runner.sandbox.active)
        cards = [note_card(isolation)]
        try:
            answer = answers[name]
            if NOTE in answer.metadata:
                cards.append(note_card(answer.metadata[NOTE]))
            left = runner.left
            verdict = judge_with(runner, name, answer.source, seed=seed)
            facts = facts_of(verdict, runner.cost, isolation, left)
            if newer and may_be_newer(Answer(answer.source, name)):
                ours = sys.version_info.minor
                cards.insert(0, note_card(NEWER_PYTHON.format(theirs=newer, ours=ours)))
            cards.insert(0, verdict_card(verdict))
        except SandboxNotStarted:
            raise
        except Exception as error:
            self.log.exception("%s を判定できませんでした。0 点とします。", name)
            fault = f"{type(error).__name__}: {error}"
            facts = Facts(check_cell.NOT_JUDGED, 0.0, None, None, isolation, fault=fault)
            cards.insert(0, note_card(NOT_JUDGED))
        check_cell.write(cell, facts, cards)


def may_be_newer(answer: Answer) -> bool:
    """True for a text that does not parse, where no character in it is the reason."""
    return answer.syntax_error_line is not None and not stray_character(answer)


def facts_of(verdict: Verdict, cost: Cost | None, isolation: str, left: float) -> Facts:
    """What the report needs to know of a verdict. An empty answer is not run, and costs nothing.

    left: seconds that the learner's other answers have left for this one.
    """
    v, run = verdict, verdict.outcome != "unanswered"
    seconds, memory = (cost.seconds, cost.memory_mib) if cost and run else (None, None)
    return Facts(
        v.outcome, v.score, v.label, v.misconception, isolation, seconds, memory,
        explanation=v.explanation, cause=v.cause, no_time_left=run and left <= 0,
    )  # fmt: skip
