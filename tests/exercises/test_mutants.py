"""The cases of every exercise see every small mistake in its solution."""

import functools
import signal
import sys

import pytest
import torch
from equivalent_mutants import EQUIVALENT
from sample_exercise import cases, sample

from checker.catalogue import exercise_names, load
from checker.exercise import Case, Exercise
from checker.judging import judge as judging
from checker.judging.judge import judge
from checker.judging.mutants import mutants
from checker.judging.source import request
from checker.running.inside.answer import run_answer
from checker.running.inside.cell_text import Answer

SECONDS = 2.0  # of processor time: a mutant may loop for ever

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "SIGALRM"), reason="without SIGALRM nothing can stop an endless mutant"
)


@pytest.fixture(autouse=True)
def no_words(monkeypatch):
    """Why a mutant is rejected, nobody asks here: the search for it takes most of the time."""
    monkeypatch.setattr(judging, "explanation", lambda *_: None)


def outcomes(exercise: Exercise) -> dict[str, set[str]]:
    """The outcomes of all mutants of the solution, by what changed."""
    cases = exercise.make_cases(0)
    found: dict[str, set[str]] = {}
    for mutant in mutants(exercise.solved()):
        told = outcome(exercise, cases, Answer(mutant.text, exercise.name))
        found.setdefault(mutant.change, set()).add(told)
    return found


def outcome(exercise: Exercise, cases: tuple[Case, ...], answer: Answer) -> str:
    """The outcome of a text, on the first case alone where that one already rejects it."""
    for some in (cases[:1], cases):
        run = run_answer(request(exercise, answer, some), SECONDS)
        told = judge(exercise, some, answer, run).outcome
        if told != "right":
            break
    return told


def complaints(exercise: Exercise, equivalent: dict[str, str]) -> list[str]:
    """Mutants that live without being listed, and listed ones that are gone or rejected."""
    found = outcomes(exercise)
    alive = {change for change, seen in found.items() if "right" in seen}
    rotten = {change for change in equivalent if found.get(change) != {"right"}}
    return [f"judged right:\n{change}" for change in sorted(alive - set(equivalent))] + [
        f"listed as equivalent, but gone or rejected:\n{change}" for change in sorted(rotten)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("name", exercise_names())
def test_every_mutant_is_rejected(name):
    """Catches cases too weak to see a swapped sign, a dropped term or a loosened comparison."""
    found = complaints(load(name), EQUIVALENT.get(name, {}))
    assert not found, "\n".join(found)


def test_every_listed_mutant_has_its_exercise_and_reason():
    """Catches entries that outlived their exercise, or that nobody justified."""
    assert set(EQUIVALENT) <= set(exercise_names())
    assert all(reason for listed in EQUIVALENT.values() for reason in listed.values())


def test_weak_cases_let_a_mutant_live():
    """Catches a test that can't fail: with factor 1, multiplying and dividing are the same."""

    def weak(rng):
        for label, (values, _) in cases(rng):
            yield label, (values, 1.0)

    change = "- return values * factor\n+ return values / factor"
    assert complaints(sample(), {}) == []
    assert f"judged right:\n{change}" in complaints(sample(cases=weak), {})
    assert f"judged right:\n{change}" not in complaints(sample(cases=weak), {change: "factor 1"})


@pytest.mark.parametrize("change", ["- return values * factor\n+ return values", "- gone\n+ away"])
def test_a_rotten_entry_is_found(change):
    """Catches entries whose mutant is rejected by now, or does not occur any more."""
    assert complaints(sample(), {change: "once true"}) == [
        f"listed as equivalent, but gone or rejected:\n{change}"
    ]


@pytest.mark.slow
def test_an_endless_mutant_is_rejected(monkeypatch):
    """Catches a test that hangs: `steps - 1` made `steps - 0` never reaches the end."""
    monkeypatch.setattr(sys.modules[__name__], "SECONDS", 0.3)
    changes = outcomes(sample(counts_down))
    assert changes["- steps = steps - 1\n+ steps = steps - 0"] == {"error"}


def counts_down(values: torch.Tensor, factor: float) -> torch.Tensor:
    """values を factor 倍します。"""
    steps = 1
    while steps != 0:
        steps = steps - 1
    return values * factor


SHOWS_ALL = '''
def f(x, k):
    """docstring"""
    sizes = [k + 1]
    if k < 0:
        shown = k - 1
        raise ValueError(f"negative: {shown}, {sizes}")
    for a, b in zip(x, k):
        b[0] = a
    y = x.abs() if k > 1 and not k == 5 else -x
    return torch.sum(y[1:k], dim=2) + max(a for a in y if a)
'''
PAIR = '''
def f(x):
    """docstring"""
    low, high = x
    return high - low
'''


@pytest.mark.parametrize(
    "line",
    [
        "y = x if k > 1 and (not k == 5) else -x",
        "y = x.abs() if k >= 1 and (not k == 5) else -x",
        "y = x.abs() if k <= 1 and (not k == 5) else -x",
        "y = x.abs() if k > 1 or not k == 5 else -x",
        "y = x.abs() if k > 1 else -x",
        "y = x.abs() if not k == 5 else -x",
        "y = x.abs() if k > 1 and k == 5 else -x",
        "y = x.abs() if k > 1 and (not k != 5) else -x",
        "y = x.abs() if k > 0 and (not k == 5) else -x",
        "y = x.abs() if k > -1 and (not k == 5) else -x",
        "y = x.abs() if k > 1 and (not k == 10) else -x",
        "y = x.abs() if k > 1 and (not k == 5) else x",
        "y = x.abs()",
        "y = -x",
        "return torch.sum(y[1:k], dim=2) - max((a for a in y if a))",
        "return torch.sum(y[1:k], dim=2)",
        "return max((a for a in y if a))",
        "return torch.sum(y[1:k]) + max((a for a in y if a))",
        "return torch.mean(y[1:k], dim=2) + max((a for a in y if a))",
        "return torch.sum(y[1:k], dim=2) + min((a for a in y if a))",
        "return torch.sum(y[1:k], dim=2) + max((a for a in y))",
        "return torch.sum(y, dim=2) + max((a for a in y if a))",
        "return torch.sum(y[:k], dim=2) + max((a for a in y if a))",
        "return torch.sum(y[1:], dim=2) + max((a for a in y if a))",
        "return torch.sum(y[1:k], dim=3) + max((a for a in y if a))",
        "return y[1:k] + max((a for a in y if a))",
        "return torch.sum(y[1:k], dim=2) + (a for a in y if a)",
        "for a, b in zip(k, x):",
        "b[1] = a",
        "pass",
    ],
)
def test_each_kind_of_mistake_is_made(line):
    """Catches a generator that silently stops making one kind of mutant."""
    assert line in all_lines()


def test_validation_is_left_alone():
    """Catches mutants of the check for illegal values, which no case may contain."""
    assert not [line for line in all_lines() if line.startswith(("if", "shown", "sizes", "raise"))]


def test_two_names_of_one_assignment_are_kept():
    """Catches mutants that are rejected for want of a name, whatever the cases see."""
    texts = [mutant.text for mutant in mutants(PAIR)]
    assert "def f(x):\n    low, high = x\n    return high + low" in texts


@functools.cache
def all_lines() -> set[str]:
    texts = [mutant.text for mutant in mutants(SHOWS_ALL)]
    return {line.strip() for text in texts for line in text.splitlines()}
