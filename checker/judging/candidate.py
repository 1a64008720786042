"""One function that may do what an answer does: made from a text, called, and watched."""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import marshal
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from checker.catalogue import load
from checker.exercise import Case, Exercise, Wrong
from checker.judging.mutants import bare
from checker.judging.observing import known
from checker.running.inside.answer import describe, seed_everything
from checker.running.inside.messages import Observation
from checker.running.inside.plain import Strange, snapshot, storages
from checker.running.inside.prelude import PRELUDE

STEPS = 2_500  # lines that one of them may run: a slip may make a loop endless
FILENAME = "<candidate>"
IMPORTS = compile(PRELUDE, "<prelude>", "exec")


@dataclass(frozen=True, eq=False)
class Candidate:
    """A function that may do what an answer does, and what is said of the answer if so."""

    stage: str
    key: str  # tells one explanation from another; it gives no solution away
    sentence: str
    function: Callable
    wrong: Wrong | None = None  # the known wrong answer that it is
    change: Callable | None = None  # what happens to the arguments before the call
    kind: str = ""  # of a single slip
    family: list[Candidate] = field(default_factory=list)  # all slips of the same text

    def observe(self, exercise: Exercise, case: Case) -> Observation:
        """What it does in a case, kept for every answer that is compared with it."""
        if self.wrong:
            return known(exercise, self.function, case)
        return _observed(exercise, self, case)


@functools.lru_cache(maxsize=20_000)
def _observed(exercise: Exercise, candidate: Candidate, case: Case) -> Observation:
    function, change = exercise.call(candidate.function), candidate.change
    called = (lambda *arguments: function(*change(arguments))) if change else function
    # What `run_call` does, but for its deep copy, which takes longer than most candidates run.
    given = snapshot(case.arguments)
    owned = storages(given)
    seed_everything()
    try:
        with limited_steps():
            value = called(*given)
    except Exception as error:
        return Observation(failure=describe(error), arguments=snapshot(given))
    plain = snapshot(value)
    aliased = type(plain) is not Strange and bool(storages(value) & owned)
    return Observation(plain, None, snapshot(given), aliased)


class TooManySteps(Exception):
    """A candidate ran more lines than any right answer needs."""


@contextlib.contextmanager
def limited_steps() -> Iterator[None]:
    """Stop a candidate after `STEPS` lines, on every system: Windows has no timer signals."""
    left = STEPS

    def count(frame, event, _):
        nonlocal left
        if frame.f_code.co_filename != FILENAME:
            return None
        left -= 1
        if left < 0:
            raise TooManySteps
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        yield
    finally:
        sys.settrace(before)


def names_of(exercise: Exercise, instead: dict[str, types.CodeType] | None = None) -> dict:
    """What an answer finds; `instead` holds parts that are replaced."""
    names: dict = {}
    exec(IMPORTS, names)
    for name in exercise.uses:
        exec((instead or {}).get(name) or _solution_of(name), names)
    return names


@functools.cache
def _solution_of(name: str) -> types.CodeType:
    return compiled(bare(load(name).solved()))


def compiled(tree: ast.Module) -> types.CodeType:
    return compile(tree, FILENAME, "exec", dont_inherit=True)


def defined(exercise: Exercise, code: types.CodeType, names: dict) -> Callable:
    """The function of a text, in a namespace of its own."""
    own = dict(names)
    exec(code, own)
    return own[exercise.name]


def digest(code: types.CodeType) -> str:
    """Tells slips of one kind apart and gives none of them away."""
    return hashlib.sha256(marshal.dumps(code)).hexdigest()[:6]
