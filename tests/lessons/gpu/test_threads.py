"""Blocks, threads and warps against counting and against torch's own a·x + y."""

import pytest
import torch
from module_gate import public_functions

from lessons.gpu import divergent_cycles, grid_size, saxpy_thread, threads


def cycles_by_lockstep(taken: list[bool], warp_size: int, costs: tuple[int, int]) -> int:
    """Each warp goes through both sides; a side costs only while one of its threads is active."""
    total = 0
    for first in range(0, len(taken), warp_size):
        warp = taken[first : first + warp_size]
        total += sum(costs[side] for side, goes in enumerate((True, False)) if goes in warp)
    return total


@pytest.mark.parametrize("n", [1, 4, 7, 8, 33])
@pytest.mark.parametrize("warp_size", [1, 4, 32])
def test_a_warp_pays_for_every_side_that_one_of_its_threads_takes(n, warp_size):
    """Catches cycles a thread, a majority that decides, and a short last warp left out."""
    for seed in range(4):
        taken = torch.rand(n, generator=torch.Generator().manual_seed(seed)) < 0.25 * seed
        expected = cycles_by_lockstep(taken.tolist(), warp_size, (7, 3))
        assert divergent_cycles(taken, warp_size, 7, 3) == expected


@pytest.mark.parametrize("n", [1, 255, 256, 257, 512, 10**9])
@pytest.mark.parametrize("block_size", [1, 32, 256])
def test_the_grid_is_the_smallest_that_covers(n, block_size):
    """Catches a block too many where the sizes divide, and one too few where they do not."""
    blocks = grid_size(n, block_size)
    assert (blocks - 1) * block_size < n <= blocks * block_size


@pytest.mark.parametrize("n,block_size", [(1, 4), (7, 4), (8, 4), (9, 1)])
def test_all_threads_together_are_torchs_own(n, block_size):
    """Catches a wrong global index, a missing guard at the tail, and a change of x."""
    x, y = torch.rand(2, n, generator=torch.Generator().manual_seed(n))
    expected, before = torch.add(y, x, alpha=-1.5), x.clone()
    for block in reversed(range(grid_size(n, block_size))):
        for thread in range(block_size):
            assert saxpy_thread(block, thread, block_size, -1.5, x, y) is None
    torch.testing.assert_close(y, expected)
    assert x.equal(before)


def test_one_thread_touches_one_element():
    """Catches a thread that does the work of its whole block."""
    x, y = torch.ones(6), torch.zeros(6)
    saxpy_thread(1, 1, 3, 2.0, x, y)
    assert y.tolist() == [0, 0, 0, 0, 2, 0]


@pytest.mark.parametrize("function,arguments", [
    (divergent_cycles, (torch.ones(3).bool(), 0, 1, 1)), (divergent_cycles, (torch.ones(3).bool(), 2, -1, 1)),
    (grid_size, (0, 4)), (grid_size, (4, 0)),
    (saxpy_thread, (0, 4, 4, 1.0, torch.ones(9), torch.ones(9))),
    (saxpy_thread, (-1, 3, 4, 1.0, torch.ones(9), torch.ones(9))),
    (saxpy_thread, (0, 1, 4, 1.0, torch.ones(9), torch.ones(8)))])  # fmt: skip
def test_a_value_out_of_range_is_refused(function, arguments):
    """Catches a negative index, which Python would read from the end, and empty blocks."""
    with pytest.raises(ValueError, match="あります"):
        function(*arguments)


def test_this_module_offers_its_exercises():
    """Catches a function without a test of its own."""
    assert public_functions(threads) == {"divergent_cycles", "grid_size", "saxpy_thread"}
