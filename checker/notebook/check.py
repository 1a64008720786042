"""check, hint and solution, as a notebook calls them."""

from __future__ import annotations

import inspect
import linecache
import os
from collections.abc import Callable

from IPython import get_ipython
from IPython.display import display

from checker.cards import code_card, hint_card, note_card, verdict_card
from checker.catalogue import UnknownExercise, exercise_names, load
from checker.exercise import Exercise
from checker.judging.source import judge_source
from checker.notebook import store
from checker.running.inside.cell_text import defines

RUN_FIRST = "先に {name} の解答セルを実行し、そのあとでこのセルを実行してください。"


def check(answer: Callable | str) -> None:
    """解答セルの関数を判定します。結果は 未回答・エラー・不正解・正解 のどれかです。"""
    exercise, function = _exercise_of(answer)
    outcome = None
    if exercise and function is None:
        display(note_card(RUN_FIRST.format(name=exercise.name)))
    elif exercise:
        verdict = judge_source(exercise.name, _cell_text(exercise.name, function))
        outcome = verdict.outcome
        display(verdict_card(verdict))
        try:
            store.remember(verdict)
        except OSError as error:  # a read-only folder or a full disk costs no verdict
            display(note_card(f"進み具合を保存できませんでした（{error}）。判定は変わりません。"))
        if outcome != "right":
            display(hint_card(exercise.name, exercise.hints))  # the check cell is locked: no typing
    if os.environ.get("NBGRADER_EXECUTION") and outcome != "right":
        raise NotRight("正解ではありません。")


def hint(answer: Callable | str) -> None:
    """ヒントを、弱いものから順に、たたんで表示します。"""
    exercise, _ = _exercise_of(answer)
    if exercise:
        display(hint_card(exercise.name, exercise.hints))


def solution(answer: Callable | str) -> None:
    """模範解答を表示します。自分で考えたあとに見てください。"""
    exercise, _ = _exercise_of(answer)
    if exercise:
        title = f"模範解答 {exercise.name}（書き方は 1 つではありません）"
        display(code_card(title, exercise.solved()))


class NotRight(Exception):
    """Raised under nbgrader, whose default for a cell without an error is full marks."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def explain_missing_answers() -> None:
    """Say in Japanese what to do when a check cell is run before its answer cell.

    Not under nbgrader: there a cell whose error is not shown would get full marks.
    """

    def explain(shell, kind, error, trace, tb_offset=None):
        if error.name in exercise_names() and not os.environ.get("NBGRADER_EXECUTION"):
            display(note_card(RUN_FIRST.format(name=error.name)))
        else:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)

    if get_ipython():
        get_ipython().set_custom_exc((NameError,), explain)


def _exercise_of(answer: Callable | str) -> tuple[Exercise | None, Callable | None]:
    """The exercise that is meant and the learner's function, None where it is not defined yet."""
    names = get_ipython().user_ns if get_ipython() else {}
    name = answer if isinstance(answer, str) else getattr(answer, "__name__", None)
    if name not in exercise_names():  # a lambda, or a decorator's inner function
        name = next((n for n in exercise_names() if names.get(n) is answer), str(name))
    try:
        exercise = load(name)
    except UnknownExercise as error:
        display(note_card(str(error)))
        return None, None
    if isinstance(answer, str):
        answer = names.get(name)
    # The course's own function, imported into the notebook, is no answer.
    return exercise, None if answer is exercise.solution else answer


def _cell_text(name: str, function: Callable) -> str:
    """The text of the whole cell that defined `function`.

    `%%time`, a class or a partial leave no way from the function to its cell: then the last input
    that defines the name counts.
    """
    code = getattr(inspect.unwrap(function), "__code__", None)
    text = "".join(linecache.getlines(code.co_filename)) if code else ""
    inputs = get_ipython().history_manager.input_hist_raw if get_ipython() else []
    return next((t for t in [text, *reversed(inputs)] if defines(t, name)), text)


explain_missing_answers()
