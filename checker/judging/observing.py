"""What is seen of one call: what a known answer does, and what tells an answer from the solution."""

from __future__ import annotations

import functools
import inspect
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from checker.exercise import Case, Exercise
from checker.judging.compare import Difference, difference
from checker.running.inside.answer import run_call
from checker.running.inside.messages import Failure, Observation

MANY_THINGS = ("AttributeError", "RuntimeError", "TypeError", "ValueError")  # kinds of exception


@dataclass(frozen=True)
class Finding:
    """What is wrong with one observation."""

    kind: str  # one of compare.KINDS, "exception", "unmet", "changed" or "aliased"
    difference: Difference | None = None
    unmet: str = ""  # what falls short, in the exercise's own words
    parameter: str = ""  # the argument that was changed, also where something else is wrong, too


@functools.lru_cache(maxsize=4096)
def known(exercise: Exercise, function: Callable, case: Case) -> Observation:
    """What a known answer does in a case: run once, for every answer that is compared with it."""
    with warnings.catch_warnings(action="ignore"):  # the learner did not write what is warned of
        seen = run_call(exercise.call(function), case.arguments)
    if seen.failure and function is exercise.solution:
        raise RuntimeError(f"the solution of {exercise.name} fails ({case.label}): {seen.failure}")
    return seen


def same(one: Observation, other: Observation, rtol: float | None = None) -> bool:
    """Do two observations coincide: the same exception, or equal results and side effects?"""
    if one.failure or other.failure:
        return bool(one.failure and other.failure) and same_failure(one.failure, other.failure)
    value = one.value
    if type(other.value) is int and type(value) is float and value.is_integer():
        value = int(value)  # a known answer may return 2 where this one returns 2.0
    return (
        difference(other.value, value, rtol) is None
        and difference(other.arguments, one.arguments, rtol) is None
        and one.aliased == other.aliased
    )


def same_failure(one: Failure, other: Failure) -> bool:
    """The same exception? One that says many things by its message has to say the same, too, but
    for names, which every text chooses for itself, and sizes, which one step more or less changes."""
    if one.kind not in MANY_THINGS:
        return one.kind == other.kind
    return one.kind == other.kind and _unnamed(one.message) == _unnamed(other.message)


def _unnamed(message: str) -> str:
    return re.sub(r"'[^']*'|\w+\(\)|\d+", "…", message)


def finding(exercise: Exercise, expected: Observation, actual: Observation) -> Finding | None:
    """What is wrong with one observation, or None."""
    if actual.failure:
        return Finding("exception")
    where = "" if exercise.observer else "戻り値"  # an observer's values have names of their own
    found = difference(expected.value, actual.value, exercise.rtol, where)
    parameter = _changed(exercise, expected, actual)
    if exercise.accepts and (found is None or found.kind not in ("type", "length")):
        unmet = exercise.accepts(actual.value, *expected.arguments)
        if unmet:
            return Finding("unmet", unmet=unmet, parameter=parameter)
    elif found:
        return Finding(found.kind, found, parameter=parameter)
    if parameter:
        return Finding("changed", parameter=parameter)
    if actual.aliased and not expected.aliased:
        return Finding("aliased")
    return None


def _changed(exercise: Exercise, expected: Observation, actual: Observation) -> str:
    """The name of the first argument that is not as it should be after the call, or nothing."""
    names = inspect.signature(exercise.solution).parameters
    after = zip(names, expected.arguments, actual.arguments, strict=True)
    return next((name for name, wanted, got in after if difference(wanted, got)), "")
