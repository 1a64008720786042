"""The solution on other arguments than those of the call."""

from __future__ import annotations

import functools
import inspect
import itertools
import operator
from collections.abc import Callable, Iterator

import torch

from checker.exercise import Exercise
from checker.judging.candidate import Candidate

LARGEST = 10**6  # integer that may stand in place of another one: 2**n must stay small


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


def other_inputs(exercise: Exercise) -> Iterator[Candidate]:
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
