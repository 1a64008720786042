"""SIMD, SIMT and MIMD on one program."""

from itertools import product

import torch

from lessons.gpu.figures.warps import SHUFFLED, SORTED, taken_by
from lessons.gpu.schemes import CYCLES_ELSE, CYCLES_IF, ELSE, IF, SCHEMES, cycles, timetable
from lessons.gpu.schemes import taken_by as lanes
from lessons.gpu.threads import divergent_cycles


def test_the_cycles_are_those_of_plain_counting():
    """Catches a SIMT that pays for a side that nobody takes, and a MIMD that waits for the others."""
    for taken in map(list, product((False, True), repeat=8)):
        warp = divergent_cycles(torch.tensor(taken), 8, CYCLES_IF, CYCLES_ELSE)
        own = [CYCLES_IF if t else CYCLES_ELSE for t in taken]
        assert [cycles(s, taken) for s in SCHEMES] == [CYCLES_IF + CYCLES_ELSE, warp, max(own)]
        for scheme in SCHEMES:
            for goes_if, steps in zip(taken, timetable(scheme, taken), strict=True):
                assert (steps.count(IF), steps.count(ELSE)) == (
                    (CYCLES_IF, 0) if goes_if else (0, CYCLES_ELSE))


def test_the_sliders_count_is_the_number_that_branches():
    """Catches a slider that is off by one, and a shuffle that loses threads."""
    assert [sum(lanes(count)) for count in range(9)] == list(range(9))
    for percent in (0, 25, 50, 100):
        counts = {int(taken_by(percent, order, seed).sum())
                  for order in (SHUFFLED, SORTED) for seed in (0, 1)}
        assert counts == {128 * percent // 100}
