"""Function texts in the form in which they are compared with one another."""

from __future__ import annotations

import ast
import copy
from collections import Counter


def forms(function: ast.FunctionDef) -> tuple[ast.FunctionDef, ast.FunctionDef]:
    """A function as it stands, and with its variables' values where they are read."""
    for node in ast.walk(function):
        if isinstance(node, (ast.expr, ast.stmt, ast.keyword)):
            node.quoted = ast.unparse(node)
    return normal(copy.deepcopy(function), inline=False), normal(function, inline=True)


def normal(function: ast.FunctionDef, inline: bool) -> ast.FunctionDef:
    """A function as it is compared: no else after a return, keywords in one order; with `inline` a
    variable that is read once, soon after it was made, is written where it is read."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            node.keywords.sort(key=lambda keyword: keyword.arg or "")
        for name in ("body", "orelse"):
            if isinstance(getattr(node, name, None), list):
                block = _without_else([s for s in getattr(node, name) if not isinstance(s, ast.Pass)])
                setattr(node, name, _inlined(function, block) if inline else block)
    return function


def _without_else(block: list[ast.stmt]) -> list[ast.stmt]:
    last = block[-1] if block else None
    if isinstance(last, ast.If) and last.orelse and isinstance(last.body[-1], ast.Return):
        after, last.orelse = last.orelse, []
        return [*block, *_without_else(after)]
    return block


def _inlined(function: ast.FunctionDef, block: list[ast.stmt]) -> list[ast.stmt]:
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    uses = Counter((node.id, isinstance(node.ctx, ast.Load)) for node in names)
    inline = Inline()
    for statement in block:
        if not isinstance(statement, (ast.For, ast.While, ast.FunctionDef)):
            inline.visit(statement)
        match statement:
            case ast.Assign([ast.Name(name)], value):
                if uses[name, True] == uses[name, False] == 1:
                    inline.values[name] = value
            case _:  # it may change what the values are made of
                inline.values = {}
    return [s for s in block if not (isinstance(s, ast.Assign) and s.value in inline.used)]


class Inline(ast.NodeTransformer):
    """Writes values where the variables that hold them are read."""

    def __init__(self):
        self.values: dict[str, ast.expr] = {}
        self.used: list[ast.expr] = []

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if not isinstance(node.ctx, ast.Load) or node.id not in self.values:
            return node
        value = self.values[node.id]
        value.read_as = node.lineno, node.id
        self.used.append(value)
        return value
