"""Times of two processes: the estimates, and sentences that are chosen by what was measured."""

import pytest

from lessons.measured import stored
from lessons.model_parallel import tensor_claims
from lessons.model_parallel.cost_model import model_parallel_speedup
from lessons.model_parallel.two_process_times import ONE_WAY_BYTES, Times, times_of, told

RESULTS = [
    {"alone_seconds": 4e-3, "compute_seconds": 1e-3, "step_seconds": 6e-3,
     "loopback": {"bytes": [4, 10_000_000], "seconds": [1e-4, 1e-4 + 0.02]}},
    {"compute_seconds": 2.5e-3, "step_seconds": 5e-3},
]


def test_estimates():
    """Catches one way instead of two, a bandwidth that counts the latency, and the faster worker."""
    times = times_of(RESULTS, model_parallel_speedup)
    assert ONE_WAY_BYTES == 64 * 300 * 4
    travel = 2 * (1e-4 + ONE_WAY_BYTES / 5e8)
    assert times.bandwidth == pytest.approx(5e8) and times.latency == 1e-4
    assert times.together == pytest.approx(2e-3 + travel)
    assert times.in_turns == pytest.approx(3.5e-3 + travel)
    assert (times.alone, times.measured) == (4e-3, 6e-3)


def test_a_busy_machine_gives_no_negative_bandwidth():
    """Catches a division by zero where a large message happened to arrive before a small one."""
    early = RESULTS[0] | {"loopback": {"bytes": [4, 10_000_000], "seconds": [2e-3, 1e-3]}}
    times = times_of([early, RESULTS[1]], model_parallel_speedup)
    assert times.bandwidth > 0 and times.in_turns >= 3.5e-3 + 4e-3


@pytest.mark.parametrize("measured, words", [
    (2e-3, ("2.0 倍の速さ", "見積もりとは合いません")), (5e-3, ("1.2 倍遅く", "ほぼ合います")),
    (40e-3, ("10.0 倍遅く", "見積もりとは合いません"))])
def test_sentences_follow_the_measurement(measured, words):
    """Catches a sentence about speed that is fixed text."""
    said = "".join(told(Times(4e-3, 3e-3, 5e-3, measured, 1e-4, 5e8)))
    assert all(word in said for word in words)


def test_the_stored_result_will_do():
    """Catches a stored result that the notebook's cells cannot read, or that breaks its claims."""
    results = stored("lessons.model_parallel.two_processes:train", 2)["results"]
    times = times_of(results, model_parallel_speedup)
    assert times.in_turns > times.together > 0 and len(told(times)) == 3
    assert all(holds for _, holds in tensor_claims.about_two_processes(results))
