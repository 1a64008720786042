"""Split layers against torch's own Linear with the weights put together."""

import pytest
import torch
from module_gate import public_functions
from torch import nn

from lessons.model_parallel import column_parallel, row_parallel, tensor_parallel


def whole_layer(weight: torch.Tensor) -> nn.Linear:
    """A Linear without bias that holds this weight."""
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=False, dtype=weight.dtype)
    layer.weight = nn.Parameter(weight)
    return layer


@pytest.mark.parametrize("function, axis", [(column_parallel, 0), (row_parallel, 1)])
@pytest.mark.parametrize("sizes", [[4], [3, 1], [2, 5, 3]])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_parts_compute_what_the_whole_layer_does(function, axis, sizes, dtype):
    """Catches parts in another order, the wrong slice of x, and a sum where a join is meant."""
    generator = torch.Generator().manual_seed(0)
    shape = [6, 6]
    shape[axis] = sum(sizes)
    weight = torch.randn(shape, generator=generator, dtype=dtype)
    x = torch.randn(5, shape[1], generator=generator, dtype=dtype)
    whole = whole_layer(weight)(x).detach()
    parts = function(x, list(weight.split(sizes, dim=axis)))
    torch.testing.assert_close(parts, whole)  # also the dtype


def test_column_then_row_needs_one_sum():
    """Catches a layout in which the second layer would need the whole output of the first."""
    generator = torch.Generator().manual_seed(1)
    x, first, second = (torch.randn(s, generator=generator, dtype=torch.double) for s in ((3, 4), (6, 4), (2, 6)))
    halves = zip(first.chunk(2), second.chunk(2, dim=1), strict=True)
    summed = sum(column_parallel(x, [a]).relu() @ b.T for a, b in halves)
    torch.testing.assert_close(summed, whole_layer(second)(whole_layer(first)(x).relu()).detach())


@pytest.mark.parametrize("function", [column_parallel, row_parallel])
def test_one_worker_gets_memory_of_its_own(function):
    """Catches a result that is a view of the argument where there is nothing to join."""
    x, weight = torch.ones(2, 3), torch.eye(3)
    function(x, [weight]).zero_()
    assert bool((x == 1).all()) and torch.equal(weight, torch.eye(3))


@pytest.mark.parametrize("function, shapes", [
    (column_parallel, [(2, 3), (2, 4)]), (column_parallel, []), (row_parallel, [(2, 1), (2, 1)]),
    (row_parallel, [(2, 1), (4, 2)]), (row_parallel, [])])
def test_shapes_that_do_not_fit_are_refused(function, shapes):
    """Catches features that nobody takes, and parts of two different layers."""
    with pytest.raises(ValueError, match="そろいません"):
        function(torch.ones(5, 3), [torch.ones(shape) for shape in shapes])


def test_this_module_offers_its_exercises():
    """Catches a function without a test of its own."""
    assert public_functions(tensor_parallel) == {"column_parallel", "row_parallel"}
