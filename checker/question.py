"""The question model: one function of checker/questions/<section>/ is one item of the bank.

    @item(word="CSR 形式", keyword="プルーニング", cell="csr_bytes")
    def csr_size(rng):
        rows, nonzeros = …
        return Choice(
            stem="…",
            right=in_bytes(csr_bytes(rows, nonzeros, 4, 4)),
            wrong=slips(load("csr_bytes"), (rows, nonzeros, 4, 4), in_bytes, "stores_coordinates", …),
            explanation="使う公式: …\n代入: …\n答え: …",
        )

    @csr_size.by_hand
    def _(rows, nonzeros): …            # from the numbers that the stem shows: an independent way

The right option stands first in the source; a variant shuffles the options by its seed.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from checker.exercise import Exercise

LETTERS = "ABCD"
UNEXPLAINED = "「解き方」を開いて、自分の式と 1 行ずつ比べてみてください。"


@dataclass(frozen=True)
class Option:
    """A wrong option, and the sentence that says kindly why it is wrong."""

    text: str
    reason: str
    misconception: str | None = None  # a known wrong answer: "csr_bytes.stores_coordinates"
    value: float | None = None  # where it is a number


@dataclass(frozen=True)
class Choice:
    """A question with four options."""

    stem: str  # Markdown: may hold a table, a formula, code
    right: str
    wrong: tuple[Option, ...]  # three
    explanation: str  # Markdown; of a calculation 使う公式, 代入 and 答え, a line each
    exercise: str | None = None  # which judges the programs
    programs: tuple[str, ...] = ()  # the answer that each option makes of the code, the right first


@dataclass(frozen=True)
class Number:
    """A question whose answer is typed: a number, right within the tolerance."""

    stem: str
    right: float
    unit: str
    tolerance: float
    wrong: tuple[Option, ...]  # the numbers that known mistakes lead to
    explanation: str


@dataclass(frozen=True)
class Reply:
    """What is said of an answer."""

    outcome: str  # right | wrong
    given: str
    reason: str  # empty where it is right
    misconception: str | None = None


@dataclass(frozen=True)
class Variant:
    """An item as one seed draws it."""

    item: Item
    seed: int
    shared: str | None  # the stem of a set
    question: Choice | Number
    order: tuple[int, ...]  # which option stands at each place; 0 is the right one

    @property
    def options(self) -> list[str]:
        """The texts of the options in the order in which they are shown."""
        texts = [self.question.right, *(wrong.text for wrong in self.question.wrong)]
        return [texts[i] for i in self.order]

    @property
    def lines(self) -> list[str]:
        """The options with their letters."""
        return [f"{a}　{text}" for a, text in zip(LETTERS, self.options, strict=True)]

    def reply_to(self, answer: float) -> Reply:
        """Judge an answer: the place of an option, or a number where one is asked."""
        question = self.question
        if isinstance(question, Choice):
            given = self.options[int(answer)]
            wrong = question.wrong[self.order[int(answer)] - 1] if self.order[int(answer)] else None
        else:
            given = f"{answer:.10g} {question.unit}"
            if abs(answer - question.right) <= question.tolerance:
                wrong = None
            else:
                near = (w for w in question.wrong if abs(answer - w.value) <= question.tolerance)
                wrong = next(near, Option(given, UNEXPLAINED))
        if wrong is None:
            return Reply("right", given, "")
        return Reply("wrong", given, wrong.reason, wrong.misconception)


@dataclass(eq=False)
class Stem:
    """What several items are asked about: (rng) → (Markdown, the values that it shows)."""

    function: Callable

    def draw(self, seed: int) -> tuple[str, object]:
        return self.function(np.random.default_rng(seed))


@dataclass(eq=False)
class Item:
    """One question of the bank: tags, and the function that draws its variants."""

    function: Callable
    word: str  # 講義の言葉
    keyword: str  # of the syllabus
    cell: str  # which shows it: an exercise, or a heading; of the own section before another's
    stem: Stem | None = None
    solve: Callable | None = field(default=None, init=False)  # set by the decorator `by_hand`

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def section(self) -> str:
        return self.function.__module__.split(".")[2]

    def by_hand(self, solve: Callable) -> Callable:
        """Decorator: the numbers that the stem shows → those of the right option, computed anew."""
        self.solve = solve
        return solve

    def draw(self, seed: int) -> Variant:
        """The variant of a seed. Items of one stem see the same values for the same seed."""
        rng = np.random.default_rng([seed, zlib.crc32(self.name.encode())])
        shared, *values = self.stem.draw(seed) if self.stem else (None,)
        question = self.function(rng, *values)
        order = tuple(int(i) for i in rng.permutation(1 + len(question.wrong)))
        return Variant(self, seed, shared, question, order)

    @property
    def varies(self) -> bool:
        """False where another seed only shuffles the options."""
        return self.draw(0).question != self.draw(1).question


def item(*, word: str, keyword: str, cell: str, stem: Stem | None = None) -> Callable:
    """Decorator: makes an item of (rng) → Choice or Number; with a stem of (rng, values)."""
    return lambda function: Item(function, word, keyword, cell, stem)


def slips(
    exercise: Exercise,
    arguments: tuple,
    say: Callable[[object], str],
    *mistakes: str | tuple[str, str],
) -> tuple[Option, ...]:
    """What wrong answers of an exercise make of the drawn numbers, with their diagnoses.

    mistakes: their names; with a sentence of its own where the diagnosis speaks of code.
    """
    options = []
    for mistake in mistakes:
        name, reason = (mistake, None) if isinstance(mistake, str) else mistake
        wrong = exercise.wrongs[name]
        value = wrong.function(*arguments)
        number = float(value) if isinstance(value, int | float) else None
        told = f"{exercise.name}.{name}"
        options.append(Option(say(value), reason or wrong.diagnosis, told, number))
    return tuple(options)


def blanks(
    exercise: Exercise,
    stem: str,
    code: str,
    right: tuple[str, ...],
    wrong: dict[str, tuple[str, ...]],
    explanation: str,
) -> Choice:
    """A program with blanks ［ア］［イ］…: each option fills them, and the exercise judges it.

    wrong: name of the exercise's wrong answer that the filled program is → the fills.
    """

    def filled(fills: tuple[str, ...]) -> str:
        program = code
        for mark, fill in zip("アイウエ", fills, strict=False):
            program = program.replace(f"［{mark}］", fill)
        return program

    def said(fills: tuple[str, ...]) -> str:
        return "　".join(f"{mark}: {fill}" for mark, fill in zip("アイウエ", fills, strict=False))

    options = tuple(
        Option(said(fills), exercise.wrongs[name].diagnosis, f"{exercise.name}.{name}")
        for name, fills in wrong.items()
    )
    programs = tuple(filled(fills) for fills in (right, *wrong.values()))
    stem = f"{stem}\n\n```python\n{code}\n```"
    return Choice(stem, said(right), options, explanation, exercise.name, programs)


def sample(rng: np.random.Generator, pool: tuple, count: int) -> tuple:
    """So many different ones of a pool, in a drawn order."""
    return tuple(pool[int(i)] for i in rng.permutation(len(pool))[:count])
