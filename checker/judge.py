"""The judge: compares what an answer did with what the solution does, and says what it means.

Pure: it never runs the learner's code. The observations come from a runner, in the learner's kernel
or from the grader's child, and the known wrong answers are run here, on the author's side.
"""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass

import torch

from checker.answer import Failure, Observation, Run, observe
from checker.cell_text import parsed
from checker.exercise import Case, Exercise, Wrong
from checker.plain import difference, show

WORDS = {"unanswered": "未回答", "error": "エラー", "wrong": "不正解", "right": "正解"}
HIDDEN = {  # what a hidden case may say: the kind of mistake, never an input or an expected value
    "type": "戻り値の型が違います。",
    "length": "戻り値の長さが違います。",
    "shape": "戻り値の形が違います。",
    "dtype": "戻り値の dtype が違います。",
    "finite": "戻り値に nan か inf が混じっています。",
    "value": "戻り値の値が違います。",
    "exception": "例外が起きました。",
    "unmet": "条件を満たしていません。",
}


@dataclass(frozen=True)
class Verdict:
    """The outcome of one answer. `lines` are (caption, Japanese text); display.py draws them."""

    name: str
    outcome: str  # "unanswered", "error", "wrong" or "right"
    score: float = 0.0  # 0.0–1.0
    label: str | None = None  # the first failing case
    misconception: str | None = None  # name of the wrong answer that it coincides with
    lines: tuple[tuple[str, str], ...] = ()
    comparison: tuple[object, object] | None = None  # (actual, expected) where they may be shown

    @property
    def message(self) -> str:
        """The whole verdict as plain Japanese text."""
        head = f"[{WORDS[self.outcome]}] {self.name}"
        return "\n".join([head, *(f"{caption}: {text}" for caption, text in self.lines)])


def unanswered(source: str, name: str) -> bool:
    """True where the text has no answer: no code at all, or a body of docstring, pass and `...`."""
    try:
        tree = parsed(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    if not tree.body:
        return True
    functions = [f for f in tree.body if isinstance(f, ast.FunctionDef) and f.name == name]
    return bool(functions) and all(map(_says_nothing, functions[-1].body))


def _says_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return constant and (statement.value.value is Ellipsis or type(statement.value.value) is str)


def judge(
    exercise: Exercise, cases: tuple[Case, ...], source: str, run: Run, *, reveal: bool = True
) -> Verdict:
    """The verdict on an answer. `reveal` False is for hidden cases: no input, no expected value."""
    name = exercise.name
    if unanswered(source, name):
        return _unanswered(name)
    if run.failure:
        return _error(name, run.failure, _line(source, run.failure, reveal), run, reveal)
    expected = [known(exercise, exercise.solution, case) for case in cases]
    actual = run.observations
    findings = [finding(exercise, *pair) for pair in zip(expected, actual, strict=True)]
    failing = [i for i, found in enumerate(findings) if found]
    if not failing:
        return _right(name, cases, run, reveal)
    first = failing[0]
    failure = actual[first].failure
    # torch raises NotImplementedError too, for a dtype that an operation does not know.
    if failure and failure.kind == "NotImplementedError" and failure.kind in source:
        return _unanswered(name)
    misconception = _misconception(exercise, cases, actual, failing)
    if failure and not misconception:
        line = _line(source, failure, reveal)
        return _error(name, failure, line, run, reveal, cases[first].label)

    score = _score(cases, failing)
    kind, sentence = findings[first]
    shown = reveal and kind == "value" and not failure
    part, value, wanted = _first_difference(exercise, actual[first].value, expected[first].value)
    lines = [
        ("呼び出し", call_text(exercise, cases[first]) if reveal else ""),
        ("ケース", cases[first].label),
        ("違い", sentence if reveal else HIDDEN.get(kind, sentence).replace("戻り値", part)),
        ("あなたの値", show(value) if shown else ""),
        ("期待した値", show(wanted) if shown else ""),
        ("考えられる原因", misconception.diagnosis if misconception else ""),
        ("通ったケース", _passed(cases, failing)),
        ("あなたの出力", run.printed.strip() if reveal else ""),
        ("次の一歩", f'ヒントを 1 つずつ開きます。hint("{name}") でも読めます。' if reveal else ""),
    ]
    return Verdict(
        name,
        "wrong",
        score,
        cases[first].label,
        misconception.name if misconception else None,
        tuple(line for line in lines if line[1]),
        (value, wanted) if shown else None,
    )


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
    seen = observe(exercise.call(function), case.arguments)
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


def finding(
    exercise: Exercise, expected: Observation, actual: Observation
) -> tuple[str, str] | None:
    """What is wrong with one observation: (kind, sentence), or None."""
    if actual.failure:
        return "exception", f"{actual.failure.kind} が起きました。"
    where = "" if exercise.observer else "戻り値"  # an observer's values have names of their own
    found = difference(expected.value, actual.value, exercise.rtol, where)
    if exercise.accepts and (found is None or found.kind not in ("type", "length")):
        unmet = exercise.accepts(actual.value, *expected.arguments)
        if unmet:
            return "unmet", unmet
    elif found:
        return found.kind, found.sentence
    names = list(inspect.signature(exercise.solution).parameters)
    after = zip(names, expected.arguments, actual.arguments, strict=True)
    for parameter, wanted, got in after:
        if difference(wanted, got):
            advice = f"引数 {parameter} を書き換えています。複製を作って計算してください。"
            return "changed", advice
    if actual.aliased and not expected.aliased:
        return "aliased", "戻り値が引数とメモリを共有しています。.clone() で複製してください。"
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
    for wrong in exercise.wrongs:
        if not all(agrees(wrong, i) for i in failing):
            continue
        if all(agrees(wrong, i) for i in range(len(cases)) if i not in failing):
            return wrong
        partial = partial or wrong
    return partial


def _score(cases: tuple[Case, ...], failing: list[int]) -> float:
    """Share of the labels that pass, if the first one passes."""
    labels = dict.fromkeys(case.label for case in cases)
    failed = {cases[i].label for i in failing}
    if next(iter(labels)) in failed:
        return 0.0
    return (len(labels) - len(failed)) / len(labels)


def _passed(cases: tuple[Case, ...], failing: list[int]) -> str:
    labels = dict.fromkeys(case.label for case in cases)
    failed = {cases[i].label for i in failing}
    count = f"{len(labels)} 種類のうち {len(labels) - len(failed)} 種類"
    if next(iter(labels)) in failed:
        return f"{count}（「{next(iter(labels))}」が通ると部分点がつきます）"
    return count


def _unanswered(name: str) -> Verdict:
    advice = "解答セルの ... を消して、関数の中身を書いてください。"
    return Verdict(name, "unanswered", lines=(("状態", "まだ書かれていません。"), ("次の一歩", advice)))


def _right(name: str, cases: tuple[Case, ...], run: Run, reveal: bool) -> Verdict:
    labels = dict.fromkeys(case.label for case in cases)
    passed = f"{len(labels)} 種類のケースすべてで、値も型も合っています。"
    lines = [("結果", passed)]
    if reveal and run.printed.strip():
        lines.append(("あなたの出力", run.printed.strip()))
    return Verdict(name, "right", 1.0, lines=tuple(lines))


def _line(source: str, failure: Failure, reveal: bool) -> int | None:
    """Where it went wrong. Of hidden cases only what the text itself shows: an answer could spell
    out a hidden input as the number of a line."""
    if reveal:
        return failure.line
    try:
        parsed(source)
    except SyntaxError as error:
        return error.lineno
    except (ValueError, RecursionError, MemoryError):
        pass
    return None


def _error(
    name: str,
    failure: Failure,
    line: int | None,
    run: Run,
    reveal: bool,
    label: str | None = None,
) -> Verdict:
    what, next_step = explain(name, failure, reveal)
    lines = [
        ("起きたこと", what),
        ("場所", f"解答セルの {line} 行目" if line else ""),
        ("ケース", label or ""),
        ("あなたの出力", run.printed.strip() if reveal else ""),
        ("次の一歩", next_step),
    ]
    return Verdict(name, "error", label=label, lines=tuple(line for line in lines if line[1]))


def explain(name: str, failure: Failure, reveal: bool = True) -> tuple[str, str]:
    """What an exception means for a learner, and what to do: two Japanese texts."""
    kind, message = failure.kind, failure.message if reveal else ""
    note = f"（{message}）" if message else ""
    if kind in ("SyntaxError", "IndentationError", "TabError"):
        if "U+3000" in failure.message or "U+FF" in failure.message:
            return (
                f"全角の文字がプログラムに混じっています{note}。",
                "全角の空白・括弧・数字を、半角で打ち直してください。",
            )
        return f"Python の文法に合いません{note}。", "括弧、コロン、字下げを確かめてください。"
    if kind == "NameError":
        found = re.search(r"'(\w+)'", message)
        missing = f"名前 {found[1]} " if found else "使われている名前"
        return (
            f"{missing}が解答セルの中にありません。",
            "判定は解答セルだけを動かします。その名前の定義を、解答セルの中に移してください。",
        )
    # No line: the call itself failed, not a call inside the answer.
    if kind == "TypeError" and failure.line is None and "argument" in failure.message:
        return (
            f"引数の数が合いません{note}。",
            f"def {name}(…) の行を、もとの引数に戻してください。",
        )
    fixed = {
        "NotDefined": (
            f"解答セルに関数 {name} がありません。",
            f"def {name}(…): の行の名前を、もとに戻してください。",
        ),
        "CourseImport": (
            "解答セルで lessons か checker を import しています。",
            "教材の実装を呼ばずに、自分で書いてください。",
        ),
        "TimeUp": (
            "制限時間の中に終わりませんでした。",
            "終わらないループがないか、繰り返す回数が多すぎないかを確かめてください。",
        ),
        "KeyboardInterrupt": ("実行が途中で止められました。", "もう一度 check を実行してください。"),
        "EOFError": (
            "input() で入力を待っています。",
            "判定のときは入力できません。値は関数の引数から受け取ってください。",
        ),
        "ModuleNotFoundError": (
            f"import しているパッケージが、判定する環境にありません{note}。",
            "Python の標準ライブラリと、NumPy と torch だけで書いてください。",
        ),
        "SystemExit": ("exit() などでプログラムを終えています。", "値は return で返してください。"),
        "RecursionError": (
            "関数が自分自身を呼びつづけて、深くなりすぎました。",
            "再帰を終える条件を確かめてください。",
        ),
        "MemoryError": ("メモリが足りなくなりました。", "大きすぎる Tensor を作っていないか見直してください。"),
        "TooLong": (
            "解答セルが長すぎます。100 万文字までです。",
            "貼り付けたデータなどを消して、関数だけを残してください。",
        ),
        "ChildDied": (
            "解答を動かしたプロセスが途中で終わりました。",
            "os._exit などの、プロセスを終える命令を消してください。",
        ),
        "BadReply": (
            "解答の結果を読み取れませんでした。",
            "関数の値を、説明にある型で return してください。",
        ),
    }
    # The name of a learner's own class could spell out a hidden input.
    word = kind if reveal or hasattr(builtins, kind) else "例外"
    detail = f"{word}: {message}" if message else f"{word} が起きました。"
    return fixed.get(kind, (detail, "メッセージと行の番号を手がかりに直してください。"))


def call_text(exercise: Exercise, case: Case) -> str:
    """The call of a case with its arguments' names, tensors as their shape."""
    names = inspect.signature(exercise.solution).parameters
    pairs = zip(names, case.arguments, strict=True)
    return f"{exercise.name}({', '.join(f'{n}={_short(v)}' for n, v in pairs)})"


def _short(value: object) -> str:
    if isinstance(value, torch.Tensor):
        return f"Tensor{list(value.shape)}"
    if isinstance(value, list) and _holds_tensors(value):
        return f"[{', '.join(map(_short, value))}]"
    return show(value, 80)


def _holds_tensors(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_holds_tensors, value))
    return isinstance(value, torch.Tensor)
