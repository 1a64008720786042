"""Smaller layers and sparse storage against torch's ln_structured, SciPy and plain loops."""

import numpy as np
import pytest
import scipy.sparse
import scipy.stats
import torch
from module_gate import public_functions
from torch import nn
from torch.nn.utils import prune

from lessons.pruning import compact, csr_bytes, dead_neurons, remove_neurons


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_dead_neurons_equals_a_plain_loop():
    """Catches a swapped axis, and "and" where "or" is meant."""
    for seed in range(20):
        incoming = torch.rand(9, 3, generator=seeded(seed)) > 0.6
        outgoing = torch.rand(2, 9, generator=seeded(seed + 100)) > 0.6
        expected = [not any(incoming[j].tolist()) or not any(outgoing[:, j].tolist())
                    for j in range(9)]
        assert dead_neurons(incoming, outgoing).tolist() == expected
        assert 0 < sum(expected) < 9


def test_removed_neurons_leave_the_output_as_if_they_were_silent():
    """Catches a row removed where a column is meant: the smaller net must compute the same.

    Which neurons go is decided by torch's own ln_structured.
    """
    first, second = nn.Linear(5, 8), nn.Linear(8, 3)
    prune.ln_structured(first, "weight", amount=3, n=2, dim=0)
    keep = first.weight_mask.any(dim=1)
    assert int(keep.sum()) == 5
    x = torch.randn(11, 5, generator=seeded())
    silent = second((first(x).relu() * keep))
    w_in, b_in, w_out = remove_neurons(
        first.weight.detach(), first.bias.detach(), second.weight.detach(), keep)
    small = (x @ w_in.T + b_in).relu() @ w_out.T + second.bias
    torch.testing.assert_close(small, silent)


@pytest.mark.parametrize("kept", [0, 4])
def test_removing_none_or_all_neurons_copies(kept):
    """Catches results that share memory with the arguments, and a failure at the two ends."""
    arguments = torch.ones(4, 3), torch.ones(4), torch.ones(2, 4)
    results = remove_neurons(*arguments, torch.arange(4) < kept)
    assert [tuple(r.shape) for r in results] == [(kept, 3), (kept,), (2, kept)]
    for result in results:
        result.zero_()
    assert all(bool((a == 1).all()) for a in arguments)


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta state")
@pytest.mark.parametrize("rows,columns", [(1, 1), (30, 40), (100, 3)])
def test_csr_bytes_equals_the_real_arrays(rows, columns):
    """Catches missing row pointers and R pointers instead of R+1."""
    dense = torch.randn(rows, columns, generator=seeded())
    dense[torch.rand(rows, columns, generator=seeded(1)) > 0.3] = 0
    nonzeros = int(dense.count_nonzero())
    for value in (np.float32, np.float64):
        csr = scipy.sparse.csr_matrix(dense.numpy().astype(value))
        real = csr.data.nbytes + csr.indices.nbytes + csr.indptr.nbytes
        assert csr_bytes(rows, nonzeros, np.dtype(value).itemsize, csr.indices.itemsize) == real
    csr = dense.to_sparse_csr()
    real = sum(part.nbytes for part in (csr.values(), csr.col_indices(), csr.crow_indices()))
    assert csr_bytes(rows, nonzeros, 4, 8) == real


ILLEGAL = [
    (lambda: dead_neurons(torch.ones(4, 3).bool(), torch.ones(2, 5).bool()), "違います: 4, 5"),
    (lambda: remove_neurons(torch.ones(4, 3), torch.ones(4), torch.ones(2, 4), torch.ones(5) > 0),
     r"そろいません: \[4, 4, 4, 5\]"),
    (lambda: csr_bytes(3, -1, 4, 4), r"負の値があります: \(3, -1, 4, 4\)"),
]


@pytest.mark.parametrize("call,message", ILLEGAL, ids=[message for _, message in ILLEGAL])
def test_illegal_values_are_named(call, message):
    """Catches an illegal value that passes silently or a message that does not name it."""
    with pytest.raises(ValueError, match=message):
        call()


def test_every_function_of_the_module_is_tested_here():
    """Catches a function that joins the module and is compared with nothing."""
    assert public_functions(compact) == {
        "csr_bytes", "dead_neurons", "remove_neurons"}
