"""The shipped data: checksums, balance, and the invariants of the published table."""

import hashlib

import numpy as np
import pytest
import torch

from lessons import data
from lessons.data import make_fashion_mnist


def test_checksum_in_code_and_in_the_readme_is_that_of_the_file():
    """Catches an archive that was replaced, or damaged by a line-ending conversion."""
    content = make_fashion_mnist.TARGET.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    assert digest == data.FASHION_MNIST_SHA256
    assert digest in (data.FOLDER / "README.md").read_text(encoding="utf-8")


def test_a_damaged_archive_is_refused(tmp_path, monkeypatch):
    """Catches loading without the check."""
    (tmp_path / "fashion_mnist.npz").write_bytes(make_fashion_mnist.TARGET.read_bytes()[:-1])
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="SHA-256"):
        data.fashion_mnist()


@pytest.mark.parametrize("load,train,test,features", [
    (data.digits, 1257, 540, 64), (data.fashion_mnist, 6000, 2000, 784)])
def test_shapes_types_and_ranges(load, train, test, features):
    """Catches raw bytes instead of 0..1, a wrong type, or a class without a name."""
    d = load()
    assert d.x_train.shape == (train, features) and d.x_test.shape == (test, features)
    assert d.y_train.shape == (train,) and d.y_test.shape == (test,)
    for x in (d.x_train, d.x_test):
        assert x.dtype == torch.float32
        assert x.min() == 0 and x.max() == 1
    for y in (d.y_train, d.y_test):
        assert y.dtype == torch.int64
        assert sorted(y.unique().tolist()) == list(range(len(d.class_names)))


def test_fashion_mnist_is_balanced_and_mixed():
    """Catches an unbalanced draw, and rows left sorted by class."""
    d = data.fashion_mnist()
    assert d.y_train.bincount().tolist() == [600] * 10
    assert d.y_test.bincount().tolist() == [200] * 10
    assert len(d.y_train[:100].unique()) == 10


def test_no_image_is_in_both_splits():
    """Catches a test row that leaked into training."""
    for d in (data.digits(), data.fashion_mnist()):
        train = {row.numpy().tobytes() for row in d.x_train}
        leaked = sum(row.numpy().tobytes() in train for row in d.x_test)
        assert leaked == 0


def test_data_move_together():
    """Catches a tensor that stays behind; "meta" is a device that every machine has."""
    moved = data.digits().to("meta")
    tensors = (moved.x_train, moved.y_train, moved.x_test, moved.y_test)
    assert [t.device.type for t in tensors] == ["meta"] * 4


@pytest.mark.skipif(not make_fashion_mnist.SOURCE.exists(),
                    reason="the Debian package dataset-fashion-mnist is not installed")
def test_the_script_reproduces_the_archive():
    """Catches a script that was changed without making the archive anew.

    Arrays are compared, not bytes: compressed bytes depend on the version of zlib.
    """
    made, stored = make_fashion_mnist.select(), np.load(make_fashion_mnist.TARGET)
    assert sorted(made) == sorted(stored.files)
    for name, array in made.items():
        assert array.dtype == stored[name].dtype == np.uint8
        assert np.array_equal(array, stored[name])


def test_published_table_keeps_its_invariants():
    """Catches a mistyped figure: a total outside its layers, or a share that does not rise."""
    rows = data.caffenet_table()
    assert len(rows) == 14
    for column in ("alpha", "fc1", "fc2", "fc3", "total"):
        values = [getattr(row, column) for row in rows]
        assert all(a < b for a, b in zip(values, values[1:], strict=False)), column
    for row in rows:
        layers = (row.fc1, row.fc2, row.fc3)
        assert min(layers) < row.total < max(layers)
        # the total is the mean weighted by CaffeNet's layer sizes, to the printed digits
        sizes = (9216 * 4096, 4096 * 4096, 4096 * 102)
        assert row.total == pytest.approx(np.average(layers, weights=sizes), abs=0.0101)
    accuracies = [row.accuracy for row in rows]
    assert accuracies[0] == max(accuracies) and accuracies[-1] == min(accuracies)


def test_published_times_and_peaks_have_the_ratios_that_are_taught():
    """Catches a mistyped figure: six bits are four to five times faster, single is twice double."""
    ratios = [time.seconds_32bit / time.seconds_6bit for time in data.detection_times()]
    assert ratios == pytest.approx([5.17, 4.16, 5.28], abs=0.006)
    peaks = {card.card: card.single / card.double for card in data.gpu_tflops()}
    assert peaks == pytest.approx({"NVIDIA Tesla V100": 2.01, "NVIDIA Tesla P100": 1.98}, abs=0.006)


def test_numbers_from_the_texts_fit_together():
    """Catches a mistyped figure: the shares that the papers print beside the counts."""
    omitted = data.from_the_text("hinton_omitted_digit")["without_three"]
    right = 100 * (1 - omitted["errors_on_threes"]["3.5"] / omitted["threes"])
    assert round(right, 1) == 98.6
    for bias, errors in omitted["errors"].items():
        assert omitted["errors_on_threes"][bias] < errors < omitted["images"]
    figure = data.from_the_text("fitnets_figure2")
    assert list(figure["deepest"].values()) == [5, 7, 13]
    seven = figure["seven_layers"]
    assert round(seven["with_hints"] - seven["without_hints"], 1) in (0.6, 0.7)


def test_published_fitnets_keep_their_invariants():
    """Catches a mistyped figure: a compression that is not the ratio of the parameters, a row
    that is lost or out of order, an accuracy as a share."""
    teacher, *students = rows = data.fitnets_table()
    assert [row.network for row in rows] == ["Teacher", *(f"FitNet {k}" for k in (1, 2, 3, 4))]
    assert (teacher.speedup, teacher.compression) == (1, 1)
    for row in rows:
        assert 89 < row.accuracy < 92
        # the printed compression: 36, or two digits after the point
        assert row.compression == pytest.approx(9_000_000 / row.parameters, abs=0.0051)
        assert {type(getattr(row, name)) for name in (
            "layers", "parameters", "multiplications")} == {int}
    for row in students:
        assert row.layers > teacher.layers and row.parameters < teacher.parameters
        # fewer multiplications make it faster, but never by more than their ratio
        assert 1 < row.speedup < teacher.multiplications / row.multiplications
    for column in ("parameters", "accuracy"):
        values = [getattr(row, column) for row in students]
        assert all(a < b for a, b in zip(values, values[1:], strict=False)), column


def test_published_speedups_are_those_of_the_text():
    """Catches a mistyped figure, and a lower bound that is taken for a measurement."""
    small, large = data.distbelief_points()
    assert (small.parameters, small.machines, small.speedup, small.at_least) == (42_000_000, 8, 2.2, False)
    assert (large.parameters, large.machines, large.speedup, large.at_least) == (1_700_000_000, 81, 12, True)
