"""One network in four formats, and the time of double against single precision."""

import pytest
import torch

from lessons.data.hardware import boards
from lessons.quantization import double_and_single, stored_weights
from lessons.training import linear_layers, mlp


@pytest.fixture(scope="module")
def untrained():
    return mlp([784, 300, 100, 10], 0).double()


def test_bytes_are_counted_parameter_by_parameter(untrained):
    """Catches weights without biases, and 8 bits that forget what float32 still holds."""
    assert stored_weights.parameters(untrained) == 784 * 300 + 300 + 300 * 100 + 100 + 1000 + 10
    eight = 784 * 300 + 300 * 100 + 1000 + 4 * 410 + 3 * 8
    assert stored_weights.integer_bytes(untrained) == eight == 267_864
    memory = boards()["Raspberry Pi Pico"]["memory_bytes"]
    assert eight < memory < 2 * stored_weights.parameters(untrained)


def test_a_format_rounds_the_weights_alone(untrained):
    """Catches a model that is changed in place, and rounding that does not happen."""
    before = [p.clone() for p in untrained.parameters()]
    half = stored_weights.in_format(untrained, torch.float16)
    for old, p, rounded in zip(before, untrained.parameters(), half.parameters(), strict=True):
        assert torch.equal(p, old) and rounded.dtype == torch.float64
        assert torch.equal(rounded, old.half().double()) and not torch.equal(rounded, old)


def test_integers_take_the_weights_and_leave_the_biases(untrained):
    """Catches biases that are rounded, and another range than the weight's own."""
    rounded = stored_weights.in_integers(untrained, stored_weights.measured_range, 3)
    for old, new in zip(linear_layers(untrained), linear_layers(rounded), strict=True):
        assert torch.equal(old.bias, new.bias)
        assert len(new.weight.unique()) <= 8 < len(old.weight.unique())
    calls = []
    stored_weights.in_integers(untrained, lambda w, bits: calls.append((w.shape, bits)) or w, 5)
    assert calls == [((300, 784), 5), ((100, 300), 5), ((10, 100), 5)]


def test_double_and_single_are_compared_by_their_time(monkeypatch):
    """Catches a ratio turned upside down, and two products of one dtype."""
    def twice_the_bytes(calls):
        return {key: float(call().dtype.itemsize) for key, call in calls.items()}

    monkeypatch.setattr(double_and_single, "shortest", twice_the_bytes)
    assert double_and_single.double_over_single((2, 3)) == {2: 2.0, 3: 2.0}


@pytest.mark.parametrize("ratio, said", [
    (2.04, "倍精度には、単精度の 2.0 倍の時間がかかりました。"),
    (1.1, "ほとんど同じです。"), (0.9, "ほとんど同じです。"),
    (0.5, "倍精度のほうが短く、単精度は 2.0 倍の時間がかかりました。")])
def test_the_sentence_follows_the_measurement(ratio, said):
    """Catches a fixed sentence, and a ratio below 1 that is told as a speed-up of 0.x."""
    sentence, = double_and_single.told({512: ratio})
    assert sentence.startswith("512×512 の積: ") and sentence.endswith(said)
