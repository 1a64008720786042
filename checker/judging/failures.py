"""What an exception means for a learner, and what to do."""

from __future__ import annotations

import ast
import builtins
import difflib
import re

from checker.judging.english import meaning
from checker.judging.lookalikes import stray_character, what_it_is, what_to_type
from checker.running.inside.cell_text import Answer
from checker.running.inside.messages import Failure

LIMITS = {"work": "計算に使う時間で", "wait": "待つ時間も入れて"}
CLOSE = 0.75  # of the letters: bit and bits, flaot and float
PUBLIC_LIMITS = ("work 5", "work 10", "wait 30")  # in other numbers an answer could spell an input


def explain(answer: Answer, failure: Failure, reveal: bool = True) -> tuple[str, str]:
    """What an exception means for a learner, and what to do: two Japanese texts."""
    name, kind, message = answer.name, failure.kind, failure.message if reveal else ""
    note = f"（{message}）" if message else ""
    if kind in ("SyntaxError", "IndentationError", "TabError"):
        # It stands in the learner's own text, so it may be shown in hidden feedback too.
        if character := stray_character(answer):
            found = f"{what_it_is(character)}がプログラムに混じっています。"
            return found, what_to_type(character)
        return f"Python の文法に合いません{note}。", "括弧、コロン、字下げを確かめてください。"
    if kind == "NameError":
        found = re.search(r"'(\w+)'", message)
        missing = f"名前 {found[1]} " if found else "使われている名前"
        advice = "判定は解答セルだけを動かします。その名前の定義を、解答セルの中に移してください。"
        if found and (near := nearest_name(answer, found[1])):
            advice = f"{near} の打ち間違いではありませんか。そうでなければ: {advice}"
        return f"{missing}が解答セルの中にありません。", advice
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
        "CellMagic": (
            f"%% で始まるマジックが、関数 {name} を定義しないまま、解答セルを使っています。",
            "%% で始まる行を消して、解答セルをもう一度実行してください。",
        ),
        "Waits": (
            "関数の外にある await が終わらないため、その値を使えません。",
            "await で待つ値を使わずに、関数を書いてください。",
        ),
        "CourseImport": (
            "解答セルで lessons か checker を import しています。",
            "教材の実装を呼ばずに、自分で書いてください。",
        ),
        "TimeUp": (
            f"制限時間の中に終わりませんでした{_limit(failure.message, reveal)}。",
            "終わらないループがないか、繰り返す回数が多すぎないかを確かめてください。",
        ),
        "NoTimeLeft": (
            "この解答は動かしていません。前にある解答が、1 つのノートブックに使える時間を使い切りました。",
            "終わらない解答と、sleep などで待つ解答を直してから、もう一度提出してください。",
        ),
        "KeyboardInterrupt": (
            "実行が途中で止められました。",
            "終わらないループがないかを確かめてから、もう一度 check を実行してください。",
        ),
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
    advice = meaning(detail) or "メッセージと行の番号を手がかりに直してください。"
    return fixed.get(kind, (detail, advice))


def nearest_name(answer: Answer, missing: str) -> str:
    """The name that a learner may have meant: of those that the answer binds, or of Python's own."""
    bound = set(dir(builtins))
    for node in ast.walk(answer.tree) if not answer.huge else ():
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                bound.add(name)
    near = sorted(name for name in bound if abs(len(name) - len(missing)) <= 1)  # help is no helper
    return next(iter(difflib.get_close_matches(missing, near, 1, CLOSE)), "")


def _limit(message: str, reveal: bool) -> str:
    """Which limit it was: "work 5" is five seconds of a processor."""
    found = re.fullmatch(r"(work|wait) ([\d.]+)", message)
    if found and (reveal or message in PUBLIC_LIMITS):
        return f"（{LIMITS[found[1]]} {found[2]} 秒まで）"
    return ""
