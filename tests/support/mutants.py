"""Small mistakes put into a function's text, one at a time."""

import ast
import difflib
from collections.abc import Iterator

MODULES = {"torch", "F", "nn", "np", "math"}
OPERATORS = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div, ast.Add],
    ast.Div: [ast.Mult, ast.FloorDiv],
    ast.FloorDiv: [ast.Div, ast.Mult],
    ast.Mod: [ast.FloorDiv],
    ast.Pow: [ast.Mult],
    ast.MatMult: [ast.Mult],
    ast.BitAnd: [ast.BitOr, ast.BitXor],
    ast.BitOr: [ast.BitAnd, ast.BitXor],
    ast.BitXor: [ast.BitOr],
    ast.LShift: [ast.RShift],
    ast.RShift: [ast.LShift],
}
COMPARISONS = {
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
PAIRS = [("any", "all"), ("max", "min"), ("floor", "ceil"), ("zeros", "ones"), ("sum", "mean")]
NAMES = dict(PAIRS) | {b: a for a, b in PAIRS}


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """(what changed, text of the mutant) for every small mistake in a function's body.

    The docstring and the validation are left out first: illegal values aren't judged.
    """
    tree = ast.parse(source)
    function = tree.body[0]
    if ast.get_docstring(function):
        del function.body[0]
    _drop_validation(function)
    original = ast.unparse(tree)
    for holder, field, value in list(_places(function.body)):
        for other in _alternatives(value):
            setattr(holder, field, other)
            text = ast.unparse(tree)
            setattr(holder, field, value)
            if text != original:
                yield _change(original, text), text
    for statements in list(_blocks(function)):
        for i, statement in enumerate(statements):
            statements[i] = ast.Pass()
            text = ast.unparse(tree)
            statements[i] = statement
            yield _change(original, text), text


def _places(nodes: list[ast.AST]) -> Iterator[tuple[object, str, object]]:
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
    checks = [s for s in function.body if isinstance(s, ast.If) and isinstance(s.body[-1], ast.Raise)]
    function.body = [s for s in function.body if s not in checks]
    if isinstance(function.body[-1], ast.Raise):
        function.body.pop()
    read = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and type(n.ctx) is ast.Load}
    function.body = [
        s for s in function.body if not (isinstance(s, ast.Assign) and _names(s).isdisjoint(read))
    ]


def _names(assignment: ast.Assign) -> set[str]:
    """The names that an assignment gives a value, those of a tuple too."""
    parts = (part for target in assignment.targets for part in ast.walk(target))
    return {part.id for part in parts if isinstance(part, ast.Name)}


def _alternatives(value: object) -> Iterator[object]:
    """What may stand in place of a field's value."""
    if isinstance(value, list):  # arguments, operands, elements: another one, or two swapped
        for i, element in enumerate(value):
            if isinstance(element, ast.expr):
                for other in _alternatives(element):
                    yield [*value[:i], other, *value[i + 1 :]]
                yield [*value[:i], *value[i : i + 2][::-1], *value[i + 2 :]]
        return
    match value:
        case ast.BinOp(left, operator, right):
            yield from (ast.BinOp(left, other(), right) for other in OPERATORS[type(operator)])
            yield from (left, right)
        case ast.Compare(left, operators, rest):
            for i, operator in enumerate(operators):
                for other in COMPARISONS[type(operator)]:
                    yield ast.Compare(left, [*operators[:i], other(), *operators[i + 1 :]], rest)
        case ast.BoolOp(operator, parts):
            yield ast.BoolOp(ast.And() if isinstance(operator, ast.Or) else ast.Or(), parts)
            for i in range(len(parts)):
                kept = parts[:i] + parts[i + 1 :]
                yield kept[0] if len(kept) == 1 else ast.BoolOp(operator, kept)
        case ast.UnaryOp(_, operand):
            yield operand
        case ast.IfExp(_, body, other):
            yield from (body, other)
        case ast.Constant(bool(truth)):
            yield ast.Constant(not truth)
        case ast.Constant(int(number) | float(number)):
            for other in {0, 1, number + 1, number - 1, 2 * number, -number} - {number}:
                sign = ast.Constant(abs(other))
                yield sign if other >= 0 else ast.UnaryOp(ast.USub(), sign)
        case ast.Subscript(whole, _):
            yield whole
        case ast.Slice(lower, upper, step):
            yield from (ast.Slice(None, upper, step), ast.Slice(lower, None, step))
        case ast.Call(function, arguments, keywords):
            for i in range(len(keywords)):
                yield ast.Call(function, arguments, keywords[:i] + keywords[i + 1 :])
            match function:
                case ast.Attribute(ast.Name(name), _) if name in MODULES:
                    yield from arguments[:1]
                case ast.Attribute(chained, _):
                    yield chained
                case _:
                    yield from arguments[:1]
            yield from (ast.Call(f, arguments, keywords) for f in _renamed(function))
        case ast.GeneratorExp(element, loops) | ast.ListComp(element, loops):
            for i, loop in enumerate(loops):
                if loop.ifs:
                    free = ast.comprehension(loop.target, loop.iter, [], loop.is_async)
                    yield type(value)(element, [*loops[:i], free, *loops[i + 1 :]])


def _renamed(function: ast.expr) -> Iterator[ast.expr]:
    match function:
        case ast.Name(name) if name in NAMES:
            yield ast.Name(NAMES[name])
        case ast.Attribute(value, name) if name in NAMES:
            yield ast.Attribute(value, NAMES[name])


def _change(original: str, text: str) -> str:
    """The changed lines, as `- old` and `+ new`."""
    lines = difflib.ndiff(original.splitlines(), text.splitlines())
    return "\n".join(f"{line[0]} {line[2:].strip()}" for line in lines if line[0] in "+-")
