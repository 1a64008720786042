"""Why an answer is wrong: the first explanation that fits all the cases it passes and fails.

Tried in this order: a known wrong answer, two of them, one small slip, other arguments, a relation
between the values, two slips, and at last the cases alone. What fits in the failing cases only is not said:
it would be false of the cases that pass.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import dropwhile, takewhile

import torch

from checker.exercise import Case, Exercise, Wrong
from checker.judging.candidates import Candidate, candidates
from checker.judging.observing import Finding, finding, known, same
from checker.judging.relations import relation
from checker.running.inside.messages import Observation

FEW = 3  # labels that a sentence can list
TOLD = ("type", "length", "shape", "dtype", "changed", "aliased")  # differences that say it all


@dataclass(frozen=True)
class Explanation:
    """What an answer's results coincide with."""

    stage: str  # of a candidate, "relation" or "cases"
    key: str  # answers of one exercise with the same key belong together
    sentence: str
    misconception: Wrong | None = None  # the known wrong answer of this exercise that it is
    candidate: Candidate | None = None


def explanation(
    exercise: Exercise,
    cases: tuple[Case, ...],
    actual: tuple[Observation, ...],
    findings: list[Finding | None],
    reveal: bool = True,
) -> Explanation | None:
    """The explanation of a wrong answer, or None."""
    # An exception tells its own cause, and many slips end in the same one.
    raises = next(a.failure for a, found in zip(actual, findings, strict=True) if found)

    def first(those: Iterable[Candidate]) -> Explanation | None:
        for c in those:
            if fits(exercise, cases, c, actual, findings):
                return Explanation(c.stage, c.key, c.sentence, c.wrong, c)
        return None

    def related(*keys: str) -> Explanation | None:
        if exercise.accepts:  # the solution's value is one of many
            return None
        expected = [known(exercise, exercise.solution, case) for case in cases]
        found = relation(exercise, cases, expected, actual, keys)
        return found and Explanation(
            "relation", found.key, found.sentence if reveal else found.hidden
        )

    every = candidates(exercise)
    with quiet():
        if raises:
            found = first(takewhile(lambda c: c.wrong, every))
        elif all(found.kind in TOLD for found in findings if found):
            # The difference is the cause: what else ends in the same type is no explanation of it.
            return first(takewhile(lambda c: c.stage in ("named", "pair"), every)) or related("type")
        else:
            found = first(takewhile(lambda c: c.stage != "double", every))
            found = found or related() or first(dropwhile(lambda c: c.stage != "double", every))
    return found or of_cases(cases, findings)


def fits(
    exercise: Exercise,
    cases: tuple[Case, ...],
    candidate: Candidate,
    actual: tuple[Observation, ...],
    findings: list[Finding | None],
) -> bool:
    """Does a candidate do the same in every case that fails, and pass all the others?"""

    def agrees(i: int) -> bool:
        seen = candidate.observe(exercise, cases[i])
        if findings[i]:
            return same(actual[i], seen, exercise.rtol)
        return finding(exercise, known(exercise, exercise.solution, cases[i]), seen) is None

    # The smallest failing case first: it refutes most candidates, at the least cost.
    order = sorted(range(len(cases)), key=lambda i: (findings[i] is None, size(cases[i].arguments)))
    return all(map(agrees, order))


def of_cases(cases: tuple[Case, ...], findings: list[Finding | None]) -> Explanation | None:
    """Where only few labels fail, or only few pass, these tell what is special."""
    labels = tuple(dict.fromkeys(case.label for case in cases))
    failed = {case.label for case, found in zip(cases, findings, strict=True) if found}
    wrong = [label for label in labels if label in failed]
    right = [label for label in labels if label not in failed]
    if len(wrong) <= min(FEW, len(right)):
        listed = "』『".join(wrong)
        told = f"ほかのケースはすべて合っています。違うのは『{listed}』だけです。"
        return Explanation("cases", "fails " + "、".join(wrong), told)
    if 0 < len(right) <= FEW:
        listed = "』『".join(right)
        told = f"合っているのは『{listed}』だけです。ほかのケースと何が違うかを確かめてください。"
        return Explanation("cases", "passes " + "、".join(right), told)
    return None


def size(value: object) -> int:
    """How much there is in a value: numbers, elements."""
    if isinstance(value, torch.Tensor):
        return value.numel()
    return sum(map(size, value)) if isinstance(value, (list, tuple)) else 1


@contextlib.contextmanager
def quiet():
    """Known answers and slips may warn and print; nobody is to see that."""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(action="ignore"),
    ):
        yield
