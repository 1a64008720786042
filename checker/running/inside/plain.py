"""Plain values: all that an answer may return, kept as it was when it came back.

None, bool, int, float, str, list, tuple, dict, torch.dtype and dense CPU tensors, all of exactly
these types. NumPy's real scalars become the int or float that they stand for: a formula in NumPy
ends in one. Its bool and its arrays without an axis are no numbers here.
Anything else becomes `Strange`, which keeps a type name and a short repr and equals nothing, so no
object of a learner's own class ever reaches a comparison.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

NUMPY_REALS = {np.dtype(code).type: int for code in "bhilqBHILQ"}
NUMPY_REALS |= {np.dtype(code).type: float for code in "efdg"}
MAX_DEPTH, MAX_NODES = 12, 20_000


@dataclass(frozen=True)
class Strange:
    """Something that cannot be judged: its type's name and a short repr."""

    type_name: str
    text: str


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
        if kind in NUMPY_REALS:
            return NUMPY_REALS[kind](v)
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
