"""Where the elements of a value differ from the expected ones, and what stands there instead.

What holds of each wrong element in every case, and of few others, tells where to look; what holds
of the values as a whole (their ratios, their signs, on which side they lie) tells what is right.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from checker.exercise import Case, Exercise
from checker.judging.compare import unequal

LARGEST = 100_000  # numbers in a value: an answer may return as many as fit into the memory
FEWEST, CASES = 3, 2  # wrong elements, and cases with some, that make a rule
MOST = 0.6  # of all elements that a place may hold, or it tells nothing
DENSE = 0.6  # of a place's elements that have to be wrong
ONE_SIDED = 12  # wrong elements, each on the same side: with fewer it may be chance
ONE_SIDED_NUMBERS = 7  # where each case has one number alone


@dataclass(frozen=True)
class Compared:
    """One part of the value in one case: tensors of one shape, and where they differ."""

    arguments: dict[str, object]
    expected: torch.Tensor
    actual: torch.Tensor
    wrong: torch.Tensor


Rule = Callable[[Compared], torch.Tensor | None]  # of which elements it holds; None: of none


def compared(
    exercise: Exercise, cases: tuple[Case, ...], parts: list[list[tuple[object, object]]]
) -> list[Compared]:
    """All parts in all cases, element by element; empty where some cannot be compared so."""
    names = list(inspect.signature(exercise.solution).parameters)
    found = []
    for part in parts:
        for case, (expected, actual) in zip(cases, part, strict=True):
            e, a = _as_tensor(expected), _as_tensor(actual)
            if e is None or a is None or e.shape != a.shape or e.dtype != a.dtype:
                return []
            arguments = dict(zip(names, case.arguments, strict=True))
            found.append(Compared(arguments, e, a, unequal(e, a)))
    return found


def _as_tensor(value: object) -> torch.Tensor | None:
    if type(value) is list and value and all(type(v) in (int, float) for v in value):
        value = torch.tensor([_within(v) for v in value], dtype=torch.float64)
    elif type(value) in (int, float):
        value = torch.tensor(_within(value), dtype=torch.float64)
    return value if type(value) is torch.Tensor and value.numel() <= LARGEST else None


def _within(number: float) -> float:
    return float(number) if abs(number) < 2**1000 else float("inf")


def rules(all_: list[Compared]) -> Iterator[tuple[str, str, Callable[[], bool]]]:
    """(key, sentence, whether it holds): of the wrong elements."""
    names = all_[0].arguments
    for key, told, rule in (*_places(names), *PLACES):
        sentence = f"違う要素は、どれも{told}要素です。"
        yield f"at {key}", sentence, lambda rule=rule: _is_the_place(all_, rule)
    for key, told, rule in (*WHATS, *_whats(names)):
        sentence = f"違う要素は、どれも{told}。"
        yield f"is {key}", sentence, lambda rule=rule: _holds_of_the_wrong(all_, rule)


def wholes(all_: list[Compared]) -> Iterator[tuple[str, str, Callable[[], bool]]]:
    """(key, sentence, whether it holds): of the values as a whole."""
    yield (
        "proportional",
        "どのケースでも、値どうしの比は合っています。違うのは、全体に掛かる倍率です。",
        lambda: _constant(all_, _ratios),
    )
    yield (
        "proportional rows",
        "どのケースでも、1 つの行の中の値の比は合っています。違うのは、行ごとの倍率です。",
        lambda: _constant([row for c in all_ for row in _rows(c)], _ratios),
    )
    yield (
        "shifted",
        "どのケースでも、値どうしの差は合っています。違うのは、全体に足される数です。",
        lambda: _constant(all_, _differences),
    )


def sides(all_: list[Compared]) -> Iterator[tuple[str, str, Callable[[], bool]]]:
    """(key, sentence, whether it holds): on which side of the expected values the others lie."""
    if all_[0].expected.dtype is torch.bool:
        told = ("True になるはずの要素は、すべて True です。違うのは、余分な True です。",
                "False になるはずの要素は、すべて False です。違うのは、余分な False です。")  # fmt: skip
    else:
        told = ("どのケースでも、期待した値と同じか、それより大きい値です。",
                "どのケースでも、期待した値と同じか、それより小さい値です。")  # fmt: skip
    for key, sentence, sign in (("above", told[0], 1), ("below", told[1], -1)):
        yield key, sentence, lambda sign=sign: _one_sided(all_, sign)
    yield (
        "signs",
        "符号は、どのケースでも合っています。違うのは、大きさだけです。",
        lambda: _same_signs(all_),
    )


def _is_the_place(all_: list[Compared], rule: Rule) -> bool:
    """Does every wrong element lie where the rule holds, in a place that is small and mostly wrong?"""
    wrong = inside = total = failing = 0
    for c in all_:
        place = _applied(rule, c)
        if place is None or place.shape != c.wrong.shape or (c.wrong & ~place).any():
            return False
        total, inside = total + place.numel(), inside + int(place.sum())
        wrong, failing = wrong + int(c.wrong.sum()), failing + bool(c.wrong.any())
    return wrong >= FEWEST and failing >= CASES and inside <= MOST * total and wrong >= DENSE * inside


def _holds_of_the_wrong(all_: list[Compared], rule: Rule) -> bool:
    wrong = failing = 0
    for c in all_:
        place = _applied(rule, c) if c.wrong.any() else c.wrong
        if place is None or place.shape != c.wrong.shape or (c.wrong & ~place).any():
            return False
        wrong, failing = wrong + int(c.wrong.sum()), failing + bool(c.wrong.any())
    return wrong >= FEWEST and failing >= CASES


def _applied(rule: Rule, c: Compared) -> torch.Tensor | None:
    try:
        return rule(c)
    except (TypeError, IndexError, RuntimeError, AttributeError, KeyError, OverflowError):
        return None


def _number_like(c: Compared, name: str) -> torch.Tensor:
    """An argument of the value's shape. Raises TypeError for any other."""
    value = _as_tensor(c.arguments[name])
    if value is None or value.shape != c.wrong.shape:
        raise TypeError
    return value


def _first(c: Compared, axis: int, at: int) -> torch.Tensor:
    """The elements at one end of an axis. Raises IndexError where there is no such axis."""
    place = torch.zeros_like(c.wrong)
    place.select(axis, at).fill_(True)
    return place


def _places(names) -> Iterator[tuple[str, str, Rule]]:
    for name in names:
        for key, told, test in (
            ("True", "が True の位置にある", _truth),
            ("False", "が False の位置にある", lambda v: ~_truth(v)),
            ("zero", "が 0 の位置にある", lambda v: _number(v) == 0),
            ("below zero", "が負の位置にある", lambda v: v < 0),
            ("above zero", "が正の位置にある", lambda v: _number(v) > 0),
            ("above one", "の絶対値が 1 より大きい位置にある", lambda v: v.abs() > 1),
        ):
            rule = lambda c, name=name, test=test: test(_number_like(c, name))  # noqa: E731
            yield f"{name} {key}", f"、引数 {name} {told}", rule


def _truth(values: torch.Tensor) -> torch.Tensor:
    """Raises TypeError for numbers."""
    if values.dtype is not torch.bool:
        raise TypeError
    return values


def _number(values: torch.Tensor) -> torch.Tensor:
    """Raises TypeError for truth values."""
    if values.dtype is torch.bool:
        raise TypeError
    return values


def _ends(c: Compared) -> torch.Tensor:
    expected = _number(c.expected)
    return (expected == expected.max()) | (expected == expected.min())


PLACES = [
    ("zero", "、0 になるはずの", lambda c: _number(c.expected) == 0),
    ("below zero", "、負の値になるはずの", lambda c: _number(c.expected) < 0),
    ("above zero", "、正の値になるはずの", lambda c: _number(c.expected) > 0),
    ("first", "、軸 0 の最初の", lambda c: _first(c, 0, 0)),
    ("last", "、軸 0 の最後の", lambda c: _first(c, 0, -1)),
    ("first of rows", "、軸 1 の最初の", lambda c: _first(c, 1, 0)),
    ("last of rows", "、軸 1 の最後の", lambda c: _first(c, 1, -1)),
    ("ends", "、最大か最小の値になるはずの", _ends),
]

WHATS = [
    ("zero", " 0 になっています", lambda c: (c.actual == 0) & (_number(c.expected) != 0)),
    ("negated", "、符号だけが逆です", lambda c: ~unequal(-_number(c.expected), c.actual)),
    ("one value", "、ケースの中で同じ 1 つの値です", lambda c: (
        (c.actual == c.actual[c.wrong][0]) & (_number(c.expected).numel() > 2) & (c.wrong.sum() > 1))),
]  # fmt: skip


def _whats(names) -> Iterator[tuple[str, str, Rule]]:
    for name in names:
        yield (
            name,
            f"、引数 {name} と同じ値です",
            lambda c, name=name: ~unequal(_argument(c, name), _number(c.actual)),
        )


def _argument(c: Compared, name: str) -> torch.Tensor:
    """An argument, a number or a tensor of the value's shape, as the value's type."""
    value = c.arguments[name]
    if type(value) in (int, float):
        return torch.full_like(c.actual, value)
    return _number_like(c, name).to(c.actual.dtype)


def _ratios(c: Compared) -> torch.Tensor:
    """Actual over expected; both zero says nothing. Raises TypeError where only one is zero."""
    e, a = c.expected.double(), c.actual.double()
    if not bool((((e == 0) == (a == 0)) & e.isfinite() & a.isfinite()).all()):
        raise TypeError
    return (a / e)[e != 0]


def _differences(c: Compared) -> torch.Tensor:
    return (c.actual.double() - c.expected.double()).flatten()


def _constant(all_: list[Compared], of: Callable[[Compared], torch.Tensor]) -> bool:
    """Is this number the same for all elements of a case, in every case, and told by enough of them?"""
    told = 0
    for c in all_:
        numbers = _applied(of, c) if c.expected.is_floating_point() else None
        if numbers is None:
            return False
        if len(numbers) > 1 and not torch.allclose(numbers, numbers[0], rtol=1e-4, atol=1e-9):
            return False
        told += len(numbers) > 2 and bool(c.wrong.any())
    return told >= CASES


def _rows(c: Compared) -> list[Compared]:
    if c.expected.ndim < 2:
        return [c]
    rows = (t.flatten(0, -2) for t in (c.expected, c.actual, c.wrong))
    return [Compared(c.arguments, *row) for row in zip(*rows, strict=True)]


def _one_sided(all_: list[Compared], sign: int) -> bool:
    single = all(c.expected.ndim == 0 for c in all_)
    wrong = 0
    for c in all_:
        above = sign * (c.actual.double() - c.expected.double()) > 0
        if (c.wrong & ~above).any():
            return False
        wrong += int(c.wrong.sum())
    fewest = ONE_SIDED_NUMBERS if single else ONE_SIDED
    return wrong >= fewest and sum(bool(c.wrong.any()) for c in all_) > CASES


def _same_signs(all_: list[Compared]) -> bool:
    told = 0
    for c in all_:
        if not c.expected.is_floating_point():
            return False
        e, a = c.expected.sign(), c.actual.sign()
        if not torch.equal(e, a):
            return False
        told += bool((e > 0).any() and (e < 0).any() and c.wrong.any())
    return told >= CASES
