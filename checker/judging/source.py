"""`judge_source`: a text in, a verdict out, judged in this process or in the sandbox."""

from __future__ import annotations

import functools
from collections.abc import Callable

from checker.catalogue import given, load
from checker.exercise import Case, Exercise
from checker.judging import words
from checker.judging.judge import judge
from checker.judging.verdict import Verdict
from checker.refusal import Refusal
from checker.running.inside.answer import run_answer
from checker.running.inside.cell_text import Answer
from checker.running.inside.messages import Request, Run
from checker.running.inside.state import fresh_state

PUBLIC_SEED = 0
JUDGE_FAILED = """\
判定する側の不具合です。あなたの解答の間違いではありません。
次の一歩: メニューの「カーネル」からカーネルを再起動し、セルを上から順に実行してください。\
それでもこの文が出るときは、次の 1 行を担当者に知らせてください。
{name}: {error}"""
Runner = Callable[[Request], Run]


class JudgeFailed(Exception):
    """Our own side failed: a notebook shows what to do, and no traceback."""

    def __init__(self, error: Exception):
        super().__init__(JUDGE_FAILED.format(name=type(error).__name__, error=str(error)[:300]))

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def judge_source(name: str, source: str, *, seed: int | None = None, box: bool = False) -> Verdict:
    """Judge the text of an answer cell.

    Without `seed` the public cases are used and the verdict shows inputs and values; with a seed
    the cases are hidden and it shows neither. With `box` the answer runs in the sandbox, which
    takes seconds to start. Raises `UnknownExercise`, `NoIsolation` where there is no sandbox, and
    `JudgeFailed` in this process.
    """
    if not box:
        try:
            return judge_with(run_answer, name, source, seed=seed)
        except Refusal:
            raise
        except Exception as error:  # an answer's own exceptions are in its run
            raise JudgeFailed(error) from error
    from checker.running.sandbox import started_sandbox  # the notebook never needs it

    load(name)  # an unknown name is told before anything starts
    with started_sandbox() as sandbox, sandbox.learner() as runner:
        return judge_with(runner, name, source, seed=seed)


@fresh_state()
def judge_with(runner: Runner, name: str, source: str, *, seed: int | None = None) -> Verdict:
    """Judge with a given runner: the same code for the kernel and for the grader."""
    exercise, answer = load(name), Answer(source, name)
    cases = cases_of(exercise, PUBLIC_SEED if seed is None else seed)
    if answer.unanswered:
        run = Run()
    else:
        run = runner(request(exercise, answer, cases))
    return words.verdict(judge(exercise, cases, answer, run, reveal=seed is None))


def request(exercise: Exercise, answer: Answer, cases: tuple[Case, ...]) -> Request:
    """What a runner is asked about an answer."""
    calls = tuple(case.arguments for case in cases)
    return Request(answer, calls, given(exercise), exercise.observer_text())


@functools.lru_cache(maxsize=64)
def cases_of(exercise: Exercise, seed: int) -> tuple[Case, ...]:
    """The same cases for every answer: making them, and what `known` answers do, is done once."""
    return exercise.make_cases(seed)
