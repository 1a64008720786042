"""The two speed-ups against a clock that plays through the work."""

import pytest
from module_gate import public_functions

from lessons.gpu import amdahl_speedup, offload_speedup, speedup


def rounds(serial: int, parallel: int, workers: int) -> int:
    """Rounds for so many unit tasks: serial ones one by one, then a task a worker each round."""
    passed = serial
    while parallel > 0:
        parallel -= workers
        passed += 1
    return passed


@pytest.mark.parametrize("workers", [1, 2, 5, 20])
@pytest.mark.parametrize("parallel", [0, 20, 80, 100])
def test_amdahl_counts_the_rounds_of_a_hundred_tasks(parallel, workers):
    """Catches the two parts swapped, and a serial part that is shared out."""
    played = 100 / rounds(100 - parallel, parallel, workers)
    assert amdahl_speedup(parallel / 100, workers) == pytest.approx(played)


def test_the_serial_part_bounds_the_speedup():
    """Catches a law without its limit: with 5 % serial work a million workers stay below 20."""
    assert 19.9 < amdahl_speedup(0.95, 1_000_000) < 20


@pytest.mark.parametrize("flops,moved", [(600, 0), (600, 30), (40, 90)])
def test_offloading_is_timed_operation_by_operation_and_byte_by_byte(flops, moved):
    """Catches a transfer left out, overlapped or paid by the CPU, and a ratio upside down."""
    cpu = sum(1 / 20.0 for _ in range(flops))
    gpu = sum(1 / 400.0 for _ in range(flops)) + sum(1 / 8.0 for _ in range(moved))
    assert offload_speedup(flops, moved, 20.0, 400.0, 8.0) == pytest.approx(cpu / gpu)


def test_more_work_on_the_same_bytes_gains_more():
    """Catches a model in which the GPU always wins: little work on many bytes must lose."""
    gains = [offload_speedup(work, 1e6, 1e9, 1e12, 1e9) for work in (1e4, 1e7, 1e12)]
    assert gains[0] < 1 < gains[1] < gains[2] < 1000


@pytest.mark.parametrize("function,arguments", [
    (amdahl_speedup, (1.1, 2)), (amdahl_speedup, (-0.1, 2)), (amdahl_speedup, (0.5, 0)),
    (offload_speedup, (0.0, 1.0, 1.0, 1.0, 1.0)), (offload_speedup, (1.0, -1.0, 1.0, 1.0, 1.0)),
    (offload_speedup, (1.0, 1.0, 1.0, 1.0, 0.0))])
def test_a_value_out_of_range_is_refused(function, arguments):
    """Catches a share above 1, and a division by zero."""
    with pytest.raises(ValueError, match="範囲にない"):
        function(*arguments)


def test_this_module_offers_its_exercises():
    """Catches a function without a test of its own."""
    assert public_functions(speedup) == {"amdahl_speedup", "offload_speedup"}
