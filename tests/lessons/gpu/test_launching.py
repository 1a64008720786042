"""Threads that are run one by one, and the memory that they move."""

from unittest.mock import Mock

import pytest
import torch

from lessons.gpu.launching import saxpy_in_a_grid, segments, written_by, your_thread
from lessons.gpu.threads import saxpy_thread


def test_every_thread_runs_once_in_an_order_of_the_seed():
    """Catches a thread that is left out or run twice, and an order that is always the same."""
    orders = []
    for seed in (0, 1):
        threads = Mock()
        saxpy_in_a_grid(threads, 1.0, torch.ones(1), torch.ones(1), 3, 4, seed)
        orders.append([call.args[:3] for call in threads.call_args_list])
        assert sorted(orders[-1]) == [(b, t, 4) for b in range(3) for t in range(4)]
    assert orders[0] != orders[1]


def test_the_grid_computes_what_torch_does_and_leaves_its_argument():
    """Catches threads that write into the caller's y, which would be counted twice in the notebook."""
    x, y = torch.randn(2, 10)
    before = y.clone()
    torch.testing.assert_close(saxpy_in_a_grid(saxpy_thread, 3.0, x, y, 3, 4), 3 * x + y)
    assert torch.equal(y, before)


def test_a_learners_thread_is_used_once_it_is_right(capsys):
    """Catches a thread that leaves elements out and still drives the notebook, and a
    right one that does not."""
    x, y = torch.randn(2, 10)

    def own(block, thread, block_size, a, x, y):
        i = block * block_size + thread
        if i < len(y):
            y[i] += a * x[i]

    def unfinished(block, thread, block_size, a, x, y):
        own(block, thread, block_size, a, x, y[: block_size * 2])

    assert your_thread(own, saxpy_thread, 3.0, x, y, 3, 4) is own
    assert your_thread(unfinished, saxpy_thread, 3.0, x, y, 3, 4) is saxpy_thread
    first, second = capsys.readouterr().out.splitlines()
    assert first == "ここからの計算には、あなたの saxpy_thread を使います。"
    assert "まだ正解していない" in second and "saxpy_thread" in second


def test_what_a_thread_writes_is_seen():
    """Catches an arrow to an element that the formula names, but the function does not write."""
    assert written_by(saxpy_thread, 2, 3, 8, 50) == [19]
    assert written_by(saxpy_thread, 6, 2, 8, 50) == []
    assert written_by(lambda b, t, s, a, x, y: y.fill_(1), 0, 0, 8, 3) == [0, 1, 2]


@pytest.mark.parametrize("stride", [1, 2, 3, 8, 11])
def test_segments_are_counted_byte_by_byte(stride):
    """Catches a segment counted in elements instead of bytes."""
    touched = {byte // 32 for t in range(16) for byte in range(4 * stride * t, 4 * stride * t + 4)}
    assert segments(16, stride) == touched
