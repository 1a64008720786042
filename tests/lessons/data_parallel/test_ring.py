"""The ring, message by message: each value tells who has been added, and each byte is counted."""

import pytest
import torch

from lessons.data_parallel import allreduce_bytes, ring_allreduce
from lessons.data_parallel.ring import ring_frames, server_bytes


def decimal_places(n: int) -> list[torch.Tensor]:
    """Worker i counts at the place 10^i: a sum shows who is in it, and how often."""
    return [torch.full((2 * n,), 10.0**i, dtype=torch.float64) for i in range(n)]


@pytest.mark.parametrize("n", [1, 2, 4, 7])
def test_every_value_is_the_sum_that_the_frame_tells(n):
    """Catches a worker that is added twice, a count that runs ahead of the value, a lost chunk."""
    frames = ring_frames(decimal_places(n))
    assert len(frames) == 2 * (n - 1) + 1
    for frame in frames:
        for chunks, counts in zip(frame.chunks, frame.summed, strict=True):
            for values, count in zip(chunks, counts, strict=True):
                digits = f"{int(values[0]):0{n}d}"
                assert set(digits) <= {"0", "1"} and digits.count("1") == count
    assert all(count == n for row in frames[-1].summed for count in row)


def test_each_message_goes_to_the_right_and_changes_one_chunk():
    """Catches messages that are sent one after the other: a value would travel two places at once."""
    frames = ring_frames(decimal_places(4))
    for before, after in zip(frames, frames[1:], strict=False):
        for worker, c in enumerate(after.sent):
            right, came = (worker + 1) % 4, before.chunks[worker][c]
            own = before.chunks[right][c]
            expected = own + came if after.phase == "reduce-scatter" else came
            assert torch.equal(after.chunks[right][c], expected)
            others = [i for i in range(4) if i != c]
            assert all(torch.equal(after.chunks[right][i], before.chunks[right][i]) for i in others)
    middle = frames[3]
    assert [row.count(4) for row in middle.summed] == [1, 1, 1, 1], "reduce-scatter ends here"
    assert [f.phase for f in frames] == [""] + 3 * ["reduce-scatter"] + 3 * ["all-gather"]


@pytest.mark.parametrize("n, dtype", [(2, torch.float32), (5, torch.float16), (8, torch.float64)])
def test_bytes_follow_the_formula(n, dtype):
    """Catches bytes of one phase alone; where N is no multiple of n, all workers together count."""
    size = torch.ones(1, dtype=dtype).element_size()
    even = ring_frames([torch.ones(40 * n, dtype=dtype)] * n)[-1].bytes_sent
    assert set(even) == {allreduce_bytes(40 * n, n, size)}
    odd = ring_frames([torch.ones(40 * n + 1, dtype=dtype)] * n)[-1].bytes_sent
    assert sum(odd) == 2 * (n - 1) * (40 * n + 1) * size


def test_the_exercise_and_the_frames_end_alike():
    """Catches a film that shows another sum than the exercise computes."""
    vectors = [torch.randn(11, generator=torch.Generator().manual_seed(i)) for i in range(4)]
    ends = [torch.cat(chunks) for chunks in ring_frames(vectors)[-1].chunks]
    for end, result in zip(ends, ring_allreduce(vectors), strict=True):
        assert torch.allclose(end, result, atol=1e-6)
    assert server_bytes(10, 3, 4) == 3 * 40 + 3 * 40
