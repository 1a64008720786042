"""More slips, which the tests do not demand to be rejected: many of them change nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from checker.judging.kinds import REDUCTIONS
from checker.judging.replacements import Slip, called, name_of

LOSSES = ("cross_entropy", "kl_div", "mse_loss", "nll_loss")
LOGARITHMS = {"log", "log2", "log10"}


def additions(tree: ast.Module) -> Iterator[str]:
    """As `slips`: results rounded or sent through a type of lower precision, steps in another order,
    arguments left out.

    Many of these change nothing (a whole number rounded), so that no case has to reject them.
    """
    for node in list(ast.walk(tree.body[-1])):
        if isinstance(node, (ast.Return, ast.Assign)) and node.value:
            yield from _replaced(node, "value", _coarser(node.value))
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                yield from _replaced(node, field, _reordered(value))
                yield from _replaced(node, field, _called_otherwise(value))
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            for field in ("left", "right"):
                yield from _replaced(node, field, _scaled(getattr(node, field)))


def _replaced(node: ast.AST, field: str, slips_: Iterator[Slip]) -> Iterator[str]:
    """Each of these in place of a field, one after the other."""
    value = getattr(node, field)
    for kind, other in slips_:
        setattr(node, field, ast.copy_location(other, value))
        ast.fix_missing_locations(node)
        yield kind
    setattr(node, field, value)


def _reordered(value: ast.expr) -> Iterator[Slip]:
    """What forgotten or added parentheses make of it, or two steps that changed places."""
    match value:
        case ast.BinOp(left, ast.Add() | ast.Sub(), ast.BinOp(inner, ast.Mult() | ast.Div(), last)):
            # a - b * c → (a - b) * c
            yield "precedence", ast.BinOp(ast.BinOp(left, value.op, inner), value.right.op, last)
    match value:
        case ast.BinOp(ast.BinOp(first, ast.Mult(), inner), ast.Add() | ast.Sub(), right):
            # a * b + c → a * (b + c)
            yield "precedence", ast.BinOp(first, ast.Mult(), ast.BinOp(inner, value.op, right))
        case ast.Call(ast.Attribute(ast.Call(ast.Attribute(whole)) as inner)):
            # x.f().g() → x.g().f()
            yield "steps", _method(_method(whole, value), inner)
        case ast.Call(ast.Attribute(ast.BinOp(base, ast.Pow(), power))):
            # (x**2).sum() → x.sum()**2
            yield "steps", ast.BinOp(_method(base, value), ast.Pow(), power)


def _called_otherwise(value: ast.expr) -> Iterator[Slip]:
    """A function of another base, a loss that is summed, an axis where none belongs, a last argument
    left out; and a number upside down."""
    match value:
        case ast.Constant(float(number)) if number:
            yield "constant", ast.Constant(1 / number)
        case ast.Call(function, arguments, keywords):
            name = name_of(function)
            for other in sorted(LOGARITHMS - {name}) if name in LOGARITHMS else ():
                yield "function", ast.Call(called(function, other), arguments, keywords)
            if name in LOSSES:
                others = [k for k in keywords if k.arg != "reduction"]
                summed = ast.keyword("reduction", ast.Constant("sum"))
                yield "sum mean", ast.Call(function, arguments, [*others, summed])
            if name in REDUCTIONS and isinstance(function, ast.Attribute) and not arguments:
                if all(k.arg != "dim" for k in keywords):
                    axis = ast.keyword("dim", ast.Constant(0))
                    yield "dim", ast.Call(function, [], [*keywords, axis])
            if len(arguments) > 1:
                yield "keyword", ast.Call(function, arguments[:-1], keywords)


def _scaled(value: ast.expr) -> Iterator[Slip]:
    """A term of a sum twice, or half of it."""
    if not isinstance(value, ast.Constant):
        yield "extra", ast.BinOp(ast.Constant(2), ast.Mult(), value)
        yield "extra", ast.BinOp(value, ast.Div(), ast.Constant(2))


def _method(whole: ast.expr, call: ast.Call) -> ast.Call:
    """The same method of another object."""
    return ast.Call(ast.Attribute(whole, call.func.attr, ast.Load()), call.args, call.keywords)


def _coarser(value: ast.expr) -> Iterator[Slip]:
    for method in ("float", "half"):
        yield "precision", ast.Call(ast.Attribute(value, method, ast.Load()), [], [])
    yield "rounding", ast.Call(ast.Name("int", ast.Load()), [value], [])
    for digits in ([], [ast.Constant(1)], [ast.Constant(2)]):
        yield "rounding", ast.Call(ast.Name("round", ast.Load()), [value, *digits], [])
