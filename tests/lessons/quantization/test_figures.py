"""The figures of the quantization section: well drawn, and their sentences tell their numbers."""

import re

import numpy as np
import pytest
import torch
from figure_gate import assert_well_drawn

from lessons.quantization.bit_widths import BitWidthResult
from lessons.quantization.figures.bit_widths import (
    bits_and_accuracy,
    bits_puzzle,
    milliseconds_of_formats,
    size_and_accuracy,
)
from lessons.quantization.figures.float_formats import (
    float_on_the_line,
    gradients_and_floor,
    training_curves,
)
from lessons.quantization.figures.integers import (
    average_slope_error,
    calibration,
    slope_with_levels,
    staircase,
    unit_levels,
)
from lessons.quantization.figures.number_line import number_line
from lessons.quantization.float_formats import encode_float
from lessons.quantization.low_bit_weights import binary_weights, power_of_two
from lessons.quantization.number_line import rows_of

DOUBLE, HALF, BFLOAT, EIGHT = (11, 52), (5, 10), (8, 7), (4, 3)
GENERATOR = torch.Generator().manual_seed(0)
GRADIENTS = torch.randn(3000, generator=GENERATOR) * 1e-7
VALUES = torch.cat([torch.randn(5000, generator=GENERATOR), torch.tensor([30.0, -20.0])])
LINE = torch.linspace(0.02, 1, 50, dtype=torch.float64)
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


def pattern(value: float, e: int, f: int) -> tuple[int, int, int]:
    return e, f, encode_float(value, e, f)


FIGURES = {
    "a normal number": lambda: float_on_the_line(*pattern(0.1, *HALF)),
    "zero": lambda: float_on_the_line(*pattern(-0.0, *EIGHT)),
    "a subnormal": lambda: float_on_the_line(*pattern(5e-324, *DOUBLE)),
    "the largest": lambda: float_on_the_line(*pattern(65504, *HALF)),
    "infinity": lambda: float_on_the_line(*pattern(float("inf"), *BFLOAT)),
    "nan": lambda: float_on_the_line(*pattern(float("nan"), *EIGHT)),
    "gradients": lambda: gradients_and_floor(GRADIENTS, torch.float16, 0),
    "gradients, overflow": lambda: gradients_and_floor(GRADIENTS, torch.float16, 40),
    "gradients, bfloat16": lambda: gradients_and_floor(GRADIENTS, torch.bfloat16, 10),
    "curves": lambda: training_curves({"a": (10.0, 50.0), "b": (11.0, 12.0)}, "学習"),
    "slope, free": lambda: slope_with_levels(LINE, 0.1 * LINE, 0.3, None),
    "slope, one bit": lambda: slope_with_levels(LINE, 0.1 * LINE, 0.3, 1),
    "slope, eight bits": lambda: slope_with_levels(LINE, 0.1 * LINE, 1.0, 8),
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


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_is_well_drawn(name, caplog):
    """Catches boxes for missing glyphs, text that is cut off, an axis without a name."""
    assert_well_drawn(FIGURES[name], caplog)


def numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text)]


def test_the_line_tells_the_value_its_kind_and_its_neighbours():
    """Catches a subnormal called normal, a wrong power of two, neighbours of another format."""
    figure, sentence = FIGURES["a normal number"]()
    assert sentence.startswith("0 01011 1001100110 は 0.0999756 で、正規化数です。")
    assert "2 の -4 乗" in sentence
    ticks = [label.get_text() for label in figure.axes[1].get_xticklabels()]
    near = [np.nextafter(np.float16(0.1), np.float16(end)) for end in (0, 1)]
    assert [float(t) for t in ticks] == pytest.approx([near[0], np.float16(0.1), near[1]], rel=1e-5)
    single = float_on_the_line(*pattern(0.1, 8, 23))[0].axes[1]
    assert len({label.get_text() for label in single.get_xticklabels()}) == 3
    assert "非正規化数です" in FIGURES["a subnormal"]()[1]
    assert "は -0です。" in FIGURES["zero"]()[1]


@pytest.mark.parametrize("exponent", [0, 4, 10, 38])
def test_the_histogram_counts_what_the_format_loses(exponent):
    """Catches a share that is not that of the drawn floor, or of the unscaled gradients."""
    figure, sentence = gradients_and_floor(GRADIENTS, torch.float16, exponent)
    scaled = GRADIENTS.double().numpy() * 2.0**exponent
    with np.errstate(over="ignore"):
        cast = scaled.astype(np.float16)
    lost, over = 100 * np.mean(cast == 0), 100 * np.mean(np.isinf(cast))
    assert numbers(sentence)[-3::2] == pytest.approx([lost, over], abs=0.06)
    span = next(p for p in figure.axes[0].patches if "0 になる" in p.get_label())
    floor = span.get_x() + span.get_width()
    assert 100 * np.mean(np.abs(scaled) <= 10**floor) == pytest.approx(lost, abs=0.06)


def test_the_slope_is_snapped_to_the_levels():
    """Catches a slope that the bits do not have, or the drawn level instead of the best one."""
    assert numbers(slope_with_levels(LINE, 0.1 * LINE, 0.3, None)[1])[0] == 0.3
    sentence = slope_with_levels(LINE, 0.1 * LINE, 0.3, 2)[1]
    assert "2 bit の傾き 0.3333" in sentence and "最もよい傾きは 0 です" in sentence
    assert unit_levels(2).tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_the_average_slope_error_follows_its_closed_form(bits):
    """Catches levels that do not reach both ends, or rounding down."""
    assert average_slope_error(bits) == pytest.approx(1 / (2**bits - 1) / 12**0.5, rel=0.01)


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
    assert drawn["対称な量子化（丸めるだけ）"].get_xydata().tolist() == [[4, 84.4], [7, 80], [9, 10]]
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
