"""What an answer is compared with to be explained: known wrong answers and small slips, in order.

    named    a known wrong answer; then one of an exercise in `uses`, in place of that part
    slip     one small edit of the solution
    pair     two known wrong answers together
    input    the solution on other arguments: swapped, a part of them, one not used
    slip     one small edit of a part, of another right answer
    pair     a known wrong answer with one of a part, or with one small edit
    double   two small edits of the solution

A known wrong answer is edited only in what it shares with the solution: another edit may take the
mistake away that would then be named.

All of it is made from the exercise's own texts and runs on the author's side, never in the sandbox.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import functools
import hashlib
import inspect
import itertools
import marshal
import operator
import sys
import types
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import torch

from checker.catalogue import load
from checker.exercise import Case, Exercise, Wrong
from checker.judging.merge import Conflict, merged
from checker.judging.mutants import (
    MAKES_POWERS,
    additions,
    bare,
    has_powers,
    likelihood,
    sentence,
    slips,
    when,
)
from checker.judging.observing import known
from checker.running.inside.answer import describe, seed_everything
from checker.running.inside.messages import Observation
from checker.running.inside.plain import Strange, snapshot, storages
from checker.running.inside.prelude import PRELUDE

LIMIT = 800  # candidates that one answer is compared with: a number, so that no clock decides
MIXED = 400  # of which a known wrong answer has an edit
VAGUE = ("name", "constant", "index", "order")  # kinds that say little beside another mistake
LIMIT_OBSERVED = 300  # where every call of one makes models and gradients
STEPS = 2_500  # lines that one of them may run: a slip may make a loop endless
SHORT = 60  # slips in a solution of which any two are tried together
LARGEST = 10**6  # integer that may stand in place of another one: 2**n must stay small
FILENAME = "<candidate>"
IMPORTS = compile(PRELUDE, "<prelude>", "exec")


@dataclass(frozen=True, eq=False)
class Candidate:
    """A function that may do what an answer does, and what is said of the answer if so."""

    stage: str
    key: str  # tells one explanation from another; it gives no solution away
    sentence: str
    function: Callable
    wrong: Wrong | None = None  # the known wrong answer that it is
    change: Callable | None = None  # what happens to the arguments before the call
    kind: str = ""  # of a single slip
    family: list[Candidate] = field(default_factory=list)  # all slips of the same text

    def observe(self, exercise: Exercise, case: Case) -> Observation:
        """What it does in a case, kept for every answer that is compared with it."""
        if self.wrong:
            return known(exercise, self.function, case)
        return _observed(exercise, self, case)


@functools.lru_cache(maxsize=20_000)
def _observed(exercise: Exercise, candidate: Candidate, case: Case) -> Observation:
    function, change = exercise.call(candidate.function), candidate.change
    called = (lambda *arguments: function(*change(arguments))) if change else function
    # What `run_call` does, but for its deep copy, which takes longer than most candidates run.
    given = snapshot(case.arguments)
    owned = storages(given)
    seed_everything()
    try:
        with limited_steps():
            value = called(*given)
    except Exception as error:
        return Observation(failure=describe(error), arguments=snapshot(given))
    plain = snapshot(value)
    aliased = type(plain) is not Strange and bool(storages(value) & owned)
    return Observation(plain, None, snapshot(given), aliased)


class TooManySteps(Exception):
    """A candidate ran more lines than any right answer needs."""


@contextlib.contextmanager
def limited_steps() -> Iterator[None]:
    """Stop a candidate after `STEPS` lines, on every system: Windows has no timer signals."""
    left = STEPS

    def count(frame, event, _):
        nonlocal left
        if frame.f_code.co_filename != FILENAME:
            return None
        left -= 1
        if left < 0:
            raise TooManySteps
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        yield
    finally:
        sys.settrace(before)


@functools.lru_cache(maxsize=64)
def candidates(exercise: Exercise) -> Iterable[Candidate]:
    """The first candidates of an exercise; only named ones where many values are right."""
    limit = LIMIT_OBSERVED if exercise.observer else LIMIT
    return _Shelf(itertools.islice(_made(exercise), limit))


class _Shelf:
    """Keeps what a generator made, and lets it go on only when more is asked for."""

    def __init__(self, source: Iterator[Candidate]):
        self.source, self.made = source, []

    def __iter__(self) -> Iterator[Candidate]:
        for i in itertools.count():
            if i == len(self.made):
                self.made += itertools.islice(self.source, 1)
            if i == len(self.made):
                return
            yield self.made[i]


def _made(exercise: Exercise) -> Iterator[Candidate]:
    yield from _named(exercise)
    if exercise.accepts:
        return
    parts = list(_wrong_parts(exercise))
    yield from _with_a_wrong_part(exercise, parts)
    yield from _slips_of(exercise, exercise.solved())
    yield from _pairs(exercise)
    yield from _other_inputs(exercise)
    yield from _slips_of_parts(exercise)
    for right in exercise.rights:
        yield from _slips_of(exercise, exercise.text_of(right))
    yield from _pairs_with_a_part(exercise, parts)
    yield from itertools.islice(_pairs_with_a_slip(exercise), MIXED)
    yield from _two_slips(exercise)


def _named(exercise: Exercise) -> Iterator[Candidate]:
    for wrong in exercise.wrongs.values():
        yield Candidate("named", wrong.name, wrong.diagnosis, wrong.function, wrong)


@dataclass(frozen=True)
class _Part:
    """The names that an answer finds, with one used exercise's function replaced by a wrong one."""

    key: str
    diagnosis: str
    namespace: dict


def _wrong_parts(exercise: Exercise) -> Iterator[_Part]:
    for name in exercise.uses:
        for wrong in load(name).wrongs.values():
            diagnosis = f"{name} の部分で、{wrong.diagnosis}"
            yield _Part(
                f"{name}.{wrong.name}",
                diagnosis,
                _names(exercise, {name: _compiled(bare(wrong.text))}),
            )


def _with_a_wrong_part(exercise: Exercise, parts: list[_Part]) -> Iterator[Candidate]:
    code = _compiled(bare(exercise.solved()))
    for part in parts:
        yield Candidate("named", part.key, part.diagnosis, _defined(exercise, code, part.namespace))


def _pairs(exercise: Exercise) -> Iterator[Candidate]:
    """Two known wrong answers, their edits of the solution merged where they do not touch."""
    base = bare(exercise.solved())
    trees = {wrong: bare(wrong.text) for wrong in exercise.wrongs.values()}
    names = _names(exercise)
    for (one, tree), (other, tree_of_other) in itertools.combinations(trees.items(), 2):
        with contextlib.suppress(Conflict):
            bodies = (t.body[-1].body for t in (base, tree, tree_of_other))
            whole = copy.copy(base.body[-1])
            whole.body = merged(*bodies)
            function = _defined(exercise, _compiled(ast.Module([whole], [])), names)
            yield Candidate("pair", f"{one.name}+{other.name}", _both(one, other), function)


def _pairs_with_a_part(exercise: Exercise, parts: list[_Part]) -> Iterator[Candidate]:
    for wrong in exercise.wrongs.values() if parts else ():
        code = _compiled(bare(wrong.text))
        for part in parts:
            function = _defined(exercise, code, part.namespace)
            yield Candidate("pair", f"{wrong.name}+{part.key}", _both(wrong, part), function)


def _pairs_with_a_slip(exercise: Exercise) -> Iterator[Candidate]:
    """A known wrong answer with one small edit in what it shares with the solution."""
    of_solution, names = _subtrees(bare(exercise.solved())), _names(exercise)
    for wrong in exercise.wrongs.values():
        tree = bare(wrong.text)
        # What stands there more often than in the solution may be the mistake itself.
        shared = {s for s, count in _subtrees(tree).items() if count <= of_solution[s]}
        for kind in slips(tree, shared):
            if kind in VAGUE or kind in MAKES_POWERS and has_powers(tree):
                continue
            code = _compiled(tree)
            said = f"次の 2 つが重なっています。（1）{wrong.diagnosis}（2）{when(kind)}と同じ違いがあります。"
            key = f"{wrong.name}+{kind}-{_digest(code)}"
            yield Candidate("pair", key, said, _defined(exercise, code, names))


def _subtrees(tree: ast.Module) -> Counter[str]:
    """How often each expression and statement stands in a function."""
    return Counter(map(ast.dump, ast.walk(tree.body[-1])))


def _both(one: Wrong | _Part, other: Wrong | _Part) -> str:
    return f"次の 2 つが重なっています。（1）{one.diagnosis}（2）{other.diagnosis}"


def _slips_of(exercise: Exercise, text: str) -> Iterator[Candidate]:
    tree, names, family = bare(text), _names(exercise), []
    made = [(kind, _compiled(tree)) for kind in itertools.chain(slips(tree), additions(tree))]
    for kind, code in sorted(made, key=lambda slip: likelihood(slip[0])):
        key, function = f"{kind}-{_digest(code)}", _defined(exercise, code, names)
        family.append(Candidate("slip", key, sentence(kind), function, kind=kind, family=family))
    yield from family


def _two_slips(exercise: Exercise) -> Iterator[Candidate]:
    """Two slips in the solution, where that is so short that all of them can be tried."""
    tree, names = bare(exercise.solved()), _names(exercise)
    if sum(1 for _ in slips(tree)) > SHORT:
        return
    for i, one in enumerate(slips(tree)):
        powers = has_powers(tree)
        for other in itertools.islice(slips(tree), i + 1, None):
            if powers or other in MAKES_POWERS and has_powers(tree):
                continue
            code = _compiled(tree)
            said = f"次の 2 つが重なったときと、同じ結果です。（1）{when(one)}（2）{when(other)}"
            key = f"{one}+{other}-{_digest(code)}"
            yield Candidate("double", key, said, _defined(exercise, code, names))


def _slips_of_parts(exercise: Exercise) -> Iterator[Candidate]:
    whole = _compiled(bare(exercise.solved()))
    for name in exercise.uses:
        tree = bare(load(name).solved())
        for kind in slips(tree):
            code = _compiled(tree)
            function = _defined(exercise, whole, _names(exercise, {name: code}))
            said = f"{name} の部分で、{sentence(kind)}"
            yield Candidate("slip", f"{name}.{kind}-{_digest(code)}", said, function)


def _number(value: object) -> float:
    """A number with a fraction. Raises TypeError for anything else: this change is not for it."""
    if type(value) is not float:
        raise TypeError
    return value


def _reals(value: object) -> torch.Tensor:
    """A tensor of numbers with a fraction. Raises TypeError for anything else."""
    if type(value) is not torch.Tensor or not value.is_floating_point():
        raise TypeError
    return value


CHANGES = (  # key, what happens to the argument, and how
    ("first", "の最初の 1 つだけを使った", lambda v: v[:1]),
    ("last", "の最後の 1 つだけを使った", lambda v: v[-1:]),
    ("without first", "の最初の 1 つを除いた", lambda v: v[1:]),
    ("without last", "の最後の 1 つを除いた", lambda v: v[:-1]),
    ("reversed", "の順を逆にした", lambda v: v.flip(0) if type(v) is torch.Tensor else v[::-1]),
    ("sorted", "を並べ替えた", lambda v: v.sort().values if type(v) is torch.Tensor else sorted(v)),
    ("distinct", "の同じ値を 1 つにまとめた", lambda v: (
        v.unique() if type(v) is torch.Tensor else list(dict.fromkeys(v)))),
    ("abs", "を絶対値にした", abs),
    ("transposed", "を転置した", lambda v: v.T),
    ("in half", "を float16 に直した", lambda v: v.half().to(v.dtype)),
    ("in single", "を float32 に直した", lambda v: v.float().to(v.dtype)),
    ("as one", "を使わず、1 とみなした", lambda v: 1.0 + 0 * _number(v)),
    ("as zero", "を使わず、0 とみなした", lambda v: 0 * _number(v)),
    ("negated", "の符号を逆にした", lambda v: -v),
    ("inverted", "の逆数を使った", lambda v: 1 / _number(v)),
    ("squared", "を 2 乗した", lambda v: _number(v) ** 2),
    ("doubled", "を 2 倍した", lambda v: 2 * _number(v)),
    ("halved", "を半分にした", lambda v: _number(v) / 2),
    ("as a half", "を使わず、0.5 とみなした", lambda v: 0.5 + 0 * _number(v)),
    ("as eight", "を使わず、8 とみなした", lambda v: 8 + 0 * operator.index(v)),
    ("positive", "の正の値だけを使った", lambda v: _reals(v)[v > 0]),
    ("clipped", "の負の値を 0 にした", lambda v: _reals(v).clamp(min=0)),
    ("rooted", "の平方根を使った", lambda v: _number(v) ** 0.5),
)  # fmt: skip


def _other_inputs(exercise: Exercise) -> Iterator[Candidate]:
    """The solution on other arguments than those of the call."""
    names = list(inspect.signature(exercise.solution).parameters)
    for i, j in itertools.combinations(range(len(names)), 2):
        said = f"引数 {names[i]} と {names[j]} が入れ替わったときと、同じ結果です。"
        swap = functools.partial(_swapped, i, j)
        yield Candidate(
            "input", f"swapped {names[i]} {names[j]}", said, exercise.solution, change=swap
        )
    for (i, name), (key, done, change) in itertools.product(enumerate(names), CHANGES):
        said = f"引数 {name} {done}ときと、同じ結果です。"
        changed = functools.partial(_changed, (i,), change)
        yield Candidate("input", f"{key} {name}", said, exercise.solution, change=changed)
    for (i, j), (key, done, change) in itertools.product(
        itertools.combinations(range(len(names)), 2), CHANGES[:4]
    ):
        said = f"引数 {names[i]} と {names[j]} {done}ときと、同じ結果です。"
        changed = functools.partial(_changed, (i, j), change)
        key = f"{key} {names[i]} {names[j]}"
        yield Candidate("input", key, said, exercise.solution, change=changed)


def _swapped(i: int, j: int, arguments: tuple) -> tuple:
    swapped = list(arguments)
    swapped[i], swapped[j] = arguments[j], arguments[i]
    if any(type(v) is int and abs(v) > LARGEST for v in (arguments[i], arguments[j])):
        raise OverflowError
    return tuple(swapped)


def _changed(places: tuple[int, ...], change: Callable, arguments: tuple) -> tuple:
    return tuple(change(a) if i in places else a for i, a in enumerate(arguments))


def _names(exercise: Exercise, instead: dict[str, types.CodeType] | None = None) -> dict:
    """What an answer finds; `instead` holds parts that are replaced."""
    names: dict = {}
    exec(IMPORTS, names)
    for name in exercise.uses:
        exec((instead or {}).get(name) or _solution_of(name), names)
    return names


@functools.cache
def _solution_of(name: str) -> types.CodeType:
    return _compiled(bare(load(name).solved()))


def _compiled(tree: ast.Module) -> types.CodeType:
    return compile(tree, FILENAME, "exec", dont_inherit=True)


def _defined(exercise: Exercise, code: types.CodeType, names: dict) -> Callable:
    """The function of a text, in a namespace of its own."""
    own = dict(names)
    exec(code, own)
    return own[exercise.name]


def _digest(code: types.CodeType) -> str:
    """Tells slips of one kind apart and gives none of them away."""
    return hashlib.sha256(marshal.dumps(code)).hexdigest()[:6]
