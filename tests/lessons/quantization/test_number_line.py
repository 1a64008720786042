"""The rows of the number line against the formats' own definitions and plain counts."""

import pytest
import torch

from lessons.quantization.figures.number_line import EDGE, number_line
from lessons.quantization.float_formats import decode_float
from lessons.quantization.low_bit_weights import binary_weights, power_of_two
from lessons.quantization.number_line import rows_of

WEIGHTS = [(0.05 * torch.randn(4000, generator=torch.Generator().manual_seed(seed))).sort().values
           for seed in (0, 1)]
ROWS = rows_of(WEIGHTS, binary_weights, power_of_two)


def named(rows, name):
    return next(row for row in rows if row.name.startswith(name))


def test_eight_bit_floats_are_those_of_the_section():
    """Catches another format of 8 bits: each level is a pattern of 4 exponent and 3 fraction bits."""
    patterns = torch.tensor([decode_float(bits, 4, 3) for bits in range(256)], dtype=torch.float64)
    patterns = patterns[patterns.isfinite()]
    exact = WEIGHTS[0].double()
    row = named(ROWS(0, 4), "E4M3")
    nearest = (exact[:, None] - patterns).abs().min(dim=1).values
    torch.testing.assert_close((row.values - exact).abs(), nearest, rtol=0, atol=0)


@pytest.mark.parametrize("bits", [2, 3, 6])
def test_levels_zeros_and_errors_are_counted(bits):
    """Catches 16 symmetric levels, a share of zeros over the levels, and an error that is not relative."""
    rows = ROWS(0, bits)
    assert len(rows) == (8 if bits == 2 else 9)
    available = {"アフィン": 2**bits, "対称": 2**bits - 1, "±α": 2, "2 の累乗": 2 ** (bits - 1) + 1}
    for row in rows:
        used = sorted(set(row.values.tolist()))
        assert row.levels.tolist() == used
        assert row.zeros == pytest.approx(100 * row.values.tolist().count(0) / 4000)
        exact = WEIGHTS[0].double()
        assert row.error == pytest.approx(
            100 * float((row.values - exact).norm() / exact.norm()), abs=1e-9)
        for name, most in available.items():
            if row.name.startswith(name):
                assert row.available == most and len(used) <= most
    assert named(rows, "float64").error == named(rows, "float32").error == 0
    assert named(rows, "float16").error < named(rows, "bfloat16").error < named(rows, "E4M3").error


def test_a_learners_functions_are_called_once_for_each_layer_and_bits():
    """Catches a slider that rounds a whole layer anew whenever the weight is moved."""
    called = []

    def counted(weight):
        called.append(len(weight))
        return binary_weights(weight)

    rows = rows_of(WEIGHTS, counted, power_of_two)
    for _ in range(3):
        assert rows(1, 4) is rows(1, 4)
    assert called == [4000]


def test_the_figure_shows_where_the_chosen_weight_lands():
    """Catches a weight that no layer has, a landing point of another row, and an axis that moves."""
    fig, sentence = number_line("FC 1", WEIGHTS[0], ROWS(0, 3), 0.1)
    place = int((WEIGHTS[0] - 0.1).abs().argmin())
    landed = [float(row.values[place]) for row in ROWS(0, 3)]
    dots = next(line for line in fig.axes[0].lines if line.get_marker() == "o")
    assert dots.get_xdata().tolist() == [x for x in landed if abs(x) <= EDGE]
    symmetric = named(ROWS(0, 3), "対称")
    assert f"重み {float(WEIGHTS[0][place]):.4f} は" in sentence
    assert f"重みの {symmetric.zeros:.1f} % が 0" in sentence
    other = number_line("FC 2", 5 * WEIGHTS[1], rows_of([5 * WEIGHTS[1]], binary_weights, power_of_two)(0, 2), 0.9)
    assert other[0].axes[0].get_xlim() == fig.axes[0].get_xlim()
    assert other[0].axes[0].get_ylim() == fig.axes[0].get_ylim()
    shown = [text.get_text() for text in other[0].axes[0].texts]
    assert "2 の累乗は、3 bit から" in shown
