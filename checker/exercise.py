"""The exercise model: one file of checker/exercises/<section>/ holds one exercise.

    from checker.exercise import Exercise
    from lessons.pruning import threshold_mask

    exercise = Exercise(threshold_mask, title="…", statement="…", …)

    @exercise.cases
    def cases(rng): yield "基本", (weight, 1.0)

    @exercise.wrong("診断の文")
    def uses_sample_std(weight, alpha): ...

    exercise.slip("forgets_abs", "診断の文", "weight.abs()", "weight")   # the solution, one edit

    @exercise.right
    def loop(weight, alpha): ...
"""

from __future__ import annotations

import ast
import functools
import inspect
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from checker.running.inside.prelude import OBSERVER, PRELUDE


@dataclass(frozen=True, eq=False)  # tensors can't be compared by ==; a case is told by identity
class Case:
    """One labelled call. The label is Japanese and may stand for several calls."""

    label: str
    arguments: tuple


@dataclass(frozen=True)
class Wrong:
    """A wrong answer that real learners give, and the sentence that tells them why."""

    name: str
    diagnosis: str
    function: Callable
    text: str  # of an answer cell


@dataclass(eq=False)
class Exercise:
    """The heading of an exercise, its cases and its known answers."""

    solution: Callable  # the real implementation in `lessons`
    title: str
    statement: str  # Markdown, two to six sentences
    difficulty: int  # 1–3
    minutes: int
    points: int
    hints: tuple[str, ...]  # from a nudge to almost the answer
    rtol: float | None = None  # for Python floats, where 1e-9 asks too much
    uses: tuple[str, ...] = ()  # earlier exercises whose solutions the answer may call
    domain_is_public: bool = False  # all legal inputs are cases: they may be known by heart
    questions: tuple[str, ...] = ()  # of the bank, asked by their letters: set by checker.letters
    accepts: Callable | None = None  # set by the decorator `accepted_when`
    observer: Callable | None = None  # set by the decorator `observe`
    wrongs: dict[str, Wrong] = field(default_factory=dict)  # by name
    rights: list[Callable] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.solution.__name__

    @property
    def begins_with_basics(self) -> bool:
        """Whether nothing is earned unless the first label, 基本, passes. Questions that are asked
        together have nothing to do with each other: each is marked by itself."""
        return not self.questions

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
            self._add(function.__name__, diagnosis, function, self.text_of(function))
            return function

        return register

    def slip(self, name: str, diagnosis: str, old: str, new: str) -> None:
        """A known wrong answer that is the solution's text with one edit.

        To drop a line, give its indentation and its end too. Raises ValueError unless `old`
        stands in the solution's body exactly once.
        """
        body = self.solved_body()
        if body.count(old) != 1:
            raise ValueError(f"slip {name}: {old!r} stands {body.count(old)} times in the solution")
        text = f"{self.stub()}\n{body.replace(old, new)}"
        namespace: dict = {}
        exec(PRELUDE, namespace)  # a slip may use what an answer cell finds
        namespace |= vars(sys.modules[self.solution.__module__])
        exec(compile(text, f"<{name}>", "exec"), namespace)
        self._add(name, diagnosis, namespace[self.name], text)

    def _add(self, name: str, diagnosis: str, function: Callable, text: str) -> None:
        if name in self.wrongs:
            raise ValueError(f"two wrong answers are named {name}")
        self.wrongs[name] = Wrong(name, diagnosis, function, text)

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

    def right_texts(self) -> tuple[str, ...]:
        """All known right answers as texts of answer cells, the solution first."""
        return self.solved(), *map(self.text_of, self.rights)

    def _lines(self) -> list[str]:
        return _source(self.solution).splitlines()

    def _body_start(self) -> int:
        function = ast.parse("\n".join(self._lines())).body[0]
        return function.body[0].end_lineno  # body[0] is the docstring

    def text_of(self, function: Callable) -> str:
        """A known answer as the text of an answer cell: named as asked, without its decorator."""
        return _plain_text(function, self.name)


@functools.cache
def _source(function: Callable) -> str:
    """A function's text. A verdict asks for it many times, and each time the file would be read."""
    return textwrap.dedent(inspect.getsource(function)).rstrip()


def _plain_text(function: Callable, name: str) -> str:
    """A function's text under another name and without its decorators."""
    tree = ast.parse(_source(function))
    tree.body[0].name, tree.body[0].decorator_list = name, []
    return ast.unparse(tree)
