"""The exercise model: one file of checker/exercises/<section>/ holds one exercise.

    from checker.exercise import Exercise
    from lessons.pruning import threshold_mask

    exercise = Exercise(threshold_mask, title="…", statement="…", …)

    @exercise.cases
    def cases(rng): yield "基本", (weight, 1.0)

    @exercise.wrong("診断の文")
    def uses_sample_std(weight, alpha): ...

    @exercise.right
    def loop(weight, alpha): ...
"""

from __future__ import annotations

import ast
import difflib
import functools
import importlib
import inspect
import re
import textwrap
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import lessons
from checker.answer import OBSERVER

FOLDER = Path(__file__).parent / "exercises"
LESSONS = Path(lessons.__file__).parent
PLACED = re.compile(r"^%exercise (\w+)$", re.MULTILINE)


@dataclass(frozen=True, eq=False)  # tensors can't be compared by ==; a case is told by identity
class Case:
    """One labelled call. The label is Japanese and may stand for several calls."""

    label: str
    arguments: tuple


@dataclass(frozen=True)
class Wrong:
    """A wrong answer that real learners give, and the sentence that tells them why."""

    function: Callable
    diagnosis: str

    @property
    def name(self) -> str:
        return self.function.__name__


@dataclass(eq=False)
class Exercise:
    """The card of an exercise, its cases and its known answers."""

    solution: Callable  # the real implementation in `lessons`
    title: str
    statement: str  # Markdown, two to six sentences
    difficulty: int  # 1–3
    minutes: int
    points: int
    hints: tuple[str, ...]  # from a nudge to almost the answer
    rtol: float | None = None  # for Python floats, where 1e-9 asks too much
    uses: tuple[str, ...] = ()  # earlier exercises whose solutions the answer may call
    accepts: Callable | None = None  # set by the decorator `accepted_when`
    observer: Callable | None = None  # set by the decorator `observe`
    wrongs: list[Wrong] = field(default_factory=list)
    rights: list[Callable] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.solution.__name__

    def example(self, write: Callable[[], str]) -> Callable[[], str]:
        """Decorator: a function that returns the worked example as Markdown, numbers computed."""
        self.write_example = write
        return write

    def cases(self, generate: Callable) -> Callable:
        """Decorator: a generator of (label, arguments) from a numpy Generator, 基本 first."""
        self.generate = generate
        return generate

    def wrong(self, diagnosis: str) -> Callable:
        """Decorator: a known wrong answer with its diagnosis."""

        def register(function: Callable) -> Callable:
            self.wrongs.append(Wrong(function, diagnosis))
            return function

        return register

    def right(self, function: Callable) -> Callable:
        """Decorator: another right answer."""
        self.rights.append(function)
        return function

    def accepted_when(self, accepts: Callable) -> Callable:
        """Decorator, where many values are right: (value, *arguments) → what falls short, or None.

        It runs on the judge's side, for values of the solution's types and lengths alone; tensors
        may have any shape, dtype and content.
        """
        self.accepts = accepts
        return accepts

    def observe(self, observer: Callable) -> Callable:
        """Decorator, where arguments or effects are no plain values: models, gradients, callables.

        (answer, *arguments of a case) → a dict of plain values by their Japanese names. The cases
        hold plain values; the observer makes the real arguments, calls the answer and says what
        happened. Its text travels to the child: it may use the prelude's names alone.
        """
        self.observer = observer
        return observer

    def call(self, function: Callable) -> Callable:
        """What a case's arguments go to: `function`, or the observer of it."""
        return functools.partial(self.observer, function) if self.observer else function

    def given(self) -> str:
        """The text of the functions in `uses`."""
        return "\n\n".join(load(name).solved() for name in self.uses)

    def observer_text(self) -> str:
        """The text of the observer, or nothing."""
        return _plain_text(self.observer, OBSERVER) if self.observer else ""

    def make_cases(self, seed: int) -> tuple[Case, ...]:
        """The cases of one seed. Hidden cases are the same generator with a secret seed."""
        rng = np.random.default_rng(seed)
        return tuple(Case(label, arguments) for label, arguments in self.generate(rng))

    def stub(self) -> str:
        """Signature and docstring of the solution, for the learner to fill in."""
        return "\n".join(self._lines()[: self._body_start()])

    def solved_body(self) -> str:
        """The solution's statements after the docstring, indented as in the source."""
        return "\n".join(self._lines()[self._body_start() :])

    def solved(self) -> str:
        """The solution as the text of an answer cell."""
        return f"{self.stub()}\n{self.solved_body()}"

    def _lines(self) -> list[str]:
        return textwrap.dedent(inspect.getsource(self.solution)).rstrip().splitlines()

    def _body_start(self) -> int:
        function = ast.parse("\n".join(self._lines())).body[0]
        return function.body[0].end_lineno  # body[0] is the docstring

    def text_of(self, function: Callable) -> str:
        """A known answer as the text of an answer cell: named as asked, without its decorator."""
        return _plain_text(function, self.name)


def _plain_text(function: Callable, name: str) -> str:
    """A function's text under another name and without its decorators."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    tree.body[0].name, tree.body[0].decorator_list = name, []
    return ast.unparse(tree)


class ExerciseFileError(Exception):
    """An exercise file is broken: names the file, the line and the remedy."""


class UnknownExercise(Exception):
    """No exercise has this name."""

    def __init__(self, name: str):
        self.name = name
        self.nearest = difflib.get_close_matches(name, exercise_names(), n=3, cutoff=0.4)
        near = "、".join(self.nearest) or "、".join(exercise_names())
        super().__init__(f"「{name}」という演習はありません。近い名前: {near}")


@functools.cache
def exercise_files() -> dict[str, Path]:
    """Every exercise's file by name, in the order in which the lessons' texts place them."""
    files = {}
    for section in lessons.SECTIONS:
        text = LESSONS / f"{section}.md"
        placed = PLACED.findall(text.read_text(encoding="utf-8")) if text.exists() else []
        found = {path.stem: path for path in sorted((FOLDER / section).glob("*.py"))}
        files |= {name: found[name] for name in placed if name in found} | found
    return files


def exercise_names(section: str | None = None) -> list[str]:
    """The names of all exercises, or of one section's, found by listing the folders."""
    files = exercise_files().items()
    return [name for name, path in files if section in (None, path.parent.name)]


def folder_name(section: str) -> str:
    """pruning → 06_pruning: the assignment's name, never changed after a release."""
    return f"{list(lessons.SECTIONS).index(section):02d}_{section}"


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
