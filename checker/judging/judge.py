"""The judge: compares what an answer did with what the solution does. Facts; `words` says them.

Pure: it never runs the learner's code. The observations come from a runner, in the learner's kernel
or in the sandbox, and the known wrong answers are run here, on the author's side.
"""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass

from checker.exercise import Case, Exercise, Wrong
from checker.judging.compare import difference
from checker.judging.explain import Explanation, explanation, size
from checker.judging.observing import Finding, finding, known
from checker.running.inside.cell_text import Answer
from checker.running.inside.messages import Failure, Run

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())  # a learner sees no traceback of ours


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
    explanation: Explanation | None = None
    smallest: Case | None = None  # of those that fail

    @property
    def misconception(self) -> Wrong | None:
        """The known wrong answer of this exercise that the answer coincides with."""
        return self.explanation.misconception if self.explanation else None

    @property
    def misses_basics(self) -> bool:
        """Whether the first label fails, without which the others earn nothing."""
        return self.exercise.begins_with_basics and self.labels[0] in self.failed

    @property
    def score(self) -> float:
        """Share of the labels that pass, where 基本 comes first if that one passes."""
        if self.outcome == "right":
            return 1.0
        if self.outcome != "wrong" or self.misses_basics:
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
    try:
        tree = None if answer.huge else answer.tree
        explained = explanation(exercise, cases, actual, findings, tree, reveal)
    except Exception:  # the verdict stands without it
        log.exception("the search for an explanation failed (%s)", exercise.name)
        explained = None
    if failure and not (explained and explained.misconception):
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
        explanation=explained,
        smallest=min((cases[i] for i in failing), key=lambda case: size(case.arguments)),
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
