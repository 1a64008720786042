"""The figures of 04_2: well drawn, and their sentences tell their numbers."""

import numpy as np
import pytest
import torch
from drawn import numbers
from figure_gate import assert_well_drawn

from lessons.quantization.bit_widths import BitWidthResult
from lessons.quantization.figures.bit_widths import (
    bits_and_accuracy,
    bits_puzzle,
    milliseconds_of_formats,
    size_and_accuracy,
)
from lessons.quantization.figures.integers import calibration, staircase
from lessons.quantization.figures.number_line import number_line
from lessons.quantization.low_bit_weights import binary_weights, power_of_two
from lessons.quantization.number_line import rows_of

GENERATOR = torch.Generator().manual_seed(0)
VALUES = torch.cat([torch.randn(5000, generator=GENERATOR), torch.tensor([30.0, -20.0])])
WEIGHT = (torch.randn(1200, generator=GENERATOR) * 0.1).sort().values
ROWS = rows_of([WEIGHT], binary_weights, power_of_two)
RESULTS = [BitWidthResult(bits, name, bits * 100, accuracy, 3, 1.5) for bits, name, accuracy in (
    (64, "float64", 84.5), (32, "float32", 84.5), (16, "bfloat16", 84.3), (16, "float16", 84.5),
    (8, "対称 8 bit", 84.4), (4, "対称 4 bit", 80.0), (2, "対称 2 bit", 10.0), (1, "±α 1 bit", 70.0))]
POWERS = [BitWidthResult(bits, f"2 の累乗 {bits} bit", bits * 100, accuracy, 3, 1.5)
          for bits, accuracy in ((6, 83.0), (5, 82.5), (3, 20.0))]
TIMES = {"float64": 3.1, "float32": 1.7, "float16": 61.0, "int8（整数の積）": 0.6}
LAYERS = [torch.randn(4, 6, generator=GENERATOR), torch.randn(3, 4, generator=GENERATOR),
          torch.randn(2, 3, generator=GENERATOR)]
IMAGES = torch.randn(40, 6, generator=GENERATOR)
LABELS = (torch.relu(torch.relu(IMAGES @ LAYERS[0].T) @ LAYERS[1].T) @ LAYERS[2].T).argmax(dim=1)


FIGURES = {
    "staircase": lambda: staircase(-1.0, 2.0, 3),
    "staircase, one bit": lambda: staircase(0.0, 0.1, 1),
    "calibration": lambda: calibration(VALUES, 0.0, 4, "作った例"),
    "sizes": lambda: size_and_accuracy(RESULTS[1:], 2700, "小さな計算機"),
    "bits": lambda: bits_and_accuracy(RESULTS, POWERS, {2: [60.0, 71.0], 1: [81.0, 82.0]}),
    "number line": lambda: number_line("FC 1", WEIGHT, ROWS(0, 4), 0.1),
    "number line, beyond": lambda: number_line("FC 1", WEIGHT, ROWS(0, 2), 0.25),
    "times": lambda: milliseconds_of_formats(TIMES, "1024×1024 の層"),
    "puzzle": lambda: bits_puzzle(LAYERS, IMAGES, LABELS, [8, 8, 8], 40, 90.0),
    "puzzle, too large": lambda: bits_puzzle(LAYERS, IMAGES, LABELS, [1, 8, 3], 10, 100.0),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_is_well_drawn(name, caplog):
    """Catches boxes for missing glyphs, text that is cut off, an axis without a name."""
    assert_well_drawn(FIGURES[name], caplog)


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


def test_each_result_stands_at_its_bits_as_a_point():
    """Catches a line through points that were not measured, 1 bit drawn as an even grid, a lost seed."""
    figure, sentence = FIGURES["bits"]()
    drawn = {line.get_label(): line for line in figure.axes[0].lines}
    assert all(line.get_linestyle() == "None" for line in drawn.values())
    assert drawn["対称量子化（丸めるだけ）"].get_xydata().tolist() == [[4, 84.4], [7, 80], [9, 10]]
    assert drawn["±α（丸めるだけ）"].get_xydata().tolist() == [[10, 70]]
    assert drawn["浮動小数点の形式"].get_xdata().tolist() == [0, 1, 2, 3]
    assert len(next(line for name, line in drawn.items() if "再学習" in name).get_ydata()) == 4
    assert "対称 2 bit で 10.0 %" in sentence and "2 bit で 60.0 〜 71.0 %" in sentence


def test_the_staircase_tells_the_range_that_its_levels_cover():
    """Catches a shaded part that starts elsewhere than the sentence says: zero_point is rounded."""
    figure, sentence = FIGURES["staircase"]()
    step = 3 / 7
    assert f"目盛りが覆う範囲は {-2 * step:.3g} から {5 * step:.3g} です" in sentence
    shaded = [patch.get_x() + patch.get_width() for patch in figure.axes[0].patches]
    assert shaded[0] == pytest.approx(-2 * step)


def test_the_best_clipping_is_the_one_with_the_smallest_error():
    """Catches a sentence that names another share than the lowest point of the figure."""
    figure, sentence = calibration(VALUES, 0.0, 4, "例")
    errors = figure.axes[1].lines[0].get_ydata()
    assert f"最も小さいのは、{(0, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)[int(np.argmin(errors))]:g} %" in sentence
    assert min(errors) < 0.9 * errors[0]
