"""The table of limits, and the claims of 04_1: each is shown numbers that must break it."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from lessons.quantization import number_format_claims as claims
from lessons.quantization.float_formats import decode_float, smallest_normal
from lessons.quantization.limits import (
    LIMIT_HEADERS,
    digits_of_pi,
    halved_limit,
    limit_rows,
    lost_beside_one,
)
from lessons.quantization.mixed_precision import GradientRun
from lessons.quantization.stored_weights import Stored

FOUR = [Stored(name, bits, size, (82.0, 81.0, 82.5)) for name, bits, size in (
    ("float64", 64, 2_132_880), ("float32", 32, 1_066_440), ("float16", 16, 533_220),
    ("8 bit の整数", 8, 267_864))]
ERRORS = {bits: (0.1, 3, 0.0289, 0.1 / 12**0.5) for bits in (2, 3, 4, 6, 8)}
RIGHT = {bits: (82.0, 81.0, 82.5) for bits in (3, 4, 6, 8)} | {2: (70.0, 81.0, 75.0)}


def runs(*ends: float, zeros: float = 0.0) -> list[GradientRun]:
    return [GradientRun((10.0, end), torch.zeros(1), zeros) for end in ends]


GOOD, BAD = runs(96.0, 96.5), runs(10.0, 12.0, zeros=100.0)
TRAINED = {"single": GOOD, "half": BAD, "plain": GOOD, "brain": GOOD, "full": BAD, "safe": GOOD}


def holds(found: claims.Claims) -> list[bool]:
    return [held for _, held in found]


def test_the_limits_are_those_of_numpy():
    """Catches a column that stands under another's name, and a format in another's row."""
    rows = limit_rows(smallest_normal, decode_float)
    assert all(len(row) == len(LIMIT_HEADERS) for row in rows)
    for row, kind in zip(rows, (np.float32, np.float64, np.float16), strict=False):
        info = np.finfo(kind)
        assert row[1] == f"{info.tiny:.6e}" and row[3] == f"{info.max:.3e}"
        assert float(row[2]) == pytest.approx(float(info.smallest_subnormal), rel=1e-3, abs=0)
        assert float(row[4]) == kind(math.pi)
        assert float(row[6]) == pytest.approx(-math.log10(float(info.eps) / 2), abs=0.05)


@pytest.mark.parametrize("value, digits", [
    (math.pi, 16), (3.1415927410125732, 7), (3.140625, 3), (3.0, 1), (3.5, 1), (4.0, 0)])
def test_digits_are_counted_from_the_first(value, digits):
    """Catches digits after the point alone, and a rounded last digit that counts."""
    assert digits_of_pi(value) == digits


def test_halving_is_done_in_single_precision():
    """Catches halving in float64, where nothing vanishes."""
    with np.errstate(under="ignore"):
        expected = {k: float(np.float32(2.0 ** (-126 - k))) for k in (0, 1, 10, 20, 23, 24)}
    assert halved_limit() == expected and expected[24] == 0
    assert lost_beside_one(1e-8) == {"float64": False, "float32": True, "float16": True}
    assert not any(lost_beside_one(0.01).values())


def test_claims_hold_for_what_they_say():
    """Catches a claim that no notebook can meet."""
    kept, lost = [(10.0, 84.0), (10.0, 70.0)], [(10.0, 25.0), (10.0, 38.0)]
    found = [*claims.about_formats(FOUR), *claims.about_training(**TRAINED), *claims.about_slopes(),
             *claims.about_updates(lost, kept), *claims.about_integers(ERRORS, FOUR, RIGHT)]
    assert len(found) >= 20 and all(holds(found))


@pytest.mark.parametrize("name, one_seed", [
    ("half", runs(10.0, 30.0, zeros=100)), ("half", runs(10.0, 12.0, zeros=98)),
    ("plain", runs(96.0, 94.0)), ("brain", runs(93.0, 96.5)), ("full", runs(10.0, 96.0)),
    ("safe", runs(96.0, 99.0))])
def test_one_seed_breaks_a_claim_about_training(name, one_seed):
    """Catches a claim of every seed that looks at one of them, or at the average."""
    assert holds(claims.about_training(**TRAINED | {name: one_seed})).count(False) == 1


def test_one_seed_breaks_the_other_claims():
    """Catches claims that say more than they test."""
    assert not all(holds(claims.about_updates([(80.0,), (25.0,)], [(84.0,), (84.0,)])))
    worse = replace(FOUR[-1], accuracies=(82.0, 79.9, 82.5))
    assert holds(claims.about_formats([*FOUR[:-1], worse])).count(False) == 1
    larger = replace(FOUR[-1], bytes=270_337)
    assert holds(claims.about_formats([*FOUR[:-1], larger])).count(False) == 1
    for errors, right in ((ERRORS | {6: (0.1, 3, 0.0293, 0.1 / 12**0.5)}, RIGHT),
                          (ERRORS | {2: (0.1, 3, 0.0325, 0.1 / 12**0.5)}, RIGHT),
                          (ERRORS, RIGHT | {6: (82.0, 79.9, 82.5)}),
                          (ERRORS, RIGHT | {2: (78.0, 81.0, 80.0)})):
        assert holds(claims.about_integers(errors, FOUR, right)).count(False) == 1
