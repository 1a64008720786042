"""The claims of 03_1 hold, and each about speed fails on the machine that contradicts it."""

import json

import pytest
import torch

from lessons.gpu import ladder, measured_claims, record, waiting
from lessons.gpu.ladder import NUMPY, PYTHON
from lessons.gpu.layers_on_the_roof import LARGE, Point

SPEEDS = {"float32": {8: 1e9, 512: 9e10}, "float64": {512: 4.5e10}}
STEPS = {NUMPY: {128: 9e10}, PYTHON: {128: 2e7}}
POINTS = {LARGE: {1: Point(0.5, 9e9), 256: Point(114, 9e10)}}
ADDITION = 1.6e9


def test_what_is_computed_holds():
    """Catches a sentence that its numbers do not bear out."""
    for claims in (measured_claims.about_sheets(), measured_claims.about_intensity(),
                   measured_claims.about_speedups()):
        assert all(holds for _, holds in claims), claims


@pytest.mark.parametrize("number, contradiction", [
    (0, {"speeds": SPEEDS | {"float32": {8: 5e9, 512: 9e10}}}),
    (1, {"speeds": SPEEDS | {"float64": {512: 8e10}}}),
    (2, {"steps": STEPS | {PYTHON: {128: 2e9}}}),
    (3, {"addition": 1.9e10}),
    (4, {"points": {LARGE: {1: Point(0.5, 5e10), 256: Point(114, 9e10)}}}),
])
def test_a_contradicting_machine_is_seen(number, contradiction):
    """Catches a claim about speed that cannot fail."""
    measured = {"speeds": SPEEDS, "steps": STEPS, "points": POINTS, "addition": ADDITION}
    assert all(holds for _, holds in measured_claims.about_measured(**measured))
    found = measured_claims.about_measured(**(measured | contradiction))
    assert [holds for _, holds in found].index(False) == number


def test_a_recording_comes_back_as_a_rung(tmp_path, monkeypatch):
    """Catches a stored number without its card and date, and sizes that come back as text."""
    monkeypatch.setattr(ladder, "shortest", lambda calls, **_: dict.fromkeys(calls, 0.5))
    path = record.record("cpu", "Example Card", "555.42", folder=tmp_path)
    about = json.loads(path.read_text("utf-8"))
    assert about["driver"] == "555.42" and about["torch"] == torch.__version__
    (name, flops), = record.recorded(tmp_path).items()
    assert "Example Card" in name and about["date"] in name and "保存値" in name
    assert flops == {n: 4 * n**3 for n in ladder.SIZES}


def test_without_a_gpu_nothing_is_promised(monkeypatch):
    """Catches a notebook that invents a number where no GPU is, or does not say how to record one."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(record, "recorded", dict)
    assert "python -m lessons.gpu.record" in record.about_the_gpu()
    assert "GPU がありません" in waiting.with_and_without_waiting()
    monkeypatch.setattr(record, "recorded", lambda: {"保存値": {}})
    assert "保存してある測定値" in record.about_the_gpu()


def test_recording_without_a_gpu_ends_with_one_sentence(monkeypatch):
    """Catches a traceback of CUDA or of nvidia-smi, and a file that is written with CPU's numbers."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(record, "record", None)
    with pytest.raises(SystemExit, match="GPU がないので、測れません"):
        record.main()


def test_a_driver_that_cannot_be_asked_is_told(monkeypatch):
    """Catches an AMD card, which torch calls cuda as well, that cannot be recorded for want of a tool."""
    monkeypatch.setattr(record.shutil, "which", lambda name: None)
    assert "不明" in record.driver_version()
