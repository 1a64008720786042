"""What `nbgrader autograde` does with us instead of running the notebook in a kernel.

`RestoreFromRelease` puts the answers of a submission into a fresh copy of the released notebook.
`JudgeCells` judges them and writes two outputs into each check cell: the message, and the points as
a number. nbgrader gives full marks to a cell without a number, so every cell gets one.
`SubmissionExporter` refuses before anything is touched, and reads files that begin with a BOM.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import io
import re
from dataclasses import asdict
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool

from checker.cards import note_card, verdict_card
from checker.grading.seed import secret_seed
from checker.judging.source import judge_with
from checker.running.inside.cell_text import defines, writable
from checker.running.isolation import NoIsolation, sentence
from checker.running.sandbox import Learner, Sandbox, SandboxNotStarted, started_sandbox

OR_TRUST = (
    "If you trust everybody who handed in, say so: --JudgeCells.trust_submissions=True (or "
    "c.JudgeCells.trust_submissions = True in nbgrader_config.py, which formgrader obeys too; "
    "python -m checker grade: --i-trust-these-submissions). Nothing was graded and no mark was "
    "changed."
)
SEVERAL = "同じ演習の解答が複数ありました。ノートブックでいちばん後にあるものを採点しました。"
NOT_JUDGED = "採点できなかったため、0 点としました。採点した人に知らせてください。"
FACTS = ("outcome", "score", "label", "misconception")  # of a verdict, for the class report
NOTE = "keiryoka_note"  # metadata of an answer cell, from RestoreFromRelease to JudgeCells


class SubmissionExporter(NotebookExporter):
    """Reads and writes the notebooks of autograde. Made once, before any submission is opened."""

    def __init__(self, **arguments):
        super().__init__(**arguments)
        JudgeCells(parent=self).sandbox()

    def from_file(self, file_stream, resources=None, **arguments):
        text = file_stream.read().removeprefix("\ufeff")
        return super().from_file(io.StringIO(text), resources, **arguments)


class RestoreFromRelease(NbGraderPreprocessor):
    """The released notebook with a submission's answers; nothing else of the submission stays."""

    def preprocess(self, nb, resources):
        course, names = CourseDirectory(parent=self), resources["nbgrader"]
        folder = course.format_path(course.release_directory, ".", names["assignment"])
        path = Path(folder, f"{names['notebook']}.ipynb")
        if not path.exists():
            raise NbGraderException(f"no released notebook {path}: python -m checker build")
        released = nbformat.read(path, as_version=4)
        texts = {plain_text(cell) for cell in released.cells} | {""}
        written = [cell for cell in nb.cells if plain_text(cell) not in texts]
        for cell in filter(is_answer, released.cells):
            candidates = answers_among(written, cell.metadata.nbgrader.grade_id)
            if candidates:
                cell.source = candidates[-1]
            if len(set(candidates)) > 1:
                cell.metadata[NOTE] = SEVERAL
            if candidates and cell.cell_type == "markdown":
                cell.source = fenced(cell.source)
        return released, resources


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


def answers_among(cells: list, name: str) -> list[str]:
    """The texts that may be the answer `name`, in the order of the notebook.

    By grade_id, else by cell id (both survive copying, moving and retyping in JupyterLab), first
    those that define the function: two cells may have swapped ids. Else any cell that defines it.
    """

    def grade_id(cell) -> object:
        marks = cell.get("metadata", {}).get("nbgrader")
        return marks.get("grade_id") if isinstance(marks, dict) else None

    def defining(texts: list[str]) -> list[str]:
        return [text for text in texts if defines(text, name)]

    marked = [plain_text(cell) for cell in cells if grade_id(cell) == name]
    named = [plain_text(cell) for cell in cells if cell.get("id") == name]
    anywhere = [plain_text(cell) for cell in cells if cell.get("cell_type") == "code"]
    return defining(marked) or defining(named) or marked or named or defining(anywhere)


open_sandboxes = contextlib.ExitStack()
atexit.register(open_sandboxes.close)


@functools.cache
def shared_sandbox(trust: bool) -> Sandbox:
    """The sandbox of this process, started once, for one submission after another."""
    return open_sandboxes.enter_context(started_sandbox(trust))


class JudgeCells(NbGraderPreprocessor):
    """Judges the answers with hidden cases and writes message and points into the check cells."""

    trust_submissions = Bool(
        False, help="Run the code of submissions even where it cannot be isolated from this computer."
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
        seed = secret_seed(Path(CourseDirectory(parent=self).root, "grading", "seed"))
        answers = {cell.metadata.nbgrader.grade_id: cell for cell in filter(is_answer, nb.cells)}
        with sandbox.learner() as runner:
            for cell in nb.cells:
                if cell.cell_type != "code":
                    continue
                cell.outputs, cell.execution_count = [], None
                if is_check(cell):
                    cell.outputs = self.judged(cell, answers, runner, seed)
                    cell.execution_count = 1
        refuse_unjudged(nb)
        return nb, resources

    def judged(self, cell, answers: dict, runner: Learner, seed: int) -> list:
        """The two outputs of a check cell. A fault of ours costs this exercise and is told."""
        name = cell.metadata.nbgrader.grade_id.removesuffix("-check")
        points = float(cell.metadata.nbgrader.points)
        isolation = sentence(runner.sandbox.active)
        facts = {"outcome": "error", "score": 0.0, "isolation": isolation}
        cards = [note_card(isolation)]
        try:
            answer = answers[name]
            if NOTE in answer.metadata:
                cards.append(note_card(answer.metadata[NOTE]))
            verdict = judge_with(runner, name, answer.source, seed=seed)
            facts |= {fact: getattr(verdict, fact) for fact in FACTS}
            if runner.cost and verdict.outcome != "unanswered":
                facts |= asdict(runner.cost)
            cards.insert(0, verdict_card(verdict))
        except SandboxNotStarted:
            raise
        except Exception:
            self.log.exception("%s could not be judged and counts as 0", name)
            cards.insert(0, note_card(NOT_JUDGED))
        message = {
            "text/html": "".join(card.html for card in cards),
            "text/plain": "\n".join(card.text for card in cards),
        }
        earned = repr(min(max(round(facts["score"] * points, 4), 0.0), points))
        return [
            new_output("display_data", message, metadata={"keiryoka": facts}),
            new_output("execute_result", {"text/plain": earned}, execution_count=1),
        ]


def is_check(cell) -> bool:
    """True for a cell that gives points automatically."""
    return cell.cell_type == "code" and utils.is_grade(cell) and not utils.is_solution(cell)


def refuse_unjudged(nb) -> None:
    """Raise where a check cell lacks its number: nbgrader would give it full marks."""
    for cell in filter(is_check, nb.cells):
        kinds = [output.output_type for output in cell.outputs]
        if kinds != ["display_data", "execute_result"]:
            raise NbGraderException(f"the cell {cell.metadata.nbgrader.grade_id} was not judged")
