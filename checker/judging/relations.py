"""Relations between an answer's values and the expected ones that hold in every case.

A relation is a function of the expected value (and of the call's arguments) that gives the
learner's value. It is tried on the part of the value that differs, in every case that can be told
from a right one; where a case passes, it has to pass by the relation too.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from checker.exercise import Case, Exercise
from checker.judging.compare import difference
from checker.judging.elements import compared, rules, sides, wholes
from checker.judging.loosely import LOOSE, numbers
from checker.running.inside.messages import Observation

VALUE = "戻り値"
NAMED = {  # factors that have a meaning of their own
    100: "100 倍", 1 / 100: "1/100", 1000: "1000 倍", 1 / 1000: "1/1000",
    1024: "1024 倍", 1 / 1024: "1/1024", 8: "8 倍", 1 / 8: "1/8",
    4: "4 倍", 1 / 4: "1/4", 2: "2 倍", 1 / 2: "1/2", 3: "3 倍", 1 / 3: "1/3",
    math.log(2): "ln 2 倍", 1 / math.log(2): "1/ln 2",
    math.pi: "π 倍", math.sqrt(2): "√2 倍", 1 / math.sqrt(2): "1/√2",
}  # fmt: skip


@dataclass(frozen=True)
class Relation:
    """How an answer's values relate to the expected ones in every case."""

    key: str
    sentence: str  # for public cases: it may hold a number
    hidden: str  # for hidden ones: it holds none


def relation(
    exercise: Exercise,
    cases: tuple[Case, ...],
    expected: list[Observation],
    actual: tuple[Observation, ...],
    keys: tuple[str, ...] = (),
    rough: bool = False,
) -> Relation | None:
    """The first relation that holds in every case, of those with these keys where some are given.

    A rough one does not say what the values are, only in what they are right.
    """
    found = _holding(exercise, cases, expected, actual, keys, rough)
    return next(found, None)


def holding(
    exercise: Exercise,
    cases: tuple[Case, ...],
    expected: list[Observation],
    actual: tuple[Observation, ...],
) -> set[str]:
    """The keys of all relations that hold in every case."""
    return {
        found.key
        for rough in (False, True)
        for found in _holding(exercise, cases, expected, actual, (), rough)
    }


def _holding(exercise, cases, expected, actual, keys, rough) -> Iterator[Relation]:
    parts, right = _parts(exercise, expected, actual)
    if not parts:
        return
    if rough:
        made = _rough_relations(exercise, cases, parts, right)
    else:
        made = _relations(exercise, cases, list(parts.values()))
    for found, holds in made:
        if (not keys or found.key in keys) and holds():
            yield found


# A part is a list with one (expected, actual) for each case.
Part = list[tuple[object, object]]


def _parts(exercise, expected, actual) -> tuple[dict[str, Part], list[str]]:
    """The components of the values that differ in some case, by name, and the names of the others:
    of a tuple or an observer's dict one by one, else the whole value. Empty where the values are of
    unlike structure."""
    pairs = [(e.value, a.value) for e, a in zip(expected, actual, strict=True)]
    kind = type(pairs[0][0])
    if kind in (tuple, dict):
        sizes = {len(value) for pair in pairs for value in pair if type(value) is kind}
        if len(sizes) != 1 or any(type(v) is not kind for pair in pairs for v in pair):
            return {}, []
        keys = pairs[0][0] if kind is dict else range(len(pairs[0][0]))
        names = {k: k if kind is dict else f"{VALUE}[{k}]" for k in keys}
        parts = {
            names[k]: [(e[k], a.get(k) if kind is dict else a[k]) for e, a in pairs] for k in keys
        }
    else:
        parts = {VALUE: pairs}
    wrong = {
        name: part
        for name, part in parts.items()
        if any(difference(e, a, exercise.rtol) for e, a in part)
    }
    return wrong, [name for name in parts if name not in wrong]


def _rough_relations(
    exercise: Exercise, cases: tuple[Case, ...], parts: dict[str, Part], right: list[str]
) -> Iterator[tuple[Relation, Callable[[], bool]]]:
    """In what the values are right, and in which elements they are not."""
    every = compared(exercise, cases, list(parts.values()))
    if every:
        for key, sentence, holds in (*wholes(every), *rules(every), *sides(every)):
            yield Relation(key, sentence, sentence), holds
    if right and VALUE not in parts:  # that the value differs has been said
        told = f"違うのは、{'と'.join(parts)}です。ほかの部分は、どのケースでも合っています。"
        yield Relation(f"right {'、'.join(right)}", told, told), lambda: True


def _relations(
    exercise: Exercise, cases: tuple[Case, ...], parts: list[Part]
) -> Iterator[tuple[Relation, Callable[[], bool]]]:
    def everywhere(change: Callable) -> Callable[[], bool]:
        """Does `change` make each expected value of each part the learner's one?"""
        return lambda: all(_gives(exercise, change, e, a) for part in parts for e, a in part)

    for key, sentence, change in PLAIN:
        yield Relation(key, sentence, sentence), everywhere(change)
    for factor, name in NAMED.items():
        told = f"どのケースでも、期待した値の {name}{'' if name.endswith('倍') else ' '}です。"
        yield (
            Relation(f"factor {name}", told, "どのケースでも、期待した値の決まった倍数です。"),
            everywhere(lambda value, factor=factor: value * factor),
        )
    for name, sizes in _sizes(exercise, cases):
        if len(set(sizes)) < 2 or not all(math.isfinite(s) and s for s in sizes):
            continue
        for key, word, apply in (
            ("times", "倍です", lambda v, s: v * s),
            ("over", "で割った値です", lambda v, s: v / s),
            ("plus", "を足した値です", lambda v, s: v + s),
            ("minus", "を引いた値です", lambda v, s: v - s),
        ):
            told = f"どのケースでも、期待した値の「{name}」{word}。"
            if key in ("over", "plus", "minus"):
                told = f"どのケースでも、期待した値{'を' if key == 'over' else 'に' if key == 'plus' else 'から'}「{name}」{word}。"
            yield (
                Relation(f"{key} {name}", told, told),
                lambda apply=apply, sizes=sizes: all(
                    _gives(exercise, lambda v, s=s: apply(v, s), e, a)
                    for part in parts
                    for (e, a), s in zip(part, sizes, strict=True)
                ),
            )
    factor = _ratio(parts)
    if factor is not None:
        told = f"どのケースでも、期待した値の {factor:.4g} 倍です。"
        yield (
            Relation("factor", told, "どのケースでも、期待した値の決まった倍数です。"),
            everywhere(lambda value: value * factor),
        )
    offset = _offset(parts)
    if offset is not None:
        more = f"{abs(offset):.4g} だけ{'大きい' if offset > 0 else '小さい'}値です。"
        yield (
            Relation("offset", f"どのケースでも、期待した値より {more}",
                     "どのケースでも、期待した値との差が同じです。"),
            everywhere(lambda value: value + offset),
        )  # fmt: skip
    for key, sentence, holds in LOOSE:
        yield (
            Relation(key, sentence, sentence),
            lambda holds=holds: all(holds(e, a) for part in parts for e, a in part),
        )


def _gives(exercise: Exercise, change: Callable, expected: object, actual: object) -> bool:
    try:
        return difference(_mapped(change, expected), actual, exercise.rtol) is None
    except (TypeError, ValueError, ArithmeticError, RuntimeError, AttributeError, IndexError):
        return False


def _mapped(change: Callable, value: object) -> object:
    """`change` of a value; of a list, of each element. A float stays one."""
    if type(value) is list:
        return [_mapped(change, element) for element in value]
    if type(value) is bool or value is None:
        raise TypeError
    made = change(value)
    return float(made) if type(value) is float else made


def _floating(change: Callable) -> Callable:
    """Only for numbers with a fraction: of an integer, half the value is no relation but luck."""

    def changed(value):
        if type(value) is torch.Tensor and not value.is_floating_point():
            raise TypeError
        return change(value)

    return changed


def _rounded(digits: int) -> Callable:
    return lambda value: (
        torch.round(value, decimals=digits) if type(value) is torch.Tensor else round(value, digits)
    )


def _tensor(change: Callable, scalar: Callable) -> Callable:
    return lambda value: change(value) if type(value) is torch.Tensor else scalar(value)


def _through(dtype: torch.dtype) -> Callable:
    def changed(value):
        if type(value) is torch.Tensor:
            return value.to(dtype).to(value.dtype)
        return torch.tensor(value, dtype=dtype).item()

    return changed


PLAIN = [
    ("sign", "どのケースでも、期待した値と符号が逆です。", lambda v: -v),
    ("reciprocal", "どのケースでも、期待した値の逆数です。", lambda v: 1 / v),
    ("complement of 1", "どのケースでも、1 から期待した値を引いた値です。", lambda v: 1 - v),
    ("complement of 100", "どのケースでも、100 から期待した値を引いた値です。", lambda v: 100 - v),
    ("square", "どのケースでも、期待した値の 2 乗です。", lambda v: v * v),
    ("root", "どのケースでも、期待した値の平方根です。", lambda v: v**0.5),
    ("absolute", "どのケースでも、期待した値の絶対値です。", abs),
    ("not", "どのケースでも、True と False が期待した値の逆です。", lambda v: ~v),
    ("transposed", "どのケースでも、期待した値を転置したものです。", lambda v: v.T),
    ("log", "どのケースでも、期待した値の自然対数です。", _tensor(torch.log, math.log)),
    ("log2", "どのケースでも、2 を底とした、期待した値の対数です。", _tensor(torch.log2, math.log2)),
    ("exp", "どのケースでも、期待した値を指数にした e の累乗です。", _tensor(torch.exp, math.exp)),
    ("sign only", "どのケースでも、期待した値の符号だけです。", _tensor(torch.sign, lambda v: (v > 0) - (v < 0))),
    ("floor", "どのケースでも、期待した値の小数点以下を切り捨てた値です。", _floating(_tensor(torch.floor, math.floor))),
    ("ceiling", "どのケースでも、期待した値の小数点以下を切り上げた値です。", _floating(_tensor(torch.ceil, math.ceil))),
    *(
        (f"{digits} digits", "どのケースでも、期待した値を途中の桁で丸めた値です。", _floating(_rounded(digits)))
        for digits in range(13)
    ),
    *(
        (str(dtype), f"どのケースでも、期待した値を {str(dtype)[6:]} に直した値です。", _floating(_through(dtype)))
        for dtype in (torch.float16, torch.bfloat16)
    ),
]  # fmt: skip


def _sizes(exercise: Exercise, cases: tuple[Case, ...]) -> Iterator[tuple[str, list[float]]]:
    """Sizes that stand in the calls, by name: one for each case."""
    names = list(inspect.signature(exercise.solution).parameters)
    for i, name in enumerate(names):
        values = [case.arguments[i] for case in cases]
        if all(type(v) in (int, float) for v in values):
            yield name, values
            yield f"{name} の 2 乗", [v * v for v in values]
        elif all(type(v) is torch.Tensor for v in values):
            yield f"{name} の要素の数", [v.numel() for v in values]
            for axis in range(min(v.ndim for v in values)):
                yield f"{name} の {axis} 番の次元の大きさ", [v.shape[axis] for v in values]
        elif all(type(v) is list for v in values):
            yield f"{name} の長さ", [len(v) for v in values]


def _ratio(parts: list[Part]) -> float | None:
    """Actual over expected at the first number that has one, where enough numbers can confirm it."""
    pairs = _pairs_of_numbers(parts)
    ratios = [a / e for e, a in pairs if e and math.isfinite(e) and math.isfinite(a)]
    return _plain(ratios[0]) if len(ratios) >= 3 and ratios[0] != 0 else None


def _offset(parts: list[Part]) -> float | None:
    pairs = _pairs_of_numbers(parts)
    offsets = [a - e for e, a in pairs if math.isfinite(e) and math.isfinite(a)]
    return _plain(offsets[0]) if len(offsets) >= 3 else None


def _plain(number: float) -> float:
    """The short number that float32 values come from: 1.7, not 1.7000000476837158."""
    short = float(f"{number:.4g}")
    return short if math.isclose(short, number, rel_tol=1e-5) else number


def _pairs_of_numbers(parts: list[Part]) -> list[tuple[float, float]]:
    """The first number of each case in which expected and actual values are of one size."""
    found = []
    for part in parts:
        for expected, actual in part:
            one, other = numbers(expected), numbers(actual)
            if one is not None and other is not None and len(one) == len(other) and len(one):
                at = int(one.abs().argmax())
                found.append((float(one[at]), float(other[at])))
    return found
