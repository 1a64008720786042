"""The settings of the whole process: as in a new one while we judge, and then as they were.

A learner's cell may switch gradients off, draw numbers or put a function of its own into torch. No
verdict depends on it, nor on the answer before, and no notebook on a verdict.
"""

from __future__ import annotations

import builtins
import contextlib
import math
import random
import sys
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

CPU = torch.device("cpu")
SMALLEST_NORMAL = sys.float_info.min
PRINTED_BY_NUMPY = {
    "precision": 8, "threshold": 1000, "edgeitems": 3, "linewidth": 75, "suppress": False,
    "nanstr": "nan", "infstr": "inf", "formatter": None, "sign": "-", "floatmode": "maxprec",
    "legacy": False,
}  # fmt: skip
PRINTED_BY_TORCH = {
    "precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None,
}  # fmt: skip
# How each setting is read, how it is written, and what it is in a new process.
SETTINGS: tuple[tuple[Callable, Callable, object], ...] = (
    (torch.get_default_dtype, torch.set_default_dtype, torch.float32),
    (lambda: SMALLEST_NORMAL / 2 == 0, torch.set_flush_denormal, False),
    (torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode, 0),
    (
        lambda: (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()),
        lambda mode: torch.autograd.set_detect_anomaly(*mode),
        (False, True),
    ),
    (
        torch._tensor_str.get_printoptions,
        lambda options: torch.set_printoptions(**options),
        PRINTED_BY_TORCH,
    ),
    (np.get_printoptions, lambda options: np.set_printoptions(**options), PRINTED_BY_NUMPY),
    (
        np.geterr,
        lambda options: np.seterr(**options),
        {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"},
    ),
    (sys.getrecursionlimit, sys.setrecursionlimit, 1000),
    (random.getstate, random.setstate, random.Random(0).getstate()),
    (np.random.get_state, np.random.set_state, np.random.RandomState(0).get_state()),
    (torch.get_rng_state, torch.set_rng_state, torch.Generator().manual_seed(0).get_state()),
)
# Where a cell may put a function of its own under a name that every solution uses.
PLACES = (builtins, math, random, np, np.random, torch, torch.Tensor, nn, F)
ABSENT = object()


@contextlib.contextmanager
def fresh_state() -> Iterator[None]:
    """Every setting as in a new process, and afterwards as it was before."""
    with warnings.catch_warnings(action="ignore"):  # a warning never costs a mark
        patched = remove_patches()
        before = [read() for read, _, _ in SETTINGS]
        for _, write, fresh in SETTINGS:
            write(fresh)
        try:
            # Gradients on, even below `with torch.no_grad()`.
            with (
                torch.inference_mode(False),
                torch.autocast("cpu", enabled=False),
                on_the_cpu(),
            ):
                yield
        finally:
            remove_patches()
            for (_, write, _), value in zip(SETTINGS, before, strict=True):
                write(value)
            for place, found in patched.items():
                put(place, found)


@contextlib.contextmanager
def on_the_cpu() -> Iterator[None]:
    """New tensors lie on the CPU. Not set as a device, which torch would ask at every call."""
    before = torch.get_default_device()
    torch.set_default_device(None)
    # Left over where the call stands below `with torch.device(...)`.
    around = torch.get_default_device() != CPU
    try:
        with CPU if around else contextlib.nullcontext():
            yield
    finally:
        torch.set_default_device(None if around or before == CPU else before)


def seed_everything() -> None:
    """One text, one verdict, whatever it draws."""
    random.seed(0)
    np.random.seed(0)
    torch.default_generator.manual_seed(0)


def remember_originals() -> None:
    """Take the names of all places as they are now for the original ones."""
    for place in PLACES:
        ORIGINALS[place] = dict(vars(place))


def patches(place) -> dict[str, object]:
    """The names under which something else stands now, and what: `ABSENT` where nothing does.

    A new name in a module is a part of it that was imported since; in a class it hides a method.
    """
    now, originals = vars(place), ORIGINALS[place]
    found = {n: now.get(n, ABSENT) for n, value in originals.items() if now.get(n) is not value}
    if isinstance(place, type):
        found |= {name: now[name] for name in now.keys() - originals.keys()}
    return found


def remove_patches() -> dict[object, dict[str, object]]:
    """Put the original functions back where a cell has put others; returns the others."""
    found = {place: patches(place) for place in PLACES}
    for place, names in found.items():
        put(place, {name: ORIGINALS[place].get(name, ABSENT) for name in names})
    return found


def put(place, values: dict[str, object]) -> None:
    """Give names in a place these values."""
    for name, value in values.items():
        if value is not ABSENT:
            setattr(place, name, value)
        elif name in vars(place):
            delattr(place, name)


ORIGINALS: dict[object, dict[str, object]] = {}
remember_originals()
