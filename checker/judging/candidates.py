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
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checker.catalogue import load
from checker.exercise import Exercise, Wrong
from checker.judging.additions import additions
from checker.judging.candidate import Candidate, compiled, defined, digest, names_of
from checker.judging.inputs import other_inputs
from checker.judging.kinds import likelihood, sentence, when
from checker.judging.merge import Conflict, merged
from checker.judging.mutants import MAKES_POWERS, bare, has_powers, slips

LIMIT = 800  # candidates that one answer is compared with: mostly this number decides, and no clock
MIXED = 400  # of which a known wrong answer has an edit
VAGUE = ("name", "constant", "index", "order")  # kinds that say little beside another mistake
LIMIT_OBSERVED = 300  # where every call of one makes models and gradients
SHORT = 60  # slips in a solution of which any two are tried together


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
    yield from other_inputs(exercise)
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
                names_of(exercise, {name: compiled(bare(wrong.text))}),
            )


def _with_a_wrong_part(exercise: Exercise, parts: list[_Part]) -> Iterator[Candidate]:
    code = compiled(bare(exercise.solved()))
    for part in parts:
        yield Candidate("named", part.key, part.diagnosis, defined(exercise, code, part.namespace))


def _pairs(exercise: Exercise) -> Iterator[Candidate]:
    """Two known wrong answers, their edits of the solution merged where they do not touch."""
    base = bare(exercise.solved())
    trees = {wrong: bare(wrong.text) for wrong in exercise.wrongs.values()}
    names = names_of(exercise)
    for (one, tree), (other, tree_of_other) in itertools.combinations(trees.items(), 2):
        with contextlib.suppress(Conflict):
            bodies = (t.body[-1].body for t in (base, tree, tree_of_other))
            whole = copy.copy(base.body[-1])
            whole.body = merged(*bodies)
            function = defined(exercise, compiled(ast.Module([whole], [])), names)
            yield Candidate("pair", f"{one.name}+{other.name}", _both(one, other), function)


def _pairs_with_a_part(exercise: Exercise, parts: list[_Part]) -> Iterator[Candidate]:
    for wrong in exercise.wrongs.values() if parts else ():
        code = compiled(bare(wrong.text))
        for part in parts:
            function = defined(exercise, code, part.namespace)
            yield Candidate("pair", f"{wrong.name}+{part.key}", _both(wrong, part), function)


def _pairs_with_a_slip(exercise: Exercise) -> Iterator[Candidate]:
    """A known wrong answer with one small edit in what it shares with the solution."""
    of_solution, names = _subtrees(bare(exercise.solved())), names_of(exercise)
    for wrong in exercise.wrongs.values():
        tree = bare(wrong.text)
        # What stands there more often than in the solution may be the mistake itself.
        shared = {s for s, count in _subtrees(tree).items() if count <= of_solution[s]}
        for kind in slips(tree, shared):
            if kind in VAGUE or kind in MAKES_POWERS and has_powers(tree):
                continue
            code = compiled(tree)
            said = f"次の 2 つが重なっています。（1）{wrong.diagnosis}（2）{when(kind)}と同じ違いがあります。"
            key = f"{wrong.name}+{kind}-{digest(code)}"
            yield Candidate("pair", key, said, defined(exercise, code, names))


def _subtrees(tree: ast.Module) -> Counter[str]:
    """How often each expression and statement stands in a function."""
    return Counter(map(ast.dump, ast.walk(tree.body[-1])))


def _both(one: Wrong | _Part, other: Wrong | _Part) -> str:
    return f"次の 2 つが重なっています。（1）{one.diagnosis}（2）{other.diagnosis}"


def _slips_of(exercise: Exercise, text: str) -> Iterator[Candidate]:
    tree, names, family = bare(text), names_of(exercise), []
    made = [(kind, compiled(tree)) for kind in itertools.chain(slips(tree), additions(tree))]
    for kind, code in sorted(made, key=lambda slip: likelihood(slip[0])):
        key, function = f"{kind}-{digest(code)}", defined(exercise, code, names)
        family.append(Candidate("slip", key, sentence(kind), function, kind=kind, family=family))
    yield from family


def _two_slips(exercise: Exercise) -> Iterator[Candidate]:
    """Two slips in the solution, where that is so short that all of them can be tried."""
    tree, names = bare(exercise.solved()), names_of(exercise)
    if sum(1 for _ in slips(tree)) > SHORT:
        return
    for i, one in enumerate(slips(tree)):
        powers = has_powers(tree)
        for other in itertools.islice(slips(tree), i + 1, None):
            if powers or other in MAKES_POWERS and has_powers(tree):
                continue
            code = compiled(tree)
            said = f"次の 2 つが重なったときと、同じ結果です。（1）{when(one)}（2）{when(other)}"
            key = f"{one}+{other}-{digest(code)}"
            yield Candidate("double", key, said, defined(exercise, code, names))


def _slips_of_parts(exercise: Exercise) -> Iterator[Candidate]:
    whole = compiled(bare(exercise.solved()))
    for name in exercise.uses:
        tree = bare(load(name).solved())
        for kind in slips(tree):
            code = compiled(tree)
            function = defined(exercise, whole, names_of(exercise, {name: code}))
            said = f"{name} の部分で、{sentence(kind)}"
            yield Candidate("slip", f"{name}.{kind}-{digest(code)}", said, function)
