"""What may stand in place of a part of a function's text: one small slip each."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checker.judging.kinds import REDUCTIONS

ROUNDINGS = ("round", "int", "floor", "ceil", "trunc")
MODULES = {"torch", "F", "nn", "np", "math"}
OPERATORS = {
    ast.Add: [ast.Sub, ast.Mult],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div, ast.Add, ast.Sub, ast.Pow],
    ast.Div: [ast.Mult, ast.FloorDiv, ast.Sub],
    ast.FloorDiv: [ast.Div, ast.Mult],
    ast.Mod: [ast.FloorDiv],
    ast.Pow: [ast.Mult, ast.BitXor],
    ast.MatMult: [ast.Mult],
    ast.BitAnd: [ast.BitOr, ast.BitXor],
    ast.BitOr: [ast.BitAnd, ast.BitXor],
    ast.BitXor: [ast.BitOr],
    ast.LShift: [ast.RShift],
    ast.RShift: [ast.LShift],
}
COMPARISONS = {
    ast.Lt: [ast.LtE, ast.GtE, ast.Gt],
    ast.LtE: [ast.Lt, ast.Gt, ast.GtE],
    ast.Gt: [ast.GtE, ast.LtE, ast.Lt],
    ast.GtE: [ast.Gt, ast.Lt, ast.LtE],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
BOUNDARIES = {frozenset({ast.Lt, ast.LtE}), frozenset({ast.Gt, ast.GtE})}
ALIKE = [("any", "all"), ("zeros", "ones"), ("softmax", "log_softmax"), ("argmin", "argmax")]
FUNCTIONS = dict(ALIKE) | {b: a for a, b in ALIKE} | {"zeros_like": "ones_like"}
Slip = tuple[str, object]  # its kind, and what stands in place of the right value


def replacements(holder: ast.AST, field: str, value: object) -> Iterator[Slip]:
    """What may stand in place of a field's value."""
    if isinstance(value, list):  # arguments, operands, elements: another one, or two swapped
        for i, element in enumerate(value):
            if isinstance(element, ast.expr):
                for kind, other in _of_one(element):
                    yield kind, [*value[:i], other, *value[i + 1 :]]
                if i + 1 < len(value):
                    yield "order", [*value[:i], *value[i : i + 2][::-1], *value[i + 2 :]]
        return
    in_dim = isinstance(holder, ast.keyword) and holder.arg in ("dim", "axis", "keepdim")
    for kind, other in _of_one(value):
        yield "dim" if in_dim and kind in ("constant", "sign") else kind, other


def _of_one(value: object) -> Iterator[Slip]:
    match value:
        case ast.BinOp(left, operator, right):
            for other in OPERATORS[type(operator)]:
                yield "operator", ast.BinOp(left, other(), right)
            yield "term", left
            yield "term", right
            if isinstance(operator, (ast.Sub, ast.Div, ast.Pow, ast.FloorDiv, ast.MatMult)):
                yield "order", ast.BinOp(right, operator, left)
            yield from _without_parentheses(value)
        case ast.Compare(left, operators, rest):
            for i, operator in enumerate(operators):
                for other in COMPARISONS[type(operator)]:
                    is_boundary = frozenset({type(operator), other}) in BOUNDARIES
                    replaced = ast.Compare(
                        left, [*operators[:i], other(), *operators[i + 1 :]], rest
                    )
                    yield "boundary" if is_boundary else "direction", replaced
        case ast.BoolOp(operator, parts):
            yield (
                "logic",
                ast.BoolOp(ast.And() if isinstance(operator, ast.Or) else ast.Or(), parts),
            )
            for i in range(len(parts)):
                kept = parts[:i] + parts[i + 1 :]
                yield "condition", kept[0] if len(kept) == 1 else ast.BoolOp(operator, kept)
        case ast.UnaryOp(_, operand):
            yield "sign", operand
        case ast.IfExp(_, body, other):
            yield "condition", body
            yield "condition", other
        case ast.Constant(bool(truth)):
            yield "constant", ast.Constant(not truth)
        case ast.Constant(int(number) | float(number)):
            if number:
                yield "sign", ast.UnaryOp(ast.USub(), ast.Constant(number))
            for other in {0, 1, number + 1, number - 1, 2 * number} - {number, -number}:
                sign = ast.Constant(abs(other))
                yield "constant", sign if other >= 0 else ast.UnaryOp(ast.USub(), sign)
        case ast.Subscript(whole, _, ast.Load()):
            yield "index", whole
        case ast.Slice(lower, upper, step):
            yield "index", ast.Slice(None, upper, step)
            yield "index", ast.Slice(lower, None, step)
        case ast.Call(function, arguments, keywords):
            for i, keyword in enumerate(keywords):
                kept = keywords[:i] + keywords[i + 1 :]
                kind = "no dim" if keyword.arg in ("dim", "axis") else "keyword"
                yield kind, ast.Call(function, arguments, kept)
            inner = _inside(function, arguments)
            if inner:
                name = name_of(function)
                yield "rounding" if name in ROUNDINGS else "call", inner
            for kind, other in _renamed(function):
                # The norm comes instead of a standard deviation, and knows no correction.
                kept = [k for k in keywords if k.arg != "correction" or name_of(other) != "norm"]
                yield kind, ast.Call(other, arguments, kept)
        case ast.GeneratorExp(element, loops) | ast.ListComp(element, loops):
            for i, loop in enumerate(loops):
                if loop.ifs:
                    free = ast.comprehension(loop.target, loop.iter, [], loop.is_async)
                    yield "condition", type(value)(element, [*loops[:i], free, *loops[i + 1 :]])


def _without_parentheses(product: ast.BinOp) -> Iterator[Slip]:
    """(a + b) * c read as a + b * c, a / (b * c) as a / b * c, and so on."""
    left, operator, right = product.left, product.op, product.right
    if not isinstance(operator, (ast.Mult, ast.Div, ast.Pow, ast.FloorDiv)):
        return
    associative = isinstance(operator, (ast.Mult, ast.Div))  # (a * b) / c is a * (b / c)
    if isinstance(left, ast.BinOp) and not (associative and isinstance(left.op, ast.Mult)):
        yield "precedence", ast.BinOp(left.left, left.op, ast.BinOp(left.right, operator, right))
    associative = isinstance(operator, ast.Mult)
    if isinstance(right, ast.BinOp) and not (
        associative and isinstance(right.op, (ast.Mult, ast.Div))
    ):
        yield "precedence", ast.BinOp(ast.BinOp(left, operator, right.left), right.op, right.right)


def _inside(function: ast.expr, arguments: list[ast.expr]) -> ast.expr | None:
    """What a call is made on: its object, or its first argument."""
    if isinstance(function, ast.Attribute):
        of_module = isinstance(function.value, ast.Name) and function.value.id in MODULES
        if not of_module:
            return function.value
    return next((a for a in arguments[:1] if not isinstance(a, ast.Starred)), None)


def name_of(function: ast.expr) -> str:
    match function:
        case ast.Name(name) | ast.Attribute(_, name):
            return name
    return ""


def _renamed(function: ast.expr) -> Iterator[Slip]:
    name = name_of(function)
    if name in FUNCTIONS:
        yield "function", called(function, FUNCTIONS[name])
    if name in REDUCTIONS:
        plain = isinstance(function, ast.Name)  # Python's own: there are three of them
        for other in ("sum", "max", "min") if plain else REDUCTIONS:
            if other != name:
                yield f"{name} {other}", called(function, other)
    if name == "round" and isinstance(function, ast.Name):
        for other in ("int", "math.floor", "math.ceil"):
            yield "rounding", ast.parse(other, mode="eval").body
    elif name in ROUNDINGS and isinstance(function, ast.Attribute):
        for other in ("round", "floor", "ceil", "trunc"):
            if other != name and not (_is_math(function) and other == "round"):
                yield "rounding", called(function, other)


def _is_math(function: ast.Attribute) -> bool:
    return isinstance(function.value, ast.Name) and function.value.id == "math"


def called(function: ast.expr, name: str) -> ast.expr:
    """The same function or method under another name."""
    if isinstance(function, ast.Name):
        return ast.Name(name, ast.Load())
    return ast.Attribute(function.value, name, ast.Load())
