"""The figures of 04_1: well drawn, and their sentences tell the numbers that they draw."""

import re

import numpy as np
import pytest
import torch
from drawn import numbers
from figure_gate import assert_well_drawn

from lessons.quantization.figures.float_formats import WINDOW, float_on_the_line
from lessons.quantization.figures.integers import (
    average_slope_error,
    slope_with_levels,
    unit_levels,
)
from lessons.quantization.figures.stored_weights import (
    affine_errors,
    bytes_and_accuracy,
    weights_in_integers,
)
from lessons.quantization.figures.training import (
    EXPONENTS,
    LABEL_GAP,
    gradients_and_floor,
    spread,
    training_curves,
)
from lessons.quantization.float_formats import (
    LAYOUTS,
    decode_float,
    encode_float,
    underflow_fraction,
)
from lessons.quantization.integers import affine_params, fit_slope
from lessons.quantization.stored_weights import Stored, measured_range

DOUBLE, SINGLE, HALF, BFLOAT, EIGHT = (11, 52), (8, 23), (5, 10), (8, 7), (4, 3)
GENERATOR = torch.Generator().manual_seed(0)
NONZERO = torch.randn(3000, generator=GENERATOR) * 1e-7
GRADIENTS = torch.cat([NONZERO, torch.zeros(1000)])
LINE = torch.linspace(0.02, 1, 50, dtype=torch.float64)
WEIGHT = torch.randn(300, 40, generator=GENERATOR) * 0.03 + 0.004
ERRORS = affine_errors(WEIGHT, affine_params, measured_range)
STORED = [Stored("float64", 64, 2_132_880, (82.0, 81.0)), Stored("8 bit の整数", 8, 267_864, (81.9, 81.0))]


def on_the_line(value: float, e: int, f: int):
    return float_on_the_line(decode_float, e, f, encode_float(value, e, f))


def histogram(dtype, exponent: int, share=underflow_fraction):
    return gradients_and_floor(GRADIENTS, dtype, exponent, share)


FIGURES = {
    "a normal number": lambda: on_the_line(0.1, *HALF),
    "zero": lambda: on_the_line(-0.0, *EIGHT),
    "a subnormal": lambda: on_the_line(5e-324, *DOUBLE),
    "the largest": lambda: on_the_line(65504, *HALF),
    "the largest of all": lambda: on_the_line(1.7976931348623157e308, *DOUBLE),
    "infinity": lambda: on_the_line(float("inf"), *BFLOAT),
    "nan": lambda: on_the_line(float("nan"), *EIGHT),
    "gradients": lambda: histogram(torch.float16, 0),
    "gradients, overflow": lambda: histogram(torch.float16, 50),
    "gradients, bfloat16": lambda: histogram(torch.bfloat16, 10),
    "curves": lambda: training_curves({"a": [(10.0, 50.0), (9.0, 51.0)], "b": [(11.0, 50.5)]}, "学習"),
    "slope, free": lambda: slope_with_levels(LINE, 0.1 * LINE, 0.3, None),
    "slope, one bit": lambda: slope_with_levels(LINE, 0.1 * LINE, 0.3, 1),
    "slope, eight bits": lambda: slope_with_levels(LINE, 0.1 * LINE, 1.0, 8),
    "bytes": lambda: bytes_and_accuracy(STORED, "Pico", 270_336),
    "weights, two bits": lambda: weights_in_integers(WEIGHT, ERRORS, 2),
    "weights, eight bits": lambda: weights_in_integers(WEIGHT, ERRORS, 8),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_is_well_drawn(name, caplog):
    """Catches boxes for missing glyphs, text that is cut off, an axis without a name."""
    assert_well_drawn(FIGURES[name], caplog)


def test_the_line_tells_the_value_its_kind_and_its_neighbours():
    """Catches a subnormal called normal, a wrong power of two, neighbours of another format."""
    told = FIGURES["a normal number"]()[1]
    assert told.startswith("0 01011 1001100110 は 0.0999756 で、正規化数です。")
    assert "2 の -4 乗" in told
    below, above = (np.nextafter(np.float16(0.1), np.float16(end)) for end in (0, 1))
    assert numbers(told.split("となりは")[1]) == pytest.approx([below, above], rel=1e-5)
    assert "非正規化数です" in FIGURES["a subnormal"]()[1]
    assert "は -0です。" in FIGURES["zero"]()[1] and "inf です。" in FIGURES["the largest"]()[1]


def test_every_format_stands_on_one_axis():
    """Catches an axis that follows the chosen format, so that a wide and a narrow range look alike,
    and ticks that are not the values of the format."""
    limits = {tuple(axis.get_xlim() for axis in on_the_line(0.1, *layout)[0].axes)
              for layout in LAYOUTS.values()}
    assert len(limits) == 1
    figure, _ = on_the_line(1.0, *HALF)
    ticks = {int(line.get_ydata()[0]): line.get_xdata() for line in figure.axes[1].lines
             if line.get_marker() == "|" and len(line.get_xdata())}
    row = [*LAYOUTS].index("bfloat16")
    window = 1 + WINDOW / 100 * np.array([-1, 1])
    every = torch.arange(2**15, dtype=torch.int16).view(torch.bfloat16).double().numpy()
    inside = every[(every >= window[0]) & (every <= window[1])]
    assert ticks[row] == pytest.approx(100 * (inside - 1))


def test_the_line_is_drawn_with_the_learners_function():
    """Catches a figure that decodes by itself, whatever was written."""
    figure, told = float_on_the_line(lambda *_: 4.0, *HALF, encode_float(0.1, *HALF))
    assert "は 4 で" in told


@pytest.mark.parametrize("exponent", [0, 4, 10, 38, 42])
def test_the_histogram_counts_what_the_format_loses(exponent):
    """Catches a share that is not that of the drawn floor, or of the unscaled gradients, or a share of
    gradients that were 0 before."""
    figure, told = histogram(torch.float16, exponent)
    scaled = NONZERO.double().numpy() * 2.0**exponent
    with np.errstate(over="ignore"):
        cast = scaled.astype(np.float16)
    lost, over = 100 * np.mean(cast == 0), 100 * np.mean(np.isinf(cast))
    shares = [float(share) for share in re.findall(r"([\d.]+) % が", told)]
    assert shares == pytest.approx([lost, over], abs=0.06)
    span = next(p for p in figure.axes[0].patches if "0 になる" in p.get_label())
    floor = span.get_x() + span.get_width()
    assert 100 * np.mean(np.abs(scaled) <= 10**floor) == pytest.approx(lost, abs=0.06)


def test_the_usable_scales_are_those_that_lose_nothing():
    """Catches a window that is not the one of the counted shares, that takes a few zeros for none, or
    that ignores the learner's."""
    told = histogram(torch.float16, 0)[1]
    shares = {k: NONZERO.double().numpy() * 2.0**k for k in EXPONENTS}
    with np.errstate(over="ignore"):
        cast = {k: scaled.astype(np.float16) for k, scaled in shares.items()}
    usable = [k for k, c in cast.items() if not (c == 0).any() and not np.isinf(c).any()]
    assert f"2 の {usable[0]} 乗から {usable[-1]} 乗まで" in told
    assert "倍率はありません" in histogram(torch.float16, 0, lambda *_: 1.0)[1]


def test_labels_of_lines_that_end_together_stand_apart():
    """Catches names written over each other, and a name that changes places with another."""
    heights = spread([96.4, 11.0, 96.5, 96.4])
    assert sorted(heights, reverse=True) == [heights[i] for i in (2, 0, 3, 1)]
    assert all(a - b >= LABEL_GAP - 1e-9 for a, b in zip(
        sorted(heights)[1:], sorted(heights)[:-1], strict=True))
    figure, told = FIGURES["curves"]()
    assert len(figure.axes[0].lines) == 3 and "「a」が 50.0 % から 51.0 %、「b」が 50.5 % です。" in told


def test_the_slope_is_snapped_to_the_levels_and_the_bits_are_marked():
    """Catches a slope that the bits do not have, a function that is not the learner's, and a right
    panel that stays the same whatever is chosen."""
    assert numbers(slope_with_levels(LINE, 0.1 * LINE, 0.3, None)[1])[0] == 0.3
    figure, told = slope_with_levels(LINE, 0.1 * LINE, 0.3, 2)
    assert "2 bit の傾き 0.3333" in told and "最もよい傾きは 0 です" in told
    segment, = figure.axes[1].collections[-1].get_segments()
    assert segment[:, 0].tolist() == [2, 2]
    assert unit_levels(2).tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert "最もよい傾きは 1 です" in slope_with_levels(
        LINE, 0.1 * LINE, 0.3, 2, lambda x, y, levels: float(levels[-1]))[1]


def test_three_bits_find_a_seventh():
    """Catches a claim that any slope nearer than 0 would pass: the level is 1/7 itself."""
    assert fit_slope(LINE, 0.1 * LINE, unit_levels(3)) == pytest.approx(1 / 7, abs=1e-12)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_the_average_slope_error_follows_its_closed_form(bits):
    """Catches levels that do not reach both ends, or rounding down."""
    assert average_slope_error(bits) == pytest.approx(1 / (2**bits - 1) / 12**0.5, rel=0.01)


def test_the_errors_are_those_of_torchs_own_rounding():
    """Catches an error of another range, and a theory that is not the scale over √12."""
    for bits, (scale, zero, error, theory) in ERRORS.items():
        theirs = torch.fake_quantize_per_tensor_affine(WEIGHT, scale, zero, 0, 2**bits - 1)
        assert error == pytest.approx(float((theirs - WEIGHT).square().mean().sqrt()), rel=1e-4)
        assert scale == pytest.approx(float(WEIGHT.max() - WEIGHT.min()) / (2**bits - 1), rel=1e-5)
        assert theory == pytest.approx(scale * 12**-0.5)
    figure, told = weights_in_integers(WEIGHT, ERRORS, 3)
    drawn = figure.axes[0].collections[0].get_segments()
    assert len(drawn) == 8 and "3 bit では" in told
    assert any(abs(segment[0, 0]) < 1e-12 for segment in drawn), "a level stands at 0"


def test_the_bars_are_the_bytes_and_the_average_accuracy():
    """Catches kB for bytes, and one seed's accuracy in place of the average."""
    figure, told = bytes_and_accuracy(STORED, "Pico", 270_336)
    assert [p.get_width() for p in figure.axes[0].patches] == pytest.approx([2132.88, 267.864])
    assert [p.get_width() for p in figure.axes[1].patches] == pytest.approx([81.5, 81.45])
    assert "2,133 kB で 81.5 %" in told
