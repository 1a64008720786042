"""check, hint and solution, as a notebook calls them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from IPython import get_ipython
from IPython.display import display

from checker.cards import code_card, hint_card, note_card, verdict_card
from checker.catalogue import UnknownExercise, exercise_names, load
from checker.exercise import Exercise
from checker.judging.source import judge_source
from checker.judging.verdict import Line, Verdict
from checker.notebook import store
from checker.notebook.course_names import RUN_FIRST, load_ipython_extension
from checker.notebook.inputs import Found, newest

NO_TEXT = (
    "関数 {name} は、このノートブックのセルには書かれていません。"
    "判定と採点は、解答セルに書かれたものだけを見ます。\n"
    "解答セルに書いて実行し、そのあとでこのセルを実行してください。"
)
ELSEWHERE = "解答セルとは別のセルに書かれた関数です。解答セルには、まだ書かれていません。"
REDEFINED = (
    "解答セルに書かれた関数です。そのあとに実行した別のセルにも、同じ名前の関数があります。"
    "そちらは採点されません。"
)
AS_BEFORE = (
    "前の判定と同じものです。解答セルを書き直したときは、"
    "解答セルを実行してから、このセルを実行してください。"
)
_judged: dict[str, tuple[int, str]] = {}  # the input that was judged last, of each exercise


def check(answer: Callable | str) -> None:
    """解答セルの関数を判定します。結果は 未回答・エラー・不正解・正解 のどれかです。"""
    exercise = _exercise_of(answer)
    found = newest(exercise.name) if exercise else None
    outcome = None
    if exercise and not found:
        display(note_card(_nothing_run(exercise)))
    elif exercise:
        verdict = judge_source(exercise.name, found.input.cell.text)
        verdict = replace(verdict, lines=(*_which(exercise.name, found), *verdict.lines))
        outcome = verdict.outcome
        display(verdict_card(verdict))
        if outcome != "unanswered":  # running every cell in the morning is no progress
            store.remember("check", exercise.name, outcome, _detail(verdict))
        if outcome != "right":
            display(hint_card(exercise.name, exercise.hints))  # the check cell is locked: no typing
    if os.environ.get("NBGRADER_EXECUTION") and outcome != "right":
        raise NotRight("正解ではありません。")


def _detail(verdict: Verdict) -> dict[str, str]:
    """What is remembered of a verdict beside its outcome: where it failed, and the explanation."""
    known = {
        "label": verdict.label,
        "misconception": verdict.misconception,
        "explanation": verdict.explanation,
        "sentence": verdict.cause,
    }
    return {key: value for key, value in known.items() if value}


def hint(answer: Callable | str) -> None:
    """ヒントを、弱いものから順に、たたんで表示します。"""
    exercise = _exercise_of(answer)
    if exercise:
        display(hint_card(exercise.name, exercise.hints))


def solution(answer: Callable | str) -> None:
    """模範解答を表示します。自分で考えたあとに見てください。"""
    exercise = _exercise_of(answer)
    if exercise:
        title = f"模範解答 {exercise.name}（書き方は 1 つではありません）"
        display(code_card(title, exercise.solved()))


class NotRight(Exception):
    """Raised under nbgrader, whose default for a cell without an error is full marks."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def _exercise_of(answer: Callable | str) -> Exercise | None:
    """The exercise that is meant."""
    names = get_ipython().user_ns if get_ipython() else {}
    name = answer if isinstance(answer, str) else getattr(answer, "__name__", None)
    if name not in exercise_names():  # a lambda, or a decorator's inner function
        name = next((n for n in exercise_names() if names.get(n) is answer), str(name))
    try:
        return load(name)
    except UnknownExercise as error:
        display(note_card(str(error)))
        return None


def _nothing_run(exercise: Exercise) -> str:
    """What to do where no cell was run that is meant as this answer."""
    function = get_ipython().user_ns.get(exercise.name) if get_ipython() else None
    # The course's own function, imported into the notebook, is no answer.
    text = RUN_FIRST if function in (None, exercise.solution) else NO_TEXT
    return text.format(name=exercise.name)


def _which(name: str, found: Found) -> list[Line]:
    """Which text was judged, where that could be in doubt. An edit since is not known here."""
    judged = found.input.number, found.input.cell.text
    before, _judged[name] = _judged.get(name), judged
    notes = {ELSEWHERE: found.elsewhere, REDEFINED: found.redefined, AS_BEFORE: before == judged}
    return [Line("判定したもの", note) for note, holds in notes.items() if holds]


if get_ipython():
    load_ipython_extension(get_ipython())
