"""Synchronous data parallelism against autograd over the joined batch, in one plain loop."""

import pytest
import torch
from module_gate import public_functions
from torch import nn

from lessons.data_parallel import average_gradients, sync_sgd, synchronous


def regression(sizes: list[int], dtype=torch.float64) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Start values, and the shards: features and target side by side in each row."""
    generator = torch.Generator().manual_seed(len(sizes))
    rows = torch.randn(sum(sizes), 5, generator=generator, dtype=dtype)
    return torch.randn(4, generator=generator, dtype=dtype), list(rows.split(sizes))


def by_autograd(theta: torch.Tensor, shard: torch.Tensor) -> torch.Tensor:
    """The gradient of the mean loss over a shard, of a model that is not linear in theta."""
    theta = theta.clone().requires_grad_()
    loss = (torch.tanh(shard[:, :4] @ theta) - shard[:, 4]).square().mean()
    return torch.autograd.grad(loss, theta)[0]


@pytest.mark.parametrize("sizes", [[6], [4, 4], [7, 2, 1], [1, 9, 3, 3]])
def test_the_average_is_the_gradient_over_all_samples(sizes):
    """Catches a plain mean, a sum, and weights that belong to another worker."""
    theta, shards = regression(sizes)
    gradients = [by_autograd(theta, shard) for shard in shards]
    kept = [gradient.clone() for gradient in gradients]
    mean = average_gradients(gradients, sizes)
    torch.testing.assert_close(mean, by_autograd(theta, torch.cat(shards)), rtol=1e-12, atol=1e-14)
    assert all(torch.equal(*pair) for pair in zip(gradients, kept, strict=True))
    assert mean.data_ptr() != gradients[0].data_ptr()


@pytest.mark.parametrize("sizes", [[5], [3, 3], [6, 2, 1]])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_all_workers_together_are_one_worker_with_all_data(sizes, dtype):
    """Catches updates between the workers, unweighted shards, and one step too few or too many."""
    theta, shards = regression(sizes, dtype)
    start = theta.clone()
    parameter = nn.Parameter(theta.clone())
    optimizer, joined = torch.optim.SGD([parameter], lr=0.3), torch.cat(shards)
    for _ in range(7):
        parameter.grad = by_autograd(parameter.detach(), joined)
        optimizer.step()
    after = sync_sgd(by_autograd, theta, shards, 0.3, 7)
    torch.testing.assert_close(after, parameter.detach())
    assert after.dtype == dtype and torch.equal(theta, start)


ILLEGAL = [
    (lambda: average_gradients([torch.ones(2)], [3, 4]), "勾配が 1 個、件数が 2 個です"),
    (lambda: average_gradients([], []), "勾配が 0 個、件数が 0 個です"),
    (lambda: average_gradients([torch.ones(2)], [0]), r"件数が 1 に満ちません: \[0\]"),
    (lambda: sync_sgd(by_autograd, torch.ones(4), [], 0.1, 1), "データが 0 個、更新回数が 1 です"),
    (lambda: sync_sgd(by_autograd, torch.ones(4), [torch.ones(2, 5)], 0.1, 0), "更新回数が 0 です"),
]


@pytest.mark.parametrize("call,message", ILLEGAL, ids=[message for _, message in ILLEGAL])
def test_illegal_values_are_named(call, message):
    """Catches an illegal value that passes silently or a message that does not name it."""
    with pytest.raises(ValueError, match=message):
        call()


def test_every_function_of_the_module_is_tested_here():
    """Catches a function that joins the module and is compared with nothing."""
    assert public_functions(synchronous) == {"average_gradients", "sync_sgd"}
