"""The judge: compares what an answer did with what the solution does. Facts; `words` says them.

Pure: it never runs the learner's code. The observations come from a runner, in the learner's kernel
or in the sandbox, and the known wrong answers are run here, on the author's side.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from checker.exercise import Case, Exercise, Wrong
from checker.judging.compare import Difference, difference
from checker.running.inside.answer import run_call
from checker.running.inside.cell_text import Answer
from checker.running.inside.messages import Failure, Observation, Run


@dataclass(frozen=True)
class Finding:
    """What is wrong with one observation."""

    kind: str  # one of compare.KINDS, "exception", "unmet", "changed" or "aliased"
    difference: Difference | None = None
    unmet: str = ""  # what falls short, in the exercise's own words
    parameter: str = ""  # the argument that was changed


@dataclass(frozen=True)
class Facts:
    """All that is known of an answer. Of hidden cases, too: `reveal` says what may be told."""

    exercise: Exercise
    outcome: str  # a key of verdict.WORDS
    answer: Answer
    reveal: bool
    printed: str = ""
    labels: tuple[str, ...] = ()  # of all cases, each once, in their order
    failed: frozenset[str] = frozenset()
    failure: Failure | None = None  # the exception that ended the answer
    line: int | None = None  # where it arose, as far as it may be told
    case: Case | None = None  # the first that fails
    finding: Finding | None = None  # in this case
    part: str = "戻り値"  # what differs, by name, and the two values
    actual: object = None
    expected: object = None
    misconception: Wrong | None = None

    @property
    def score(self) -> float:
        """Share of the labels that pass, if the first one passes."""
        if self.outcome == "right":
            return 1.0
        if self.outcome != "wrong" or self.labels[0] in self.failed:
            return 0.0
        return (len(self.labels) - len(self.failed)) / len(self.labels)


def judge(
    exercise: Exercise, cases: tuple[Case, ...], answer: Answer, run: Run, *, reveal: bool = True
) -> Facts:
    """What there is to say of an answer. `reveal` is False where the cases are hidden."""
    facts = functools.partial(Facts, exercise, answer=answer, reveal=reveal, printed=run.printed.strip())
    if answer.unanswered:
        return facts("unanswered")
    if run.failure:
        return facts("error", failure=run.failure, line=_line(answer, run.failure, reveal))
    facts = functools.partial(facts, labels=tuple(dict.fromkeys(case.label for case in cases)))
    expected = [known(exercise, exercise.solution, case) for case in cases]
    actual = run.observations
    findings = [finding(exercise, *pair) for pair in zip(expected, actual, strict=True)]
    failing = [i for i, found in enumerate(findings) if found]
    if not failing:
        return facts("right")
    first = failing[0]
    failure = actual[first].failure
    # torch raises NotImplementedError too, for a dtype that an operation does not know.
    if failure and failure.kind == "NotImplementedError" and failure.kind in answer.source:
        return facts("unanswered")
    misconception = _misconception(exercise, cases, actual, failing)
    if failure and not misconception:
        line = _line(answer, failure, reveal)
        return facts("error", failure=failure, line=line, case=cases[first])
    part, value, wanted = _first_difference(exercise, actual[first].value, expected[first].value)
    return facts(
        "wrong",
        failed=frozenset(cases[i].label for i in failing),
        case=cases[first],
        finding=findings[first],
        part=part,
        actual=value,
        expected=wanted,
        misconception=misconception,
        failure=failure,
    )


def _line(answer: Answer, failure: Failure, reveal: bool) -> int | None:
    """Where it went wrong. Of hidden cases only what the text itself shows: an answer could spell
    out a hidden input as the number of a line."""
    return failure.line if reveal else answer.syntax_error_line


def _first_difference(
    exercise: Exercise, actual: object, expected: object
) -> tuple[str, object, object]:
    """What differs by name, and the two values; of what an observer saw, the first such part."""
    if not exercise.observer or type(actual) is not dict:
        return "戻り値", actual, expected
    for name, wanted in expected.items():
        value = actual.get(name)
        if not difference(wanted, value, exercise.rtol):
            continue
        while type(wanted) is list and type(value) is list and len(wanted) == len(value):
            pairs = zip(value, wanted, strict=True)
            value, wanted = next(p for p in pairs if difference(p[1], p[0], exercise.rtol))
        return name, value, wanted
    return "戻り値", actual, expected  # what differs is an argument


@functools.lru_cache(maxsize=4096)
def known(exercise: Exercise, function: Callable, case: Case) -> Observation:
    """What a known answer does in a case: run once, for every answer that is compared with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the learner did not write what is warned of
        seen = run_call(exercise.call(function), case.arguments)
    if seen.failure and function is exercise.solution:
        raise RuntimeError(f"the solution of {exercise.name} fails ({case.label}): {seen.failure}")
    return seen


def same(one: Observation, other: Observation, rtol: float | None = None) -> bool:
    """Do two observations coincide: the same exception, or equal results and side effects?"""
    if one.failure or other.failure:
        return bool(one.failure and other.failure) and one.failure.kind == other.failure.kind
    return (
        difference(other.value, one.value, rtol) is None
        and difference(other.arguments, one.arguments, rtol) is None
        and one.aliased == other.aliased
    )


def finding(exercise: Exercise, expected: Observation, actual: Observation) -> Finding | None:
    """What is wrong with one observation, or None."""
    if actual.failure:
        return Finding("exception")
    where = "" if exercise.observer else "戻り値"  # an observer's values have names of their own
    found = difference(expected.value, actual.value, exercise.rtol, where)
    if exercise.accepts and (found is None or found.kind not in ("type", "length")):
        unmet = exercise.accepts(actual.value, *expected.arguments)
        if unmet:
            return Finding("unmet", unmet=unmet)
    elif found:
        return Finding(found.kind, found)
    names = list(inspect.signature(exercise.solution).parameters)
    after = zip(names, expected.arguments, actual.arguments, strict=True)
    for parameter, wanted, got in after:
        if difference(wanted, got):
            return Finding("changed", parameter=parameter)
    if actual.aliased and not expected.aliased:
        return Finding("aliased")
    return None


def _misconception(
    exercise: Exercise,
    cases: tuple[Case, ...],
    actual: tuple[Observation, ...],
    failing: list[int],
) -> Wrong | None:
    """The known wrong answer that does the same: in every case, or else in every failing case."""

    def agrees(wrong: Wrong, i: int) -> bool:
        return same(actual[i], known(exercise, wrong.function, cases[i]), exercise.rtol)

    partial = None
    for wrong in exercise.wrongs.values():
        if not all(agrees(wrong, i) for i in failing):
            continue
        if all(agrees(wrong, i) for i in range(len(cases)) if i not in failing):
            return wrong
        partial = partial or wrong
    return partial
