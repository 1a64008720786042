"""The cost model against an addition of single seconds."""

import pytest
from module_gate import public_functions

from lessons.model_parallel import cost_model, model_parallel_speedup


def seconds(compute: float, moved: float, bandwidth: float, workers: int) -> float:
    """One worker's share of the computation, then everything that moves, byte after byte."""
    transfer = sum(1 / bandwidth for _ in range(int(moved))) if workers > 1 else 0.0
    return compute / workers + transfer


@pytest.mark.parametrize("workers", [1, 2, 8])
@pytest.mark.parametrize("moved", [0.0, 30.0, 900.0])
def test_the_speedup_is_the_ratio_of_two_times(workers, moved):
    """Catches one worker that pays for a transfer, and a transfer that is divided among workers."""
    whole, parts = (seconds(3.0, moved, 100.0, n) for n in (1, workers))
    assert model_parallel_speedup(3.0, moved, 100.0, workers) == pytest.approx(whole / parts)


def test_more_computation_for_the_same_traffic_gains_more():
    """Catches a ratio upside down: the larger network must gain more, up to n times."""
    gains = [model_parallel_speedup(c, 1e6, 1e6, 8) for c in (0.5, 2.0, 50.0)]
    assert gains[0] < 1 < gains[1] < gains[2] < 8


@pytest.mark.parametrize("arguments", [
    (0.0, 1.0, 1.0, 2), (1.0, -1.0, 1.0, 2), (1.0, 1.0, 0.0, 2), (1.0, 1.0, 1.0, 0)])
def test_a_value_out_of_range_is_refused(arguments):
    """Catches a division by zero, and a negative time."""
    with pytest.raises(ValueError, match="範囲にない"):
        model_parallel_speedup(*arguments)


def test_this_module_offers_its_exercise():
    """Catches a function without a test of its own."""
    assert public_functions(cost_model) == {"model_parallel_speedup"}
