"""Compares plain values: what tells an actual one from the expected one, and by how much."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

KINDS = ("type", "length", "shape", "dtype", "finite", "value")  # in the order of the checks
RTOL = {torch.float32: 1e-5, torch.float64: 1e-9}
PYTHON_RTOL = 1e-9


@dataclass(frozen=True, eq=False)
class Difference:
    """The first thing that tells an actual value from the expected one.

    `where` says in Japanese which part of the whole value the two are: 戻り値[1].
    """

    kind: str  # one of KINDS
    where: str
    expected: object
    actual: object


def difference(
    expected: object, actual: object, rtol: float | None = None, where: str = "戻り値"
) -> Difference | None:
    """None where `actual` counts as `expected`; checked in the order type, shape, dtype, value.

    `rtol` replaces the default relative tolerance of Python floats (1e-9). `where` is what
    words call the value; empty for a dict whose keys are the names of its values.
    """
    return _compare(expected, actual, rtol or PYTHON_RTOL, where)


def distance(expected: object, actual: object, rtol: float | None = None) -> float:
    """How many tolerances apart two values are: 0 when equal, infinite when of unlike structure."""
    if type(expected) in (list, tuple) and type(actual) is type(expected):
        if len(expected) != len(actual):
            return math.inf
        return max((distance(e, a, rtol) for e, a in zip(expected, actual, strict=True)), default=0)
    if type(expected) is dict and type(actual) is dict and expected.keys() == actual.keys():
        return max((distance(expected[k], actual[k], rtol) for k in expected), default=0)
    if type(expected) is torch.Tensor and type(actual) is torch.Tensor:
        if expected.shape != actual.shape or expected.dtype != actual.dtype:
            return math.inf
        if not expected.is_floating_point():
            return 0.0 if torch.equal(expected, actual) else math.inf
        gap = _gaps(expected, actual)
        return float(gap.max()) if gap.numel() else 0.0
    if type(expected) is float and type(actual) in (float, int):
        return _float_gap(expected, _as_float(actual), rtol or PYTHON_RTOL)
    return 0.0 if type(expected) is type(actual) is not dict and expected == actual else math.inf


def _compare(expected: object, actual: object, rtol: float, where: str) -> Difference | None:
    wanted = type(expected)
    if wanted is float and type(actual) is int:  # an int is fine where a float is annotated
        actual = _as_float(actual)
    if type(actual) is not wanted:
        return Difference("type", where, expected, actual)
    if wanted in (list, tuple):
        if len(expected) != len(actual):
            return Difference("length", where, expected, actual)
        parts = zip(expected, actual, strict=True)
        found = (_compare(e, a, rtol, f"{where}[{i}]") for i, (e, a) in enumerate(parts))
        # A wrong type anywhere comes before a wrong value: `accepts` relies on the types.
        return min(filter(None, found), key=lambda f: KINDS.index(f.kind), default=None)
    if wanted is dict:
        if expected.keys() != actual.keys():  # their order means nothing
            return Difference("value", where, expected, actual)
        names = {k: f"{where}[{k!r}]" if where else k for k in expected}
        found = (_compare(expected[k], actual[k], rtol, name) for k, name in names.items())
        return next((f for f in found if f), None)
    if wanted is torch.Tensor:
        return _compare_tensors(expected, actual, where)
    if wanted is float:
        if _float_gap(expected, actual, rtol) <= 1:
            return None
        stray = math.isfinite(expected) and not math.isfinite(actual)
        return Difference("finite" if stray else "value", where, expected, actual)
    return None if expected == actual else Difference("value", where, expected, actual)


def _compare_tensors(expected: torch.Tensor, actual: torch.Tensor, where: str) -> Difference | None:
    kind = None
    if expected.shape != actual.shape:
        kind = "shape"
    elif expected.dtype != actual.dtype:
        kind = "dtype"
    elif torch.equal(expected, actual):  # mostly, and then there is nothing to measure
        pass
    elif strays(expected, actual).any():
        kind = "finite"
    elif unequal(expected, actual).any():
        kind = "value"
    return kind and Difference(kind, where, expected, actual)


def strays(expected: torch.Tensor, actual: torch.Tensor) -> torch.Tensor:
    """Where `actual` is nan or infinite and should not be."""
    if not expected.is_floating_point():
        return torch.zeros_like(expected, dtype=torch.bool)
    return ~torch.isfinite(actual) & torch.isfinite(expected)


def unequal(expected: torch.Tensor, actual: torch.Tensor) -> torch.Tensor:
    """Where two tensors of one shape and dtype differ by more than the tolerance."""
    return _gaps(expected, actual) > 1 if expected.is_floating_point() else expected != actual


def _gaps(expected: torch.Tensor, actual: torch.Tensor) -> torch.Tensor:
    """Distance of each element in tolerances: |a−e| over rtol·|e| + rtol/10·max|e|."""
    e, a = expected.double(), actual.double()
    rtol = RTOL.get(expected.dtype, 1e-2)
    finite = e[torch.isfinite(e)].abs()
    largest = float(finite.max()) if finite.numel() else 0.0
    tolerance = rtol * e.abs() + rtol / 10 * largest
    same = (a == e) | (a.isnan() & e.isnan())
    gap = (a - e).abs() / tolerance
    return torch.where(same, 0.0, torch.nan_to_num(gap, nan=math.inf, posinf=math.inf))


def _float_gap(expected: float, actual: float, rtol: float) -> float:
    if expected == actual == 0:  # no solution returns -0.0 unless its sign is the point
        return math.inf if math.copysign(1, expected) < math.copysign(1, actual) else 0.0
    if expected == actual or (math.isnan(expected) and math.isnan(actual)):
        return 0.0
    if not (math.isfinite(expected) and math.isfinite(actual)) or expected == 0:
        return math.inf
    return abs(actual / expected - 1) / rtol  # the product of a subnormal and rtol would be 0


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf
