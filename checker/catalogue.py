"""Finds exercises and questions by listing their folders, in the order of the lessons' texts.

torch comes only with `load`.
"""

from __future__ import annotations

import ast
import difflib
import functools
import importlib
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import lessons
from checker.refusal import Refusal

if TYPE_CHECKING:
    from checker.exercise import Exercise
    from checker.question import Item

FOLDER = Path(__file__).parent / "exercises"
QUESTIONS = FOLDER.with_name("questions")
LESSONS = Path(lessons.__file__).parent
PLACED = re.compile(r"^%exercise (\w+)$", re.MULTILINE)
SUBHEADING = re.compile(r"^##+ (?:\d+ )?(.+)$", re.MULTILINE)
HEADING = re.compile(r"^exercise = Exercise\(\n.*?^\)$", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r'"(\w+)"')
MINUTES = re.compile(r"^目安は (\d+) 分で、そのうち演習が (\d+) 分です。", re.MULTILINE)


class ExerciseFileError(Refusal):
    """An exercise file is broken: names the file, the line and the remedy."""


class UnknownExercise(Refusal):
    """No exercise has this name."""

    def __init__(self, name: str):
        self.name = name
        self.nearest = difflib.get_close_matches(name, exercise_names(), n=3, cutoff=0.4)
        near = "、".join(self.nearest) or "、".join(exercise_names())
        super().__init__(f"「{name}」という演習はありません。近い名前: {near}")


class UnknownQuestion(Refusal):
    """No question has this name."""

    def __init__(self, name: str):
        self.name = name
        near = difflib.get_close_matches(name, question_files(), n=3, cutoff=0.4)
        near_text = f"近い名前: {'、'.join(near)}" if near else "名前を確かめてください。"
        super().__init__(f"「{name}」という問題はありません。{near_text}")


def texts(section: str) -> list[Path]:
    """The texts of a section in their order: each becomes the notebook of the same name."""
    return sorted((LESSONS / section).glob("[0-9]*.md"))


def section_of(assignment: str) -> str | None:
    """06_pruning → pruning; None where no section has this folder."""
    return next((s for s, known in lessons.SECTIONS.items() if known.folder == assignment), None)


def written_sections() -> list[str]:
    """The sections that have a text, in order."""
    return [section for section in lessons.SECTIONS if texts(section)]


@functools.cache
def exercise_files() -> dict[str, Path]:
    """Every exercise's file by name, in the order in which the lessons' texts place them."""
    files = {}
    for section in lessons.SECTIONS:
        placed = [name for text in texts(section) for name in placed_in(text)]
        found = {path.stem: path for path in sorted((FOLDER / section).glob("*.py"))}
        files |= {name: found[name] for name in placed if name in found} | found
    return files


def title_of(text: Path) -> tuple[str, str]:
    """Number and title of a notebook: "# 06 プルーニング(pruning)" → 06 and プルーニング."""
    first = text.read_text(encoding="utf-8").split("\n", 1)[0]
    found = re.fullmatch(r"# (\d[\d-]*) (.+?)(?:\([ -~]+\))?", first)
    if not found:
        raise ExerciseFileError(f"{text}:1: the first line is no title: write # 06 題名")
    return found[1], found[2]


def placed_in(text: Path) -> list[str]:
    """The exercises that a text places, in their order."""
    return PLACED.findall(text.read_text(encoding="utf-8"))


def headings(text: Path) -> list[str]:
    """The headings of a text below its title, without their numbers."""
    return SUBHEADING.findall(text.read_text(encoding="utf-8"))


def facts_of(text: Path) -> str:
    """How long a notebook takes, as its text says it, and what it needs: the prerequisites of its
    section, and the notebooks of the section that come before it."""
    found = MINUTES.search(text.read_text(encoding="utf-8"))
    minutes = f"目安 {found[1]} 分（うち演習 {found[2]} 分）" if found else ""
    before = [title_of(other)[0] for other in texts(text.parent.name) if other < text]
    needed = "、".join(filter(None, [lessons.SECTIONS[text.parent.name].needs, *before]))
    return "　".join(filter(None, [minutes, f"前提: {needed}" if needed else ""]))


@functools.cache
def text_of(cell: str) -> Path | None:
    """The text whose notebook has the cell of this id: an exercise's, or one that the build numbers."""
    name, number = re.sub(r"-(check|prompt)$", "", cell), re.fullmatch(r"(.+)-\d+", cell)
    for section in written_sections():
        for text in texts(section):
            if name in placed_in(text) or (number and number[1] == text.stem):
                return text
    return None


def texts_showing(cell: str, section: str) -> list[Path]:
    """The texts that have this exercise or heading: the section's own, or else those of others."""
    others = (text for other in written_sections() if other != section for text in texts(other))
    for known in (texts(section), others):
        found = [text for text in known if cell in (*placed_in(text), *headings(text))]
        if found:
            return found
    return []


def exercise_names(section: str | None = None) -> list[str]:
    """The names of all exercises, or of one section's, found by listing the folders."""
    files = exercise_files().items()
    return [name for name, path in files if section in (None, path.parent.name)]


def heading(name: str) -> dict[str, object]:
    """Title, points and what else stands in an exercise's file as a constant, without running it."""
    path = exercise_files()[name]
    whole = path.read_text(encoding="utf-8")
    statement = HEADING.search(whole)  # for itself: a map of a hundred exercises must not wait
    try:
        calls = ast.walk(ast.parse(statement[0] if statement else whole))
        call = next(call for call in calls if _is_heading(call))
    except (SyntaxError, StopIteration) as error:
        raise ExerciseFileError(
            f"{path}: no readable Exercise(…) in it\n"
            f"Repair the file, then run: python -m checker verify {name}"
        ) from error
    constants = ((k.arg, k.value) for k in call.keywords if isinstance(k.value, ast.Constant))
    return {key: constant.value for key, constant in constants}


def _is_heading(node: ast.AST) -> bool:
    function = node.func if isinstance(node, ast.Call) else None
    return isinstance(function, ast.Name) and function.id == "Exercise"


@functools.cache
def load(name: str) -> Exercise:
    """The exercise of this name. Raises `UnknownExercise` or `ExerciseFileError`."""
    path = exercise_files().get(name)
    if path is None:
        raise UnknownExercise(name)
    try:
        module = importlib.import_module(f"checker.exercises.{path.parent.name}.{name}")
        exercise = module.exercise
        complete(exercise, name)
    except Exception as error:
        inside = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
        line = inside[-1].lineno if inside else getattr(error, "lineno", None) or 1
        raise ExerciseFileError(
            f"{path}:{line}: {type(error).__name__}: {error}\n"
            f"Repair the file, then run: python -m checker verify {name}"
        ) from error
    return exercise


def complete(exercise: Exercise, name: str) -> None:
    """Raise ValueError where the file lacks what every exercise must have."""
    lacking = [
        part
        for part, there in {
            f"a solution named {name} (it is {exercise.name})": exercise.name == name,
            "a docstring in its lessons function": bool(exercise.solution.__doc__),
            "@exercise.cases": hasattr(exercise, "generate"),
            "@exercise.example": hasattr(exercise, "write_example"),
            "at least three hints": len(exercise.hints) >= 3,
        }.items()
        if not there
    ]
    if lacking:
        raise ValueError("the exercise lacks " + "; ".join(lacking))


def all_exercises() -> Iterator[Exercise]:
    """Every exercise, loaded."""
    return map(load, exercise_names())


def given(exercise: Exercise) -> str:
    """The text of the earlier exercises' solutions, which an answer may call."""
    return "\n\n".join(load(name).solved() for name in exercise.uses)


@functools.cache
def question_files() -> dict[str, Path]:
    """The file of every question by its name, in the order of sections and files."""
    paths = [p for s in lessons.SECTIONS for p in sorted((QUESTIONS / s).glob("*.py"))]
    return {name: path for path in paths for name in _items_in(path)}


def _items_in(path: Path) -> list[str]:
    """The functions that @item(…) makes questions of, without running the file."""
    try:
        body = ast.parse(path.read_text(encoding="utf-8")).body
    except SyntaxError as error:
        raise ExerciseFileError(f"{path}:{error.lineno}: {error.msg}") from error
    functions = (node for node in body if isinstance(node, ast.FunctionDef))
    return [f.name for f in functions if any("id='item'" in ast.dump(d) for d in f.decorator_list)]


def question(name: str) -> Item:
    """The question of this name. Raises `UnknownQuestion`."""
    path = question_files().get(name)
    if path is None:
        raise UnknownQuestion(name)
    module = importlib.import_module(f"checker.questions.{path.parent.name}.{path.stem}")
    return getattr(module, name)


@functools.cache
def asked_in(text: Path) -> list[str]:
    """The questions that a text asks."""
    written = set(QUOTED.findall(text.read_text(encoding="utf-8")))
    return [name for name in question_files() if name in written]


def all_questions() -> Iterator[Item]:
    """Every question, loaded."""
    return map(question, question_files())
