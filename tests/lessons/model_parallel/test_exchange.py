"""The exchange: every communication is counted once, in both directions, and values are right."""

import pytest
import torch

from lessons.model_parallel.exchange import ALL_GATHER, ALL_REDUCE, BACKWARD, FORWARD, Exchange, Message


def numbers(*shape: int) -> torch.Tensor:
    return torch.arange(1.0, 1 + torch.Size(shape).numel(), dtype=torch.float64).view(shape).square()


STEPS = {
    "all_reduce": lambda exchange, x: exchange.all_reduce([x, 2 * x, 4 * x]),
    "all_gather": lambda exchange, x: exchange.all_gather([x, x.square(), -x]),
    "to_everyone": lambda exchange, x: sum(
        k * copy.square() for k, copy in enumerate(exchange.to_everyone(x, 3), 1)),
    "own_columns": lambda exchange, x: torch.cat(
        [k * part.square() for k, part in enumerate(exchange.own_columns(x, 3), 1)], dim=-1),
}
PLAIN = {
    "all_reduce": lambda x: 7 * x,
    "all_gather": lambda x: torch.cat([x, x.square(), -x], dim=-1),
    "to_everyone": lambda x: 6 * x.square(),
    "own_columns": lambda x: x.square() * torch.tensor([1.0, 1, 2, 2, 3], dtype=x.dtype),
}
# Three workers, a result of 2×5 doubles (all_gather: 2×15).
LOGS = {
    "all_reduce": [Message(FORWARD, ALL_REDUCE, 2 * 2 / 3 * 80)],
    "all_gather": [Message(FORWARD, ALL_GATHER, 2 / 3 * 240)],
    "to_everyone": [Message(BACKWARD, ALL_REDUCE, 2 * 2 / 3 * 80)],
    "own_columns": [Message(BACKWARD, ALL_GATHER, 2 / 3 * 80)],
}


@pytest.mark.parametrize("name", STEPS)
def test_values_gradients_and_the_log(name):
    """Catches a communication that changes the numbers, a wrong gradient (by finite differences),
    one that is not counted, counted twice, or counted in the wrong direction."""
    exchange, x = Exchange(), numbers(2, 5).requires_grad_()
    y = STEPS[name](exchange, x)
    assert torch.equal(y, PLAIN[name](x))
    y.sum().backward()
    assert [(m.direction, m.kind) for m in exchange.log] == [(m.direction, m.kind) for m in LOGS[name]]
    assert exchange.bytes_sent() == pytest.approx(LOGS[name][0].bytes_sent)
    assert exchange.count() == exchange.count(LOGS[name][0].direction) == 1
    assert torch.autograd.gradcheck(lambda x: STEPS[name](Exchange(), x), numbers(2, 5).requires_grad_())


def test_one_worker_sends_nothing():
    """Catches bytes that a single worker would send to itself."""
    exchange = Exchange()
    x = numbers(2, 4).requires_grad_()
    part, = exchange.own_columns(x, 1)
    copy, = exchange.to_everyone(part, 1)
    (exchange.all_reduce([copy]) + exchange.all_gather([copy])).sum().backward()
    assert exchange.log == [] and torch.equal(x.grad, torch.full_like(x, 2))
