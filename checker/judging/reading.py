"""What an answer's own text shows without a comparison: facts that no right answer has."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checker.exercise import Exercise
from checker.judging.mutants import bare

CARET = (
    "答えの中に ^ があります。Python の ^ はべき乗ではなく、ビットごとの排他的論理和です。"
    "べき乗は ** と書きます。"
)
RESULTS = set(
    "abs sqrt square pow exp log log2 clamp clip round floor ceil trunc sign sum mean max min prod "
    "softmax log_softmax relu where float double half long int bool to item clone detach transpose "
    "reshape view flatten squeeze unsqueeze cat stack sorted astype copy tolist".split()
)  # calls that are of use by their value alone
UNKNOWN = {"locals", "globals", "vars", "eval", "exec"}  # by these a text reads what it doesn't name


def caret(tree: ast.AST) -> tuple[str, str] | None:
    """(key, sentence): a power written with ^. No right answer has a number there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            sides = [
                side.value for side in (node.left, node.right) if isinstance(side, ast.Constant)
            ]
            if any(type(value) in (int, float) and value > 1 for value in sides):
                return "caret", CARET
    return None


def oversight(exercise: Exercise, function: ast.FunctionDef) -> tuple[str, str] | None:
    """(key, sentence): the first thing in the answer's function that has no effect or ends it early."""
    if UNKNOWN & {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}:
        return None
    found = (*_dropped(function), *_returns(function), *_unread(function))
    return next(iter((*found, *_unused(exercise, function))), None)


def definition(tree: ast.AST, name: str) -> ast.FunctionDef | None:
    """The last definition of a function, if it is a plain one."""
    functions = [n for n in getattr(tree, "body", []) if isinstance(n, ast.FunctionDef)]
    return next((f for f in reversed(functions) if f.name == name), None)


def _dropped(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """A result that goes nowhere: `w.clamp(0, 1)` for `w = w.clamp(0, 1)`."""
    for node in ast.walk(function):
        match node:
            case ast.Expr(ast.BinOp() | ast.Compare() as value):
                word = "比べただけの式" if isinstance(value, ast.Compare) else "計算の結果"
            case ast.Expr(ast.Call(ast.Attribute(attr=name) | ast.Name(id=name))) if name in RESULTS:
                word = "計算の結果"
            case _:
                continue
        yield (
            "dropped",
            f"解答セルの {node.lineno} 行目の{word}が、どこにも残りません。"
            "変数に代入するか、return してください。",
        )


def _returns(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """A loop that returns in its first round."""
    for node in ast.walk(function):
        if isinstance(node, (ast.For, ast.While)):
            skips = any(isinstance(n, (ast.Continue, ast.Break)) for n in ast.walk(node))
            if isinstance(node.body[-1], ast.Return) and not skips:
                yield (
                    "first round",
                    f"解答セルの {node.body[-1].lineno} 行目の return が、繰り返しの中にあります。"
                    "1 回目で関数が終わるので、return の字下げを for と同じ深さにしてください。",
                )


def _unread(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """A variable that is given a value and never read."""
    touched = {n.target.id for n in ast.walk(function)
               if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name)}  # fmt: skip
    read = touched | _read(function)
    for node in ast.walk(function):
        match node:
            case ast.Assign([ast.Name(name)]) if name not in read and not name.startswith("_"):
                yield (
                    "unread",
                    f"解答セルの {node.lineno} 行目で変数 {name} に代入した値が、"
                    "そのあとどこでも使われていません。",
                )


def _unused(exercise: Exercise, function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """An argument that every known right answer reads, and this one does not."""
    needed = None
    for text in exercise.right_texts():
        other = bare(text).body[-1]
        read = _read(ast.Module(other.body, []))
        places = {i for i, argument in enumerate(other.args.args) if argument.arg in read}
        needed = places if needed is None else needed & places
    read = _read(ast.Module(function.body, []))
    for i, argument in enumerate(function.args.args):
        if i in needed and argument.arg not in read:
            yield "unused", f"引数 {argument.arg} が、どこにも使われていません。"


def _read(tree: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
