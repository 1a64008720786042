"""Bytes that a worker holds, against the values printed in the paper's figure 1."""

import pytest

from lessons.model_parallel.sharded_states import STAGES, bytes_held


def test_gives_the_values_of_the_paper():
    """Catches states that are divided a stage too early or too late: 7.5 billion, 64 workers."""
    found = [bytes_held(7.5e9, 64, stage) / 1e9 for stage in range(len(STAGES))]
    assert found == pytest.approx([120, 31.4, 16.6, 1.9], abs=0.05)


def test_one_worker_gains_nothing():
    """Catches a division by anything else than the number of workers."""
    assert {bytes_held(1000, 1, stage) for stage in range(4)} == {16_000}
