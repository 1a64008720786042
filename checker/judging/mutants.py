"""Small slips put into a function's text, one at a time, each with the kind of slip it is.

The tests demand that every exercise's cases reject them; the judge explains answers by them.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from checker.judging.replacements import replacements

POWERS = (ast.Pow, ast.LShift)
MAKES_POWERS = ("operator", "order", "precedence", "term", "name")  # kinds that change an exponent


@dataclass(frozen=True)
class Mutant:
    """A function's text with one slip in it."""

    kind: str
    change: str  # the changed lines, as `- old` and `+ new`
    text: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every small slip in a function's body, as a text."""
    tree = bare(source)
    original = ast.unparse(tree)
    for kind in slips(tree):
        text = ast.unparse(tree)
        if text != original:
            yield Mutant(kind, _change(original, text), text)


def bare(source: str) -> ast.Module:
    """The tree of a function without docstring and validation: illegal values aren't judged."""
    tree = ast.parse(source)
    strip(tree.body[-1])
    return ast.fix_missing_locations(tree)


def strip(function: ast.FunctionDef) -> ast.FunctionDef:
    """Take docstring and validation out of a function, in place."""
    if ast.get_docstring(function):
        del function.body[0]
    _drop_validation(function)
    function.body = function.body or [ast.Pass()]
    return function


def slips(tree: ast.Module, within: set[str] | None = None) -> Iterator[str]:
    """Puts one slip after the other into the last function of `tree`, in place, and says its kind.

    What the tree holds is right until the next one is asked for; at the end it is as it was. With
    `within` (dumps of trees) only those of them change that stand in there.
    """
    function = tree.body[-1]
    for holder, field, value in list(_places(function.body)):
        if within is not None and not _stands_in(within, value):
            continue
        for kind, other in replacements(holder, field, value):
            setattr(holder, field, other)
            if isinstance(value, ast.AST) and isinstance(other, ast.AST):
                _place_at(other, value)
            elif isinstance(other, list):
                _place_at(ast.Module(other, []), holder)
            yield kind
            setattr(holder, field, value)
    for statements in list(_blocks(function)):
        for i, statement in enumerate(statements):
            if within is not None and not _stands_in(within, statement):
                continue
            statements[i] = ast.copy_location(ast.Pass(), statement)
            yield "statement"
            if isinstance(statement, ast.AugAssign):
                overwritten = ast.Assign([statement.target], statement.value)
                statements[i] = ast.copy_location(overwritten, statement)
                yield "overwriting"
            statements[i] = statement
    if within is not None:
        return
    if not has_powers(function):
        yield from _other_names(function)
    yield from _early_ends(function)


def _stands_in(within: set[str], value: object) -> bool:
    """Whether a node, or each of a list, is one of these trees."""
    nodes = value if isinstance(value, list) else [value]
    return all(isinstance(node, ast.AST) and ast.dump(node) in within for node in nodes)


def has_powers(tree: ast.AST) -> bool:
    """Whether an exponent is a variable: with another one the number could take minutes to compute,
    and no limit on lines stops that."""
    powers = (n for n in ast.walk(tree) if isinstance(n, ast.BinOp) and isinstance(n.op, POWERS))
    return any(isinstance(part, ast.Name) for power in powers for part in ast.walk(power.right))


def _other_names(function: ast.FunctionDef) -> Iterator[str]:
    """Another variable or argument of the function in place of one."""
    nodes = [node for statement in function.body for node in ast.walk(statement)]
    read = [n for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    made = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    known = sorted(made | {argument.arg for argument in function.args.args})
    for node in read:
        if node.id in known:
            before = node.id
            for other in known:
                if other != before:
                    node.id = other
                    yield "name"
            node.id = before


def _place_at(node: ast.AST, old: ast.AST) -> None:
    """Give new nodes a line, without which nothing can be compiled."""
    if hasattr(old, "lineno") and not hasattr(node, "lineno"):
        ast.copy_location(node, old)
    ast.fix_missing_locations(node)


def _early_ends(function: ast.FunctionDef) -> Iterator[str]:
    """Ends that come too early: what an assignment made is returned, or the last return too soon."""
    body = function.body
    for i, statement in enumerate(body[:-1]):
        if isinstance(statement, ast.Assign):
            for name in sorted(_names(statement)):
                function.body = [*body[: i + 1], _return(ast.Name(name, ast.Load()), statement)]
                yield "quantity"
        if isinstance(statement, (ast.For, ast.While)) and isinstance(body[-1], ast.Return):
            inside = statement.body
            statement.body = [*inside, body[-1]]
            yield "early return"
            statement.body = inside
    function.body = body
    if isinstance(body[-1], ast.Return) and body[-1].value:
        whole = body[-1].value
        for part in list(ast.walk(whole)):
            if isinstance(part, ast.expr) and part is not whole and _is_a_quantity(part):
                function.body = [*body[:-1], _return(part, body[-1])]
                yield "quantity"
        function.body = body


def _is_a_quantity(part: ast.expr) -> bool:
    """Whether an expression can be a value by itself: no function, module, operator or constant."""
    return isinstance(part, (ast.BinOp, ast.UnaryOp, ast.Call, ast.Subscript, ast.Compare))


def _return(value: ast.expr, place: ast.stmt) -> ast.Return:
    statement = ast.copy_location(ast.Return(value), place)
    ast.fix_missing_locations(statement)
    return statement


def _places(nodes: list[ast.AST]) -> Iterator[tuple[ast.AST, str, object]]:
    """Every field that may change: (node, name of the field, its value)."""
    for node in nodes:
        for field, value in ast.iter_fields(node):
            if field == "annotation":
                continue
            yield node, field, value
            children = value if isinstance(value, list) else [value]
            yield from _places([child for child in children if isinstance(child, ast.AST)])


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for child in ast.walk(node):
        for field in ("body", "orelse"):
            statements = getattr(child, field, None)
            if isinstance(statements, list):
                yield statements


def _drop_validation(function: ast.FunctionDef) -> None:
    """Remove every `if` that ends by raising, the variables that only it reads, and a last raise."""
    checks = [
        s for s in function.body if isinstance(s, ast.If) and isinstance(s.body[-1], ast.Raise)
    ]
    function.body = [s for s in function.body if s not in checks]
    if function.body and isinstance(function.body[-1], ast.Raise):
        function.body.pop()
    read = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and type(n.ctx) is ast.Load}
    function.body = [
        s for s in function.body if not (isinstance(s, ast.Assign) and _names(s).isdisjoint(read))
    ]


def _names(assignment: ast.Assign) -> set[str]:
    """The names that an assignment gives a value, those of a tuple too."""
    parts = (part for target in assignment.targets for part in ast.walk(target))
    return {p.id for p in parts if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Store)}


def _change(original: str, text: str) -> str:
    """The changed lines, as `- old` and `+ new`."""
    lines = difflib.ndiff(original.splitlines(), text.splitlines())
    return "\n".join(f"{line[0]} {line[2:].strip()}" for line in lines if line[0] in "+-")
