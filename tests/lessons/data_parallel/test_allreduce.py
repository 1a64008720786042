"""Ring all-reduce against torch's sum, and its bytes against counted messages."""

import pytest
import torch
from module_gate import public_functions

from lessons.data_parallel import allreduce, allreduce_bytes, ring_allreduce


@pytest.mark.parametrize("n_workers", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("length", [1, 3, 8, 13])
def test_everyone_gets_the_sum_in_memory_of_their_own(n_workers, length):
    """Catches a chunk that is added twice, that does not come round, or that two workers share."""
    generator = torch.Generator().manual_seed(length)
    vectors = list(torch.randn(n_workers, length, generator=generator, dtype=torch.float64))
    kept = [vector.clone() for vector in vectors]
    results = ring_allreduce(vectors)
    total = torch.stack(kept).sum(dim=0)
    assert len(results) == n_workers
    for result in results:
        torch.testing.assert_close(result, total, rtol=1e-13, atol=1e-13)
    assert all(torch.equal(*pair) for pair in zip(vectors, kept, strict=True))
    places = {tensor.untyped_storage().data_ptr() for tensor in (*results, *vectors)}
    assert len(places) == n_workers + 1  # the given vectors are the rows of one matrix


@pytest.mark.parametrize("n_workers", [1, 2, 3, 5, 8])
def test_bytes_are_those_of_the_messages(n_workers):
    """Catches a formula without one of the two halves, or that counts a worker's own chunk."""
    chunk = 6 * 4  # bytes
    messages = [chunk for half in range(2) for _ in range(n_workers - 1)]
    assert allreduce_bytes(6 * n_workers, n_workers, 4) == pytest.approx(sum(messages), rel=1e-12)


def test_bytes_of_chunks_that_do_not_divide_are_not_rounded():
    """Catches whole-number division: 2 · 2/3 · 10 values of 2 bytes."""
    assert allreduce_bytes(10, 3, 2) == pytest.approx(80 / 3, rel=1e-12)
    assert type(allreduce_bytes(10, 1, 2)) is float


ILLEGAL = [
    (lambda: ring_allreduce([]), r"ベクトルの長さがそろいません: \[\]"),
    (lambda: ring_allreduce([torch.ones(2), torch.ones(3)]), r"そろいません: \[2, 3\]"),
    (lambda: allreduce_bytes(0, 2, 4), r"1 に満たない値があります: \(0, 2, 4\)"),
    (lambda: allreduce_bytes(5, 0, 4), r"1 に満たない値があります: \(5, 0, 4\)"),
]


@pytest.mark.parametrize("call,message", ILLEGAL, ids=[message for _, message in ILLEGAL])
def test_illegal_values_are_named(call, message):
    """Catches an illegal value that passes silently or a message that does not name it."""
    with pytest.raises(ValueError, match=message):
        call()


def test_every_function_of_the_module_is_tested_here():
    """Catches a function that joins the module and is compared with nothing."""
    assert public_functions(allreduce) == {"ring_allreduce", "allreduce_bytes"}
