"""What a notebook calls: check, hint, solution, live, figure, table, claim, predict."""

from __future__ import annotations

import base64
import html
import inspect
import io
import linecache
import os
from collections.abc import Callable

import ipywidgets
from IPython import get_ipython
from IPython.display import display

from checker import record
from checker.cell_text import defines
from checker.display import Card, code_card, hint_card, note_card, table_card, verdict_card
from checker.exercise import Exercise, UnknownExercise, exercise_names, load
from checker.runner import judge_source

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
            record.remember(verdict)
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


def live(draw: Callable, **controls: ipywidgets.Widget) -> None:
    """つまみで動く図です。draw(**値) は (Figure, 文) を返します。図と文は保存しても残ります。"""

    def bundle() -> dict[str, str]:
        figure, text = draw(**{name: control.value for name, control in controls.items()})
        return figure_bundle(figure, text)

    row = ipywidgets.HBox(
        list(controls.values()), layout=ipywidgets.Layout(flex_flow="row wrap")
    )
    names = "、".join(control.description for control in controls.values())
    twin = f"（つまみ: {names}。このセルを実行すると動きます）"
    display({**row._repr_mimebundle_(), "text/plain": twin}, raw=True)
    shown = display(bundle(), raw=True, display_id=True)
    for control in controls.values():
        control.observe(lambda _: shown.update(bundle(), raw=True), "value")


def figure(drawn, text: str) -> None:
    """図と、図の内容を言う文を表示します。文は図の代替テキストにもなります。"""
    display(figure_bundle(drawn, text), raw=True)


def table(headers: list[str], rows: list[list[object]]) -> None:
    """表を表示します。数は、書式を整えた文字列で渡します。"""
    display(table_card(headers, [[str(value) for value in row] for row in rows]))


def claim(sentence: str, holds: bool) -> None:
    """上の数値から計算した主張と、それが成立するかどうかを 1 行で表示します。"""
    print(f"主張: {sentence} → {'成立' if holds else '不成立'}")


def figure_bundle(drawn, text: str) -> dict[str, str]:
    """A matplotlib Figure as <img alt>, which stays in the saved file, and its sentence."""
    png, alt = io.BytesIO(), html.escape(text)
    drawn.savefig(png, format="png", dpi=144, pil_kwargs={"compress_level": 1})
    source = base64.b64encode(png.getvalue()).decode()
    image = (
        f'<img alt="{alt}" width="{round(drawn.get_figwidth() * 96)}" style="max-width:100%" '
        f'src="data:image/png;base64,{source}">'
    )
    body = f'<div lang="ja" class="mathjax_ignore">{image}<p>{alt}</p></div>'
    return {"text/plain": text, "text/html": body}


class predict:
    """先に予想してから結果を見るための入力欄です。`reveal(実測値)` で答え合わせをします。

    予想は書いたときに保存され、カーネルを再起動しても残ります。
    """

    def __init__(self, name: str, question: str, unit: str):
        self.name, self.unit = name, unit
        self.guess = record.prediction(name)
        field = ipywidgets.FloatText(
            value=self.guess or 0.0, description="予想", layout=ipywidgets.Layout(width="200px")
        )
        button = ipywidgets.Button(description="予想を決める")
        said = ipywidgets.HTML(self._said())

        def decide(_):
            self.guess = field.value
            record.remember_prediction(name, field.value)
            said.value = self._said()

        button.on_click(decide)
        row = ipywidgets.HBox([field, ipywidgets.Label(unit), button, said])
        display(Card(f'<p lang="ja">{html.escape(question)}</p>', question))
        twin = "（予想の入力欄。このセルを実行すると使えます）"
        display({**row._repr_mimebundle_(), "text/plain": twin}, raw=True)

    def _said(self) -> str:
        return "" if self.guess is None else f"あなたの予想: {self.guess:g} {self.unit}"

    def reveal(self, measured: float) -> None:
        """予想と実測を並べて表示します。"""
        line = f"実測 {measured:.1f} {self.unit}"
        if self.guess is None:
            line = f"予想はまだ書かれていません。{line}"
        else:
            gap = measured - self.guess
            line = f"あなたの予想 {self.guess:g} {self.unit}、{line}、差 {gap:+.1f}"
        display(note_card(line))


explain_missing_answers()
