"""What 03_1 measures: the clock's arithmetic, the operations it divides by, and what is multiplied."""

import time

import pytest
import torch

from lessons.gpu import arithmetic_intensity, ladder, layers_on_the_roof, matmul_flops, measuring


def test_the_shortest_of_interleaved_rounds_is_the_time_of_one_call(monkeypatch):
    """Catches the time of all repeats for that of one, the last round for the shortest, and rounds
    that run one function to its end before the next."""
    now, order = [0.0], []
    durations = {"a": iter([9, 9, 3, 3, 2, 2]), "b": iter([8, 8, 4, 4, 5, 5])}

    def call(name):
        order.append(name)
        now[0] += next(durations[name])

    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    found = measuring.shortest(
        {name: lambda name=name: call(name) for name in "ab"}, rounds=4, clock=lambda: now[0])
    assert found == {"a": 2, "b": 4}
    assert order == list("aabb" + "ab" * 4)


def test_a_short_call_is_repeated_and_divided():
    """Catches a call of microseconds that is timed once, clock and all."""
    calls = []
    ticks = iter([0.0, 6.0])
    assert measuring.seconds_of(lambda: calls.append(1), 3, lambda: next(ticks)) == 2
    assert len(calls) == 3


def test_speeds_are_operations_over_seconds(monkeypatch):
    """Catches a function of its own beside the learner's, a type that is left out, and a slow type
    that is measured on the large matrices."""
    monkeypatch.setattr(measuring, "SIZES", (4, 300))
    monkeypatch.setattr(measuring, "shortest", lambda calls: {
        key: 0.5 for key, call in calls.items() if call().shape == (key[1], key[1])})
    speeds = measuring.product_speeds(lambda m, k, n: 1000 * m + 10 * k + n)
    assert speeds == {
        "float32": {4: 8088, 300: 2 * 303_300}, "float64": {4: 8088, 300: 2 * 303_300},
        "bfloat16": {4: 8088}, "int8": {4: 8088},
    }


def test_the_copy_is_read_and_written(monkeypatch):
    """Catches half the bytes, bits for bytes, and an addition that counts three operations."""
    monkeypatch.setattr(measuring, "shortest", lambda calls, rounds=7: dict.fromkeys(calls, 0.25))
    assert measuring.bandwidth(1000) == 4 * 2 * 4 * 1000
    assert measuring.addition_speed(1000) == 4000


def test_one_thread_is_used_while_measuring(monkeypatch):
    """Catches a roof that is measured on all cores and called one thread's."""
    seen = []
    monkeypatch.setattr(measuring, "shortest", lambda calls, rounds=7: seen.append(torch.get_num_threads()) or
                        dict.fromkeys(calls, 1.0))
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        measuring.bandwidth(8)
        measuring.product_speeds(matmul_flops)
        assert seen == [1, 1] and torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_the_triple_loop_multiplies():
    """Catches indices in another order, which only shows where the sides differ."""
    a, b = torch.arange(6.0).reshape(2, 3), torch.arange(12.0).reshape(3, 4) - 5
    assert torch.equal(torch.tensor(ladder.multiplied(a.tolist(), b.tolist())), a @ b)


def test_every_rung_is_measured_where_it_can_be(monkeypatch):
    """Catches a rung that is lost and a large product in pure Python, which takes minutes."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(ladder, "shortest", lambda calls, *_, **__: dict.fromkeys(calls, 0.5))
    speeds = ladder.climbed(matmul_flops, (4, 256))
    both = {4: 256, 256: 4 * 256**3}
    assert speeds == {ladder.PYTHON: {4: 256}, ladder.NUMPY: both, ladder.ONE: both, ladder.ALL: both}


def test_a_layer_is_a_product_of_its_batch(monkeypatch):
    """Catches inputs and outputs that are mixed up, and a batch that is not the layer's m."""
    monkeypatch.setattr(layers_on_the_roof, "shortest", lambda calls, rounds: {
        key: call().shape == (key[1], key[0][1]) for key, call in calls.items()})
    points = layers_on_the_roof.measured_layers(matmul_flops, arithmetic_intensity, ((7, 3),))
    assert points[7, 3][16] == layers_on_the_roof.Point(
        intensity=pytest.approx(672 / (4 * (112 + 21 + 48))), speed=672)
    assert layers_on_the_roof.NETWORK == ((784, 300), (300, 100), (100, 10))


def test_a_roof_is_measured_outside_the_cache_and_inside(monkeypatch):
    """Catches two roofs that are swapped, which would put every layer under the wrong one."""
    monkeypatch.setattr(layers_on_the_roof, "bandwidth", lambda values: values)
    monkeypatch.setattr(layers_on_the_roof, "addition_speed", lambda values: -values)
    machine = layers_on_the_roof.measured_machine(7.0)
    assert (machine.peak, machine.memory, machine.cache, machine.addition) == (7.0, 2**24, 2**14, -(2**24))
