"""Why an answer is wrong: the first explanation that fits all the cases it passes and fails.

Tried in this order: a known wrong answer, one small slip, two known ones, other arguments, a known
one with a slip or with too few digits, a relation between the values, what the answer's text shows
by itself, two slips, a known one but for one label, the few cases that fail, where the text parts
from a right answer's, and at last what is right: elements, parts, cases. What fits in the failing
cases only is not said: it would be false of the cases that pass.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import io
import math
import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import dropwhile, takewhile

import torch

from checker.exercise import Case, Exercise, Wrong
from checker.judging.candidate import Candidate
from checker.judging.candidates import candidates
from checker.judging.kinds import alternatives
from checker.judging.observing import Finding, finding, known, same
from checker.judging.places import differing
from checker.judging.reading import caret, definition, oversight
from checker.judging.relations import relation
from checker.running.inside.messages import Observation

SECONDS = 0.16  # of processor time for all but the known wrong answers: a last guard
AT_A_TIME = 8  # candidates between two looks at the clock
FEW = 3  # labels that a sentence can list
OTHER_SEED = 2**40  # of cases in which only candidates are compared
ROUGH = 1e-5  # relative: what is left of a float32
TOO_FEW_DIGITS = "途中の計算の桁が足りず、値が細かいところでも違います。"
AGREEING = 3  # failing labels in which a known wrong answer has to do the same, if one is apart
TOLD = ("type", "length", "shape", "dtype", "changed", "aliased")  # differences that say it all


@dataclass(frozen=True)
class Explanation:
    """What an answer's results coincide with."""

    stage: str  # of a candidate, "relation", "text" or "cases"
    key: str  # answers of one exercise with the same key belong together
    sentence: str
    misconception: Wrong | None = None  # the known wrong answer of this exercise that it is
    candidates: tuple[Candidate, ...] = ()  # that do the same
    rtol: float | None = None  # at which they do
    apart: str = ""  # the label of cases in which they do not


@dataclass(frozen=True)
class Seen:
    """What an answer did in every case, and what is wrong with it there."""

    exercise: Exercise
    cases: tuple[Case, ...]
    actual: tuple[Observation, ...]
    findings: list[Finding | None]
    ends: float = math.inf  # of the search, in seconds of this thread

    @functools.cached_property
    def order(self) -> list[int]:
        """The smallest failing case first: it refutes most candidates, at the least cost."""
        found, sizes = self.findings, [size(case.arguments) for case in self.cases]
        return sorted(range(len(sizes)), key=lambda i: (found[i] is None, sizes[i]))


def explanation(
    exercise: Exercise,
    cases: tuple[Case, ...],
    actual: tuple[Observation, ...],
    findings: list[Finding | None],
    tree: ast.AST | None = None,  # of the answer's text
    reveal: bool = True,
) -> Explanation | None:
    """The explanation of a wrong answer, or None."""
    seen = Seen(exercise, cases, actual, findings, time.thread_time() + SECONDS)
    # An exception tells its own cause, and many slips end in the same one.
    raises = next(a.failure for a, found in zip(actual, findings, strict=True) if found)
    every = candidates(exercise)
    with quiet():
        if raises:
            found = first(seen, takewhile(lambda c: c.wrong, every))
        elif all(found.kind in TOLD for found in findings if found):
            # The difference is the cause: what else ends in the same type is no explanation of it.
            named = takewhile(lambda c: c.stage == "named", in_time(seen, every))
            return first(seen, named) or related(seen, reveal, "type")
        else:
            found = of_text(caret(tree)) if tree else None
            found = found or first(seen, takewhile(lambda c: c.stage != "double", in_time(seen, every)))
            found = found or imprecise(seen) or related(seen, reveal)
            function = definition(tree, exercise.name) if tree and not found else None
            found = found or function and of_text(oversight(exercise, function))
            found = found or first(seen, dropwhile(lambda c: c.stage != "double", in_time(seen, every)))
            found = found or except_one(seen) or only_failing(seen)
            found = found or function and of_text(differing(exercise, function), "place")
            found = found or related(seen, reveal, rough=True)
    return found or of_cases(seen)


def in_time(seen: Seen, every: Iterable[Candidate]) -> Iterator[Candidate]:
    """Candidates until the time is up. The exercise's own known wrong answers are always tried."""
    for i, candidate in enumerate(every):
        # To read the clock takes as long as most candidates.
        if not candidate.wrong and i % AT_A_TIME == 0 and time.thread_time() > seen.ends:
            return
        yield candidate


def first(seen: Seen, those: Iterable[Candidate]) -> Explanation | None:
    """The first candidate that fits. Of slips, all kinds that do the same are named: who reads
    of one of them only would look for it in vain."""
    c = next((c for c in those if fits(seen, c)), None)
    if c is None:
        return None
    others = (o for o in c.family if o is not c and fits(seen, o) and twins(seen.exercise, c, o))
    alike = (c, *others)
    said = alternatives(dict.fromkeys(one.kind for one in alike)) if c.kind else c.sentence
    return Explanation(c.stage, c.key, said, c.wrong, alike)


def twins(exercise: Exercise, one: Candidate, other: Candidate) -> bool:
    """Whether two candidates do the same in other cases, too, and not in these by chance."""
    cases = other_cases(exercise)
    pairs = ((one.observe(exercise, case), other.observe(exercise, case)) for case in cases)
    return all(same(*pair, exercise.rtol) for pair in pairs)


@functools.lru_cache(maxsize=64)
def other_cases(exercise: Exercise) -> tuple[Case, ...]:
    """Cases that no answer is judged by."""
    return exercise.make_cases(OTHER_SEED)


def imprecise(seen: Seen) -> Explanation | None:
    """A known wrong answer that was computed with too few digits as well."""
    for c in takewhile(lambda c: c.wrong, candidates(seen.exercise)):
        if fits(seen, c, ROUGH) and not lacks_digits_alone(seen, c):
            said = f"次の 2 つが重なっています。（1）{c.sentence}（2）{TOO_FEW_DIGITS}"
            return Explanation("pair", f"{c.key}+precision", said, None, (c,), ROUGH)
    return None


def lacks_digits_alone(seen: Seen, candidate: Candidate) -> bool:
    """Whether too few digits are all that is wrong with a candidate: they are no second mistake."""
    exercise, failing = seen.exercise, (c for c, found in zip(seen.cases, seen.findings, strict=True) if found)
    return all(
        same(known(exercise, exercise.solution, case), candidate.observe(exercise, case), ROUGH)
        for case in failing
    )


def related(seen: Seen, reveal: bool, *keys: str, rough: bool = False) -> Explanation | None:
    """A relation between the values, of those with these keys where some are given; a rough one
    tells only where to look."""
    if seen.exercise.accepts:  # the solution's value is one of many
        return None
    expected = [known(seen.exercise, seen.exercise.solution, case) for case in seen.cases]
    found = relation(seen.exercise, seen.cases, expected, seen.actual, keys, rough)
    return found and Explanation("relation", found.key, found.sentence if reveal else found.hidden)


def of_text(found: tuple[str, str] | None, stage: str = "text") -> Explanation | None:
    """What the answer's own text shows."""
    return found and Explanation(stage, *found)


def except_one(seen: Seen) -> Explanation | None:
    """A known wrong answer that does the same but for one label, which is named."""
    failing = {c.label for c, found in zip(seen.cases, seen.findings, strict=True) if found}
    every = in_time(seen, candidates(seen.exercise))
    for c in takewhile(lambda c: c.stage == "named", every):
        apart = apart_in_one(seen, c)
        if apart and len(failing - {apart}) >= AGREEING:
            said = f"『{apart}』のほかでは、次の間違いと同じ結果です。{c.sentence}"
            return Explanation("except", f"{c.key} except {apart}", said, None, (c,), None, apart)
    return None


def apart_in_one(seen: Seen, candidate: Candidate) -> str:
    """The only label in whose cases a candidate does something else; empty where there are more."""
    apart = ""
    for i in seen.order:
        label = seen.cases[i].label
        if label != apart and not agrees(seen, candidate, i):
            if apart:
                return ""
            apart = label
    return apart


def fits(
    seen: Seen, candidate: Candidate, rtol: float | None = None, apart: str = ""
) -> bool:
    """Does a candidate do the same in every case that fails, and pass all the others? Cases with
    the label `apart` do not count."""
    order = (i for i in seen.order if seen.cases[i].label != apart)
    return all(agrees(seen, candidate, i, rtol) for i in order)


def agrees(seen: Seen, candidate: Candidate, i: int, rtol: float | None = None) -> bool:
    """Does a candidate fail in one case as the answer does, or pass where it passes?"""
    exercise, case = seen.exercise, seen.cases[i]
    observed = candidate.observe(exercise, case)
    if seen.findings[i]:
        if candidate.change and seen.actual[i].failure and observed.failure:
            return True  # the solution refuses by itself what the answer stumbles over
        return same(seen.actual[i], observed, rtol or exercise.rtol)
    return finding(exercise, known(exercise, exercise.solution, case), observed) is None


def of_cases(seen: Seen) -> Explanation | None:
    """Where only few labels fail, or only few pass, these tell what is special."""
    return only_failing(seen) or only_passing(seen)


def only_failing(seen: Seen) -> Explanation | None:
    wrong, right = divided(seen)
    if len(wrong) > max(min(FEW, len(right)), len(right) // 2):
        return None
    listed = "』『".join(wrong)
    told = f"ほかのケースはすべて合っています。違うのは『{listed}』だけです。"
    return Explanation("cases", "fails " + "、".join(wrong), told)


def only_passing(seen: Seen) -> Explanation | None:
    _, right = divided(seen)
    if not 0 < len(right) <= FEW or not any(tells(seen, c) for c in seen.cases if c.label in right):
        return None
    listed = "』『".join(right)
    told = f"合っているのは『{listed}』だけです。"
    if not seen.exercise.questions:  # which have nothing in common
        told += "ほかのケースと何が違うかを確かめてください。"
    return Explanation("cases", "passes " + "、".join(right), told)


def tells(seen: Seen, case: Case) -> bool:
    """Does it tell anything to pass a case? Not where the value is 0 throughout: whatever
    multiplies or adds up comes to that."""
    value = known(seen.exercise, seen.exercise.solution, case).value
    if isinstance(value, torch.Tensor):
        return value.numel() == 0 or bool(value.any())
    return type(value) not in (int, float) or value != 0


def divided(seen: Seen) -> tuple[list[str], list[str]]:
    """The labels that fail, and those that pass, in their order."""
    labels = dict.fromkeys(case.label for case in seen.cases)
    failed = {case.label for case, found in zip(seen.cases, seen.findings, strict=True) if found}
    return [la for la in labels if la in failed], [la for la in labels if la not in failed]


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
