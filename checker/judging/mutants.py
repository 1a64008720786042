"""Small slips put into a function's text, one at a time, each with the kind of slip it is.

The tests demand that every exercise's cases reject them; the judge explains answers by them.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# kind: when it happens, the likeliest first. An explanation is this and 「ときと、同じ結果です。」;
# none of them says where the slip is, or what stands there in the solution.
KINDS = {
    "boundary": "境目の値の扱い（≧ と ＞）が違う",
    "no dim": "次元の指定がない",
    "term": "式の項か因数が 1 つ抜けた",
    "statement": "文が 1 つ抜けた",
    "rounding": "丸め方（切り捨て、四捨五入、丸めなし）が違う",
    "sign": "符号か「ない」(not) が 1 つ逆の",
    "direction": "比べる向きが逆の",
    "call": "関数やメソッドの呼び出しが 1 つ抜けた",
    "condition": "条件か場合分けが 1 つ抜けた",
    "logic": "「かつ」と「または」を取り違えた",
    "keyword": "関数に渡す指定が 1 つ足りない",
    "dim": "次元の指定が違う",
    "function": "よく似た関数を取り違えた",
    "order": "引数や式の左右の順が逆の",
    "precedence": "計算の順（かっこの付け方）が違う",
    "steps": "2 つの処理の順（二乗と合計など）が逆の",
    "constant": "数を 1 つ書き違えた",
    "index": "添え字や範囲の指定が違う",
    "early return": "繰り返しの途中で return した",
    "quantity": "求める値の代わりに、計算の途中の値を返した",
    "name": "別の変数か引数を使った",
    "operator": "演算の記号（+ − × ÷ など）を 1 つ取り違えた",
    "precision": "途中で数値精度の低い型に直した",
    "extra": "式に余分な 2 倍か半分がある",
}
SAID = 3  # kinds that one sentence lists
REDUCTIONS = {
    "sum": "合計",
    "mean": "平均",
    "max": "最大",
    "min": "最小",
    "median": "中央値",
    "norm": "ノルム",
    "std": "標準偏差",
}
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
LOSSES = ("cross_entropy", "kl_div", "mse_loss", "nll_loss")
LOGARITHMS = {"log", "log2", "log10"}
POWERS = (ast.Pow, ast.LShift)
MAKES_POWERS = ("operator", "order", "precedence", "term", "name")  # kinds that change an exponent
BOUNDARIES = {frozenset({ast.Lt, ast.LtE}), frozenset({ast.Gt, ast.GtE})}
ALIKE = [("any", "all"), ("zeros", "ones"), ("softmax", "log_softmax"), ("argmin", "argmax")]
FUNCTIONS = dict(ALIKE) | {b: a for a, b in ALIKE} | {"zeros_like": "ones_like"}

Slip = tuple[str, object]  # its kind, and what stands in place of the right value


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
    function = tree.body[-1]
    if ast.get_docstring(function):
        del function.body[0]
    _drop_validation(function)
    function.body = function.body or [ast.Pass()]
    return ast.fix_missing_locations(tree)


def slips(tree: ast.Module, within: set[str] | None = None) -> Iterator[str]:
    """Puts one slip after the other into the last function of `tree`, in place, and says its kind.

    What the tree holds is right until the next one is asked for; at the end it is as it was. With
    `within` (dumps of trees) only those of them change that stand in there.
    """
    function = tree.body[-1]
    for holder, field, value in list(_places(function.body)):
        if within is not None and not _stands_in(within, value):
            continue
        for kind, other in _alternatives(holder, field, value):
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
            name = _name_of(function)
            for other in LOGARITHMS - {name} if name in LOGARITHMS else ():
                yield "function", ast.Call(_called(function, other), arguments, keywords)
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


def _alternatives(holder: ast.AST, field: str, value: object) -> Iterator[Slip]:
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
                name = _name_of(function)
                yield "rounding" if name in ROUNDINGS else "call", inner
            for kind, other in _renamed(function):
                yield kind, ast.Call(other, arguments, keywords)
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


def _name_of(function: ast.expr) -> str:
    match function:
        case ast.Name(name) | ast.Attribute(_, name):
            return name
    return ""


def _renamed(function: ast.expr) -> Iterator[Slip]:
    name = _name_of(function)
    if name in FUNCTIONS:
        yield "function", _called(function, FUNCTIONS[name])
    if name in REDUCTIONS:
        plain = isinstance(function, ast.Name)  # Python's own: there are three of them
        for other in ("sum", "max", "min") if plain else REDUCTIONS:
            if other != name:
                yield f"{name} {other}", _called(function, other)
    if name == "round" and isinstance(function, ast.Name):
        for other in ("int", "math.floor", "math.ceil"):
            yield "rounding", ast.parse(other, mode="eval").body
    elif name in ROUNDINGS and isinstance(function, ast.Attribute):
        for other in ("round", "floor", "ceil", "trunc"):
            if other != name and not (_is_math(function) and other == "round"):
                yield "rounding", _called(function, other)


def _is_math(function: ast.Attribute) -> bool:
    return isinstance(function.value, ast.Name) and function.value.id == "math"


def _called(function: ast.expr, name: str) -> ast.expr:
    """The same function or method under another name."""
    if isinstance(function, ast.Name):
        return ast.Name(name, ast.Load())
    return ast.Attribute(function.value, name, ast.Load())


def likelihood(kind: str) -> int:
    """Where a kind stands among the others; a reduction in place of another one is likely."""
    return list(KINDS).index(kind if kind in KINDS else "statement")


def sentence(kind: str) -> str:
    """A kind of slip as an explanation."""
    return alternatives([kind])


def alternatives(kinds: Iterable[str]) -> str:
    """Kinds of slips that all do the same, as one explanation: the likeliest three."""
    *others, last = [when(kind) for kind in kinds][:SAID]
    listed = f"{'、'.join(others)}、または{last}" if others else last
    return f"{listed}と、同じ結果です。"


def when(kind: str) -> str:
    """「…したとき」, of a kind of slip."""
    if kind in KINDS:
        return f"{KINDS[kind]}とき"
    one, other = (REDUCTIONS[name] for name in kind.split())
    return f"{one}と{other}を取り違えたとき"


def _change(original: str, text: str) -> str:
    """The changed lines, as `- old` and `+ new`."""
    lines = difflib.ndiff(original.splitlines(), text.splitlines())
    return "\n".join(f"{line[0]} {line[2:].strip()}" for line in lines if line[0] in "+-")
