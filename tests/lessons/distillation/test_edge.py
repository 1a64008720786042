"""What is handed to a device: what the file holds, and that eight bits are enough."""

import io
import zipfile
from pathlib import Path
from statistics import mean

import pytest
import torch

from lessons.distillation.edge import exported, microseconds, parts_of, told
from lessons.distillation.side_by_side import with_settings
from lessons.distillation.students import SEEDS, STUDENT_WIDTHS
from lessons.distillation.teacher import logits_of
from lessons.quantization.bit_widths import accuracy_with, uniform_weights
from lessons.training import accuracy, mlp


@pytest.fixture(scope="module")
def files(data, teacher):
    return {name: (model, *exported(model, data.x_test[:1]))
            for name, model in (("teacher", teacher), ("student", mlp(STUDENT_WIDTHS, 0)))}


@pytest.mark.slow
def test_an_exported_file_computes_the_same(data, files):
    """Catches a program that computes another thing, or the same for every image."""
    for model, _, program in files.values():
        for image in (data.x_test[1:2], data.x_test[7:8]):
            torch.testing.assert_close(program(image), logits_of(model, image))


@pytest.mark.slow
def test_an_exported_file_holds_no_test_set(data, files):
    """Catches a view of the images as the sample input: torch saves all that lies behind it, here
    the 138,240 byte of the test set, which were once taken for the program."""
    everything = data.x_test.numel() * data.x_test.element_size()
    for model, file, _ in files.values():
        weights = sum(4 * p.numel() for p in model.parameters())
        assert weights < len(file) < weights + 20_000 < weights + everything
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            (name,) = (n for n in archive.namelist() if "sample_inputs" in n and n.endswith(".pt"))
            sample, options = torch.load(io.BytesIO(archive.read(name)), weights_only=True)
            assert not options
            stored = [tensor.untyped_storage().nbytes() for tensor in sample]
            assert stored == [4 * 64]
            assert archive.getinfo(name).file_size < 3_000


@pytest.mark.slow
def test_an_exported_file_names_no_folder_of_its_machine(files):
    """Catches stack traces that travel to the device with the paths of who exported."""
    for _, file, _ in files.values():
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            texts = b"".join(map(archive.read, archive.namelist()))
        assert b"stack_trace" not in texts and b"site-packages" not in texts
        assert str(Path(torch.__file__).parent).encode() not in texts


@pytest.mark.slow
def test_the_parts_make_up_the_file(files):
    """Catches a part that is counted twice or not at all, and weights among the rest."""
    for model, file, _ in files.values():
        parts = parts_of(file)
        assert sum(parts.values()) == len(file) and min(parts.values()) > 0
        assert parts["重みとバイアス"] == sum(4 * p.numel() for p in model.parameters())
    assert 2 * 4840 < len(files["student"][1])  # what the section says of the two files
    assert 340_008 > 0.9 * len(files["teacher"][1])


def test_times_belong_to_their_names_and_the_sentence_to_the_times():
    """Catches times exchanged, seconds for microseconds, a reason that was not measured."""
    x = torch.randn(300, 300)
    times = microseconds({"small": lambda: x[:2, :2] @ x[:2, :2], "big": lambda: x @ x}, rounds=20)
    assert 0.1 < times["small"] < times["big"] < 1e6
    flops = {"教師": 7000, "生徒": 100}
    slow = told(flops, {"教師": 90.0, "生徒": 60.0})
    assert "70 倍" in slow and "1.5 倍" in slow and "呼び出す時間" in slow
    fast = told(flops, {"教師": 600.0, "生徒": 10.0})
    assert "60.0 倍" in fast and "計算そのもの" in fast


@pytest.mark.slow
def test_small_students_gain_and_eight_bits_are_enough(students, data, teacher, train_logits):
    """Catches widths that are ignored, and a student that cannot follow its teacher."""
    labels, soft = map(mean, with_settings(
        data, train_logits, 3, [(1.0, 0.0), (4.0, 0.9)], seeds=SEEDS, widths=[64, 8, 10]))
    assert soft >= labels + 5
    edge = students(None, 4.0, 0.9).network(0)
    whole = accuracy(edge, data.x_test, data.y_test)
    assert whole >= accuracy(teacher, data.x_test, data.y_test) - 3
    assert accuracy_with(edge, data, uniform_weights, 8) > whole - 1
