"""`judge_source`: a text in, a verdict out, judged in this process or in a separate one."""

from __future__ import annotations

import functools
from collections.abc import Callable

from checker.answer import Run, fresh_state, run_answer
from checker.exercise import Case, Exercise, load
from checker.judge import Verdict, judge, unanswered

PUBLIC_SEED = 0
Runner = Callable[[str, str, list[tuple], str, str], Run]


def judge_source(
    name: str, source: str, *, seed: int | None = None, box: bool = False
) -> Verdict:
    """Judge the text of an answer cell.

    Without `seed` the public cases are used and the verdict shows inputs and values; with a seed
    the cases are hidden and it shows neither. With `box` the answer runs in the sandbox, which
    takes seconds to start. Raises `UnknownExercise`, and `NoIsolation` where there is no sandbox.
    """
    if not box:
        return judge_with(run_answer, name, source, seed=seed)
    from checker.grading.child import started_child  # the notebook never needs it

    load(name)  # an unknown name is told before anything starts
    with started_child() as child, child.learner() as runner:
        return judge_with(runner, name, source, seed=seed)


@fresh_state()
def judge_with(runner: Runner, name: str, source: str, *, seed: int | None = None) -> Verdict:
    """Judge with a given runner: the same code for the kernel and for the grader."""
    exercise = load(name)
    cases = cases_of(exercise, PUBLIC_SEED if seed is None else seed)
    calls = [case.arguments for case in cases]
    if unanswered(source, name):
        run = Run()
    else:
        run = runner(source, name, calls, exercise.given(), exercise.observer_text())
    return judge(exercise, cases, source, run, reveal=seed is None)


@functools.lru_cache(maxsize=64)
def cases_of(exercise: Exercise, seed: int) -> tuple[Case, ...]:
    """The same cases for every answer: making them, and what `known` answers do, is done once."""
    return exercise.make_cases(seed)
