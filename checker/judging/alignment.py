"""Two function texts side by side: which parts belong together, and where they differ."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

MOST = 2  # places that a sentence lists
MORE = 6  # nodes that a second place counts for
NEAR = 6  # nodes in places that are as small as they can be
LARGEST = 500  # nodes in a text
LONGEST = 60  # characters that are quoted
SIZES = {"sign": 1, "own": 1, "more": 3, "less": 3}  # of each side, whatever stands in it
TOLD = {"sign": "の記号", "more": "に余分な計算があること", "less": "に計算が 1 つ足りないこと"}
UNCOMPARED = ("annotation", "returns", "type_comment", "type_params", "ctx", "kind")
CHAINS = (ast.Add, ast.Mult)
TURNED = {ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.LtE, ast.LtE: ast.GtE,
          ast.Eq: ast.Eq, ast.NotEq: ast.NotEq}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """What stands in the learner's text, and what in the right one; of one of them maybe nothing."""

    mine: ast.AST | None
    theirs: ast.AST | None
    line: int
    kind: str = "whole"  # or what tells them apart, a key of TOLD

    @property
    def size(self) -> int:
        return sum(SIZES.get(self.kind) or nodes_in(side) for side in (self.mine, self.theirs) if side)

    @property
    def spans(self) -> str:
        """The lines where there are several: a variable's value is written where it is read."""
        nodes = ast.walk(self.mine) if self.mine and self.kind == "whole" else ()
        lines = {node.lineno for node in nodes if hasattr(node, "lineno")}
        return f"{min(lines)}～{max(lines)} 行目" if len(lines) > 1 else ""

    @property
    def told(self) -> str:
        if self.mine is None:
            return f"{self.line} 行目のあたりに 1 文足りないこと"
        if self.spans:
            return self.spans
        variable = getattr(self.mine, "read_as", None) if self.kind in ("more", "less") else None
        line, quoted = variable or (self.line, getattr(self.mine, "quoted", "").partition("\n")[0])
        short = quoted if len(quoted) <= LONGEST else f"{quoted[:LONGEST]}…"
        what = "が余分なこと" if self.theirs is None else TOLD.get(self.kind, "")
        return f"{line} 行目{f'の『{short}』' if short else ''}{what}"


def places_between(mine: ast.FunctionDef, theirs: ast.FunctionDef) -> list[Place]:
    """The places in which two functions differ."""
    arguments = [[argument.arg for argument in f.args.args] for f in (mine, theirs)]
    comparison = Comparison(dict(zip(*arguments, strict=False)), _locals(mine), _locals(theirs))
    return comparison.blocks(mine.body, theirs.body, mine.lineno)


@dataclass
class Comparison:
    """Finds the places, and on the way which local variable stands for which one."""

    names: dict[str, str]
    mine: frozenset[str]
    theirs: frozenset[str]

    def matches(self, mine: str, theirs: str) -> bool:
        """Whether two names mean the same; a variable that has no partner yet gets one."""
        if mine not in self.mine or theirs not in self.theirs:
            return mine == theirs and mine not in self.mine and theirs not in self.theirs
        if mine not in self.names and theirs not in self.names.values():
            self.names[mine] = theirs
        return self.names.get(mine) == theirs

    def equal(self, mine: object, theirs: object) -> bool:
        """Whether two parts are the same to the letter, but for names. Only then do their names
        stay partners."""
        before = dict(self.names)
        if self.same(mine, theirs):
            return True
        self.names = before
        return False

    def same(self, mine: object, theirs: object) -> bool:
        if isinstance(mine, list) and isinstance(theirs, list):
            return len(mine) == len(theirs) and all(map(self.same, mine, theirs))
        if type(mine) is not type(theirs) or not isinstance(mine, ast.AST):
            return type(mine) is type(theirs) and mine == theirs
        match mine:
            case ast.Name(name) | ast.arg(name):
                return self.matches(name, theirs.id if isinstance(theirs, ast.Name) else theirs.arg)
            case ast.FunctionDef(name) if not self.matches(name, theirs.name):
                return False
        return all(self.same(getattr(mine, name), getattr(theirs, name)) for name in _fields_of(mine))

    def blocks(self, mine: list[ast.stmt], theirs: list[ast.stmt], line: int) -> list[Place]:
        """Equal statements at the beginning belong together; then one may be too many, or missing."""
        while mine and theirs and self.equal(mine[0], theirs[0]):
            line, mine, theirs = mine[0].lineno, mine[1:], theirs[1:]
        if len(mine) == len(theirs):
            pairs = zip(mine, theirs, strict=True)
            return [place for pair in pairs for place in self.nodes(*pair, line)]
        if len(mine) == len(theirs) + 1 and self.blocks_equal(mine[1:], theirs):
            return [Place(mine[0], None, mine[0].lineno)]
        if len(mine) + 1 == len(theirs) and self.blocks_equal(mine, theirs[1:]):
            return [Place(None, theirs[0], mine[0].lineno if mine else line)]
        whole = [Place(statement, None, statement.lineno) for statement in mine]
        return whole + [Place(None, statement, line) for statement in theirs]

    def blocks_equal(self, mine: list[ast.stmt], theirs: list[ast.stmt]) -> bool:
        return all(self.equal(*pair) for pair in zip(mine, theirs, strict=True))

    def nodes(self, mine: ast.AST, theirs: ast.AST, line: int) -> list[Place]:
        """The smallest places in which two trees differ."""
        line = getattr(mine, "lineno", line)
        found = self.places(mine, theirs, line)
        if extent(found) > NEAR and isinstance(mine, ast.expr):
            # One may be the other with a call, a sign or a method around it.
            if any(self.equal(mine, part) for part in _inner(theirs)):
                return [Place(mine, theirs, line, "less")]
            if any(self.equal(part, theirs) for part in _inner(mine)):
                return [Place(mine, theirs, line, "more")]
        return found

    def places(self, mine: ast.AST, theirs: ast.AST, line: int) -> list[Place]:
        whole = [Place(mine, theirs, line)]
        if type(mine) is not type(theirs):
            return whole
        if isinstance(mine, ast.Name):
            return [] if self.matches(mine.id, theirs.id) else whole
        if isinstance(mine, ast.arg):
            return [] if self.matches(mine.arg, theirs.arg) else whole
        if isinstance(mine, ast.FunctionDef) and not self.matches(mine.name, theirs.name):
            return whole
        if isinstance(mine, ast.BinOp) and type(mine.op) is type(theirs.op) and type(mine.op) in CHAINS:
            return self.chains(mine, theirs, line)
        before, found = dict(self.names), self.fields(mine, theirs, line)
        turned = _turned(mine) if found else None
        if turned:
            after, self.names = self.names, before
            swapped = self.fields(turned, theirs, line)
            if extent(swapped) < extent(found):
                return swapped
            self.names = after
        return found

    def chains(self, mine: ast.BinOp, theirs: ast.BinOp, line: int) -> list[Place]:
        """In two sums or products, whatever the order of what they are made of."""
        left = list(_chain(theirs, type(mine.op)))
        extra = []
        for part in _chain(mine, type(mine.op)):
            partner = next((other for other in left if self.equal(part, other)), None)
            if partner is None:
                extra.append(part)
            else:
                left.remove(partner)
        if len(extra) == len(left):
            return [place for pair in zip(extra, left, strict=True) for place in self.nodes(*pair, line)]
        if len(extra) + len(left) == 1:
            return [Place(extra[0], None, line) if extra else Place(mine, theirs, line, "less")]
        return [Place(mine, theirs, line)]

    def fields(self, mine: ast.AST, theirs: ast.AST, line: int) -> list[Place]:
        """In the fields of two nodes of one type: the whole nodes where they cannot be paired."""
        names = _fields_of(mine)
        pairs = [(getattr(mine, name), getattr(theirs, name)) for name in names]
        unlike = [pair for pair in pairs if _unlike(*pair)]
        if any(_count(one) != _count(other) for one, other in unlike):
            return [Place(mine, theirs, line)]
        found: list[Place] = []
        for name, (one, other) in zip(names, pairs, strict=True):
            if (one, other) in unlike:
                continue
            if name in ("body", "orelse") and isinstance(one, list):
                found += self.blocks(one, other, line)
            elif isinstance(one, list):
                found += [p for pair in zip(one, other, strict=True) for p in self.nodes(*pair, line)]
            elif isinstance(one, ast.AST):
                found += self.nodes(one, other, line)
        if not unlike:
            if isinstance(mine, ast.BinOp) and [p.mine for p in found] == [mine.left, mine.right]:
                swapped = self.equal(mine.left, theirs.right) and self.equal(mine.right, theirs.left)
                return [Place(mine, theirs, line, "own" if swapped else "whole")]
            another = len(found) > 1 and found[0].mine is getattr(mine, "func", None)
            return [Place(mine, theirs, line)] if another else found
        kind = "own" if _signs(mine) == _signs(theirs) else "sign"
        apart = [Place(mine, theirs, line, kind), *found]
        return apart if len(apart) <= MOST else [Place(mine, theirs, line)]


def _fields_of(node: ast.AST) -> list[str]:
    """The fields in which two nodes are compared."""
    names = [name for name in node._fields if name not in UNCOMPARED]
    if isinstance(node, ast.FunctionDef):
        names.remove("name")
    if isinstance(node, ast.expr) and "generators" in names:
        names.reverse()  # what they name is met first
    return names


def _chain(node: ast.expr, sign: type) -> Iterator[ast.expr]:
    """The terms of a sum, or the factors of a product."""
    if isinstance(node, ast.BinOp) and type(node.op) is sign:
        yield from _chain(node.left, sign)
        yield from _chain(node.right, sign)
    else:
        yield node


def _inner(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions right inside of one, and those inside of them: `x` of `x.abs()`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child
            yield from (inner for inner in ast.iter_child_nodes(child) if isinstance(inner, ast.expr))


def _turned(node: ast.AST) -> ast.Compare | None:
    """A comparison with its two sides exchanged."""
    match node:
        case ast.Compare(left, [sign], [right]) if type(sign) in TURNED:
            turned = ast.Compare(right, [TURNED[type(sign)]()], [left])
            turned.quoted = getattr(node, "quoted", "")
            return ast.copy_location(turned, node)
    return None


def extent(places: list[Place]) -> int:
    """How much of two texts lies in the places between them; where these are too many, all of it."""
    said = sum(place.size for place in places) + MORE * (len(places) - 1)
    return said if 0 < len(places) <= MOST else len(places) * LARGEST


def nodes_in(node: ast.AST) -> int:
    return sum(1 for _ in ast.walk(node))


def _signs(node: ast.AST | None) -> list[type]:
    """The signs of a sum, a comparison and the like."""
    return [type(sign) for sign in getattr(node, "ops", [getattr(node, "op", None)])]


def _count(field: object) -> int:
    """How many parts a field has: 0 where it is a name, a number or nothing."""
    return len(field) if isinstance(field, list) else isinstance(field, ast.AST)


def _unlike(one: object, other: object) -> bool:
    """Whether a field tells that the whole node differs: an operator, a name, a number, a length."""
    if isinstance(one, list) and isinstance(other, list):
        if any(isinstance(element, ast.stmt) for element in (*one, *other)):
            return False
        return len(one) != len(other) or any(map(_unlike, one, other))
    if isinstance(one, (ast.operator, ast.unaryop, ast.boolop, ast.cmpop)):
        return type(one) is not type(other)
    if isinstance(one, ast.AST):
        return not isinstance(other, ast.AST)
    return type(one) is not type(other) or one != other


def _locals(function: ast.FunctionDef) -> frozenset[str]:
    nodes = list(ast.walk(function))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    functions = {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
    return frozenset(stored | functions | {n.arg for n in nodes if isinstance(n, ast.arg)})
