"""The figures of 04_2: well drawn, and their sentences tell their numbers."""

import re

import numpy as np
import pytest
import torch
from figure_gate import assert_well_drawn

from lessons.quantization.bit_widths import BitWidthResult, uniform_weights
from lessons.quantization.figures.bit_widths import (
    bits_and_accuracy,
    bits_puzzle,
    levels_on_weights,
    milliseconds_of_formats,
)
from lessons.quantization.figures.integers import calibration, staircase

GENERATOR = torch.Generator().manual_seed(0)
VALUES = torch.cat([torch.randn(5000, generator=GENERATOR), torch.tensor([30.0, -20.0])])
WEIGHT = torch.randn(30, 40, generator=GENERATOR) * 0.1
RESULTS = [BitWidthResult(bits, f"{bits} bit", bits * 100, accuracy, 3, 1.5)
           for bits, accuracy in ((64, 84.5), (32, 84.5), (8, 84.4), (4, 80.0), (2, 10.0), (1, 70.0))]
TIMES = {"float64": 3.1, "float32": 1.7, "float16": 61.0, "int8（整数の積）": 0.6}
LAYERS = [torch.randn(4, 6, generator=GENERATOR), torch.randn(3, 4, generator=GENERATOR),
          torch.randn(2, 3, generator=GENERATOR)]
IMAGES = torch.randn(40, 6, generator=GENERATOR)
LABELS = (torch.relu(torch.relu(IMAGES @ LAYERS[0].T) @ LAYERS[1].T) @ LAYERS[2].T).argmax(dim=1)


FIGURES = {
    "staircase": lambda: staircase(-1.0, 2.0, 3),
    "staircase, one bit": lambda: staircase(0.0, 0.1, 1),
    "calibration": lambda: calibration(VALUES, 0.0, 4),
    "bits": lambda: bits_and_accuracy(RESULTS, RESULTS[2:4], {4: 84.0, 1: 81.0}),
    "levels": lambda: levels_on_weights(WEIGHT, uniform_weights, "等間隔", 3),
    "times": lambda: milliseconds_of_formats(TIMES, "1024×1024 の層"),
    "puzzle": lambda: bits_puzzle(LAYERS, IMAGES, LABELS, [8, 8, 8], 40, 90.0),
    "puzzle, too large": lambda: bits_puzzle(LAYERS, IMAGES, LABELS, [1, 8, 3], 10, 100.0),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_is_well_drawn(name, caplog):
    """Catches boxes for missing glyphs, text that is cut off, an axis without a name."""
    assert_well_drawn(FIGURES[name], caplog)


def numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text)]


def test_the_staircase_has_its_levels_and_passes_through_zero():
    """Catches a drawn function that is not the one of the sentence."""
    figure, sentence = staircase(-1.0, 2.0, 3)
    drawn = next(line for line in figure.axes[0].lines if line.get_label() == "量子化して戻した値")
    levels = np.unique(drawn.get_ydata())
    assert len(levels) == 8 and 0 in levels
    assert "zero_point は 2 です" in sentence and f"{3 / 7:.4g}" in sentence


def test_the_puzzle_tells_what_falls_short():
    """Catches a verdict that does not follow from size and accuracy."""
    def ask(bits, budget, target):
        return bits_puzzle(LAYERS, IMAGES, LABELS, bits, budget, target)[1]

    size = (24 + 12 + 6) * 8 // 8
    assert f"大きさは {size} byte" in ask([8, 8, 8], 100, 0.0)
    assert "両方を満たします" in ask([8, 8, 8], size, 0.0)
    assert "予算を超えます" in ask([8, 8, 8], size - 1, 0.0)
    assert "届きません" in ask([8, 8, 8], size, 100.1)
    assert "予算も目標も満たしません" in ask([8, 8, 8], size - 1, 100.1)


def test_times_are_compared_with_single_precision():
    """Catches a ratio turned upside down: what takes half the time is twice as fast."""
    figure, sentence = milliseconds_of_formats(TIMES, "層")
    labels = [text.get_text() for text in figure.axes[0].texts]
    assert labels[3] == "0.6 ms（float32 の 2.8 倍の速さ）"
    assert [n for n in numbers(sentence) if n in TIMES.values()] == list(TIMES.values())


def test_the_curve_over_bits_shows_each_result():
    """Catches accuracies at another number of bits."""
    figure, sentence = bits_and_accuracy(RESULTS, RESULTS[2:4], {4: 84.0, 1: 81.0})
    lines = [line.get_xydata().tolist() for line in figure.axes[0].lines]
    assert lines[0] == [[r.bits, r.accuracy] for r in RESULTS]
    assert lines[2] == [[4, 84.0], [1, 81.0]]
    assert "2 bit 10.0 %" in sentence and "1 bit 81.0 %" in sentence
