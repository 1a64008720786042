"""Plain values: what an answer may return and what the judge can compare.

None, bool, int, float, str, list, tuple, dict, torch.dtype and dense CPU tensors, all of exactly
these types.
Anything else becomes `Strange`, which keeps a type name and a short repr and equals nothing, so no
object of a learner's own class ever reaches a comparison.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

KINDS = ("type", "length", "shape", "dtype", "finite", "value")  # in the order of the checks
RTOL = {torch.float32: 1e-5, torch.float64: 1e-9}
PYTHON_RTOL = 1e-9
MAX_DEPTH, MAX_NODES = 12, 20_000


@dataclass(frozen=True)
class Strange:
    """Something that cannot be judged: its type's name and a short repr."""

    type_name: str
    text: str


@dataclass(frozen=True)
class Difference:
    """The first thing that tells an actual value from the expected one, as a Japanese sentence."""

    kind: str  # one of KINDS
    sentence: str


class TooLarge(Exception):
    """A result nests too deeply or has too many parts to be judged."""


def snapshot(value: object) -> object:
    """Copy of `value` in plain values, so that later changes by the learner cannot reach it."""
    nodes = 0

    def copy(v: object, depth: int) -> object:
        nonlocal nodes
        nodes += 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise TooLarge
        kind = type(v)
        if v is None or kind in (bool, int, float, str, torch.dtype):
            return v
        if kind is list or kind is tuple:
            return kind(copy(x, depth + 1) for x in v)
        if kind is dict:
            return {copy(k, depth + 1): copy(x, depth + 1) for k, x in v.items()}
        if kind is torch.Tensor and v.layout is torch.strided and v.device.type == "cpu":
            return v.detach().clone()
        return strange(v)

    try:
        return copy(value, 0)
    except (TooLarge, RecursionError):
        return Strange(type(value).__name__, "（大きすぎる、または深すぎる値）")


def strange(value: object) -> Strange:
    """A `Strange` for any object, even one whose repr raises."""
    try:
        text = repr(value)[:200]
    except Exception as error:
        text = f"（repr が {type(error).__name__} を出しました）"
    return Strange(type(value).__name__, text)


def storages(value: object) -> set[int]:
    """Addresses of the memory that the tensors inside `value` use; empty tensors use none."""
    if type(value) is torch.Tensor and value.layout is torch.strided:
        storage = value.untyped_storage()
        return {storage.data_ptr()} if storage.nbytes() else set()
    if type(value) in (list, tuple):
        return set().union(*map(storages, value))
    if type(value) is dict:
        return set().union(*map(storages, value.values()))
    return set()


def difference(
    expected: object, actual: object, rtol: float | None = None, where: str = "戻り値"
) -> Difference | None:
    """None where `actual` counts as `expected`; checked in the order type, shape, dtype, value.

    `rtol` replaces the default relative tolerance of Python floats (1e-9). `where` is what the
    sentence calls the value; empty for a dict whose keys are the names of its values.
    """
    return _compare(expected, actual, rtol or PYTHON_RTOL, where)


def distance(expected: object, actual: object, rtol: float | None = None) -> float:
    """How many tolerances apart two values are: 0 when equal, infinite when of unlike structure."""
    if type(expected) in (list, tuple) and type(actual) is type(expected):
        if len(expected) != len(actual):
            return math.inf
        return max((distance(e, a, rtol) for e, a in zip(expected, actual, strict=True)), default=0)
    if type(expected) is dict and type(actual) is dict and list(expected) == list(actual):
        return distance(list(expected.values()), list(actual.values()), rtol)
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
        return Difference("type", _type_sentence(expected, actual, where))
    if wanted in (list, tuple):
        if len(expected) != len(actual):
            return Difference(
                "length", f"{where}の長さが {len(actual)} です。{len(expected)} になるはずです。"
            )
        parts = zip(expected, actual, strict=True)
        found = (_compare(e, a, rtol, f"{where}[{i}]") for i, (e, a) in enumerate(parts))
        # A wrong type anywhere comes before a wrong value: `accepts` relies on the types.
        return min(filter(None, found), key=lambda f: KINDS.index(f.kind), default=None)
    if wanted is dict:
        if list(expected) != list(actual):
            return Difference("value", f"{where}のキーが違います。")
        names = {k: f"{where}[{k!r}]" if where else k for k in expected}
        found = (_compare(expected[k], actual[k], rtol, name) for k, name in names.items())
        return next((f for f in found if f), None)
    if wanted is torch.Tensor:
        return _compare_tensors(expected, actual, where)
    if wanted is float:
        if _float_gap(expected, actual, rtol) <= 1:
            return None
        if math.isfinite(expected) and not math.isfinite(actual):
            return Difference("finite", f"{where}が {actual} です。有限の数になるはずです。")
        return Difference("value", f"{where}の値が違います。")
    return None if expected == actual else Difference("value", f"{where}の値が違います。")


def _compare_tensors(expected: torch.Tensor, actual: torch.Tensor, where: str) -> Difference | None:
    if expected.shape != actual.shape:
        shapes = f"{list(actual.shape)} です。{list(expected.shape)} になるはずです。"
        return Difference("shape", f"{where}の形が {shapes}")
    if expected.dtype != actual.dtype:
        dtypes = f"{_dtype(actual)} です。{_dtype(expected)} になるはずです。"
        return Difference("dtype", f"{where}の dtype が {dtypes}")
    wrong = unequal(expected, actual)
    if expected.is_floating_point():
        strays = ~torch.isfinite(actual) & torch.isfinite(expected)
        if strays.any():
            count = f"{int(strays.sum())} 個が nan か inf です。"
            return Difference("finite", f"{where}の {actual.numel()} 個のうち {count}")
    if not wrong.any():
        return None
    at = wrong.nonzero()[0].tolist()
    place = f"[{', '.join(map(str, at))}]" if at else ""
    first = f"最初の違い{place}は、あなたの値 {_number(actual[tuple(at)])}、"
    count = f"{where}の {wrong.numel()} 個のうち {int(wrong.sum())} 個が違います。"
    return Difference("value", f"{count}{first}期待した値 {_number(expected[tuple(at)])} です。")


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


def _number(element: torch.Tensor) -> str:
    value = element.item()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _dtype(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def type_name(value: object) -> str:
    """The name of a value's type as a learner would write it."""
    if value is None:
        return "None"
    return value.type_name if type(value) is Strange else type(value).__name__


def _type_sentence(expected: object, actual: object, where: str) -> str:
    got, wanted = type_name(actual), type_name(expected)
    if actual is None and where.startswith("戻り値"):
        return f"{where}が None です。{wanted} を return してください。"
    if type(actual) is torch.Tensor and wanted in ("float", "int"):
        return f"{where}の型が Tensor です。Python の {wanted} になるはずです（.item() で取り出せます）。"
    return f"{where}の型が {got} です。{wanted} になるはずです。"


def show(value: object, limit: int = 400) -> str:
    """A value as short text, the same on every machine."""
    if type(value) is Strange:
        text = f"{value.type_name}: {value.text}"
    elif type(value) is float:
        text = repr(float(f"{value:.10g}"))
    elif type(value) is int and value.bit_length() > 1_000:  # Python refuses to write some of them
        text = f"（{value.bit_length()} ビットの整数）"
    elif type(value) is torch.Tensor:
        text = _tensor_text(value)
    elif type(value) in (list, tuple):
        inner = ", ".join(show(v, limit) for v in value[:12]) + (", …" if len(value) > 12 else "")
        comma = "," if type(value) is tuple and len(value) == 1 else ""
        text = f"[{inner}]" if type(value) is list else f"({inner}{comma})"
    else:
        text = repr(value)
    return text if len(text) <= limit else text[:limit] + "…"


def _tensor_text(tensor: torch.Tensor) -> str:
    values = tensor.float() if tensor.dtype is torch.bfloat16 else tensor
    text = np.array2string(
        values.numpy(), precision=4, threshold=40, max_line_width=88, separator=", ", prefix="tensor("
    )
    dtype = "" if tensor.dtype in (torch.float32, torch.int64, torch.bool) else f", {_dtype(tensor)}"
    return f"tensor({text}{dtype})"
