"""Five sizes of one network: bytes as the tensors have them, and sentences that follow the clock."""

import re

import pytest
import torch

from checker.catalogue import LESSONS
from lessons.data import Dataset, fashion_mnist
from lessons.overview import five_sizes as five
from lessons.training import accuracy, linear_layers, mlp

NETWORK = mlp(five.WIDTHS, 0)


@pytest.fixture(scope="module")
def measured():
    """A run on few images: the sizes are the same, the training takes a moment."""
    whole = fashion_mnist()
    return five.five_sizes(
        Dataset(whole.x_train[:320], whole.y_train[:320], whole.x_test[:100], whole.y_test[:100],
                whole.class_names), seed=0, rounds=1)


def nbytes(tensors) -> int:
    return sum(tensor.nbytes for tensor in tensors)


def test_dense_sizes_are_the_tensors_bytes():
    """Catches a size that forgets the biases, or counts another format's."""
    assert five.dense_bytes(five.WIDTHS, 32) == nbytes(NETWORK.parameters())
    assert five.dense_bytes(five.WIDTHS, 16) == nbytes(p.half() for p in NETWORK.parameters())
    layers = five.int8_layers(NETWORK)
    assert five.dense_bytes(five.WIDTHS, 8) == sum(w.nbytes + 4 + b.nbytes for w, _, b in layers)


def test_the_sparse_size_is_the_tensors_bytes():
    """Catches zeros that take room, and numbers of columns that take none."""
    network = mlp(five.WIDTHS, 1)
    with torch.no_grad():
        for layer in linear_layers(network):
            layer.weight[layer.weight.abs() < 0.5 * layer.weight.abs().max()] = 0
    parts = [(w.values(), w.col_indices().int(), w.crow_indices().int(), b)
             for w, b in five.csr_layers(network)]
    assert five.sparse_bytes(network) == sum(map(nbytes, parts))


def test_int8_computes_the_same_network():
    """Catches a bias or a ReLU that the integer path leaves out."""
    x = fashion_mnist().x_test[:200]
    with torch.no_grad():
        exact, rounded = NETWORK(x), five.int8_forward(five.int8_layers(NETWORK), x)
    assert float((rounded - exact).std() / exact.std()) < 0.1
    assert not torch.equal(rounded, exact)


def test_each_size_has_its_own_network(measured):
    """Catches one network that is measured five times, and an output in another order than its name."""
    original, half, integers, cut, student = measured
    assert original.name == five.ORIGINAL and original.bytes == 2 * half.bytes
    assert original.bytes > 2 * integers.bytes and original.bytes > 2 * cut.bytes
    assert student.bytes < min(integers.bytes, cut.bytes)
    assert len({size.bytes for size in measured}) == 5
    assert all(size.milliseconds > 0 for size in measured)
    assert min(original.accuracy, half.accuracy, integers.accuracy, student.accuracy) > 40


def test_pruning_keeps_its_zeros_and_the_student_learns():
    """Catches a retraining that revives what was cut, and a student that ignores its teacher."""
    data = fashion_mnist()
    few = Dataset(data.x_train[:640], data.y_train[:640], data.x_test, data.y_test, data.class_names)
    cut = five.pruned(NETWORK, few, 0)
    for before, after in zip(linear_layers(NETWORK), linear_layers(cut), strict=True):
        zeros = five.threshold_mask(before.weight.detach(), five.ALPHA).logical_not()
        assert zeros.any() and not after.weight[zeros].any()
    wrong = mlp(five.WIDTHS, 0)  # a teacher that says class 3 of everything
    with torch.no_grad():
        linear_layers(wrong)[-1].bias[3] += 1e3
    honest = five.student_of(five.trained(few, 0), few, 0, epochs=3)
    misled = five.student_of(wrong, few, 0, epochs=3)
    assert accuracy(honest, data.x_test, data.y_test) > accuracy(misled, data.x_test, data.y_test) + 5


@pytest.mark.parametrize("milliseconds, said", [
    (0.5, "2.0 倍速くなりました"), (1.1, "時間はほとんど変わりません"), (20.0, "20.0 倍遅くなりました")])
def test_the_sentence_follows_the_clock(milliseconds, said):
    """Catches a text that calls int8 fast on a computer where it is not."""
    sizes = [five.Size("元", 400, 1.0, 80.0), five.Size("int8", 100, milliseconds, 80.0)]
    sentence, = five.told(sizes)
    assert said in sentence and "4.0 分の 1" in sentence and "0.0" not in sentence.replace("20.0", "")


def test_the_table_of_the_text_has_the_sizes(measured):
    """Catches a table that no longer tells what the cell below it computes."""
    text = (LESSONS / "overview/00_overview.md").read_text("utf-8")
    rows = re.findall(r"^\| (\S.*?) \| ([\d,]+) \| [\d.]+ \| ([\d.]+) \| 0\d \|$", text, re.MULTILINE)
    assert [name for name, _, _ in rows] == [size.name for size in measured]
    printed = {name: int(count.replace(",", "")) for name, count, _ in rows}
    for size in measured:
        exact = size.name != "結合を切る（プルーニング）"  # how many are cut depends on the training
        assert printed[size.name] == pytest.approx(size.bytes, rel=0 if exact else 0.3)
