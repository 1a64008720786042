"""The figures of the pruning section: drawn with every glyph, labelled, and told truly."""

import io
import re

import numpy as np
import pytest
import scipy.special
import torch
from figure_gate import assert_well_drawn
from matplotlib.figure import Figure

from lessons.data import caffenet_table
from lessons.pruning.connections_or_neurons import EqualWeightsResult
from lessons.pruning.figures.compact import (
    connections_or_neurons,
    pruned_connections_and_neurons,
    sparse_storage,
)
from lessons.pruning.figures.thresholds import (
    before_and_after_retraining,
    published_beside_measured,
    weight_histogram,
)
from lessons.pruning.network import PruningResult

WEIGHT = 0.02 * torch.randn(30, 40, generator=torch.Generator().manual_seed(0)) + 0.003
RESULTS = [PruningResult(0.5, (35.0, 37.0, 54.0), 35.4, 84.5, 84.7),
           PruningResult(1.5, (89.0, 88.9, 86.0), 89.1, 63.8, 83.8),
           PruningResult(2.6, (98.8, 98.1, 97.7), 98.7, 41.2, 70.6)]
EQUAL = [EqualWeightsResult(50.1, None, None, 84.0, 84.3, 83.0, 84.4, 85.0),
         EqualWeightsResult(95.2, None, None, 26.0, 82.9, 23.0, 79.7, 81.8)]
TIMES = {"元の密": 6.32, "0 を含む密": 6.31, "CSR": 2.51, "小さい密": 0.43}
INCOMING = torch.tensor([[1, 0, 1], [0, 0, 0], [1, 1, 0], [0, 1, 1]], dtype=torch.bool)
OUTGOING = torch.tensor([[1, 1, 0, 0], [0, 1, 1, 0]], dtype=torch.bool)

FIGURES = {
    "weights": lambda: weight_histogram(WEIGHT, 1.0),
    "weights, nothing cut": lambda: weight_histogram(WEIGHT, 0.0),
    "weights, all cut": lambda: weight_histogram(WEIGHT, 5.0),
    "published": lambda: published_beside_measured(caffenet_table(), RESULTS),
    "retraining": lambda: before_and_after_retraining(RESULTS, 84.5),
    "connections or neurons": lambda: connections_or_neurons(EQUAL, TIMES),
    "storage": lambda: sparse_storage(300, 784, 4, 4, 10),
    "diagram": lambda: pruned_connections_and_neurons(INCOMING, OUTGOING),
}


def numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"\d+(?:\.\d+)?", text)]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_draws_every_glyph_inside_the_picture(name, caplog):
    """Catches boxes for missing glyphs, a font that is not found, clipped text, and pyplot."""
    assert_well_drawn(FIGURES[name], caplog)


@pytest.mark.filterwarnings("error")
def test_a_missing_glyph_would_be_noticed():
    """Catches a gate that cannot fail: neither font has this character."""
    figure = Figure()
    figure.text(0.5, 0.5, "\N{CJK UNIFIED IDEOGRAPH-20BB7}")
    with pytest.raises(UserWarning, match="missing from font"):
        figure.savefig(io.BytesIO(), format="png")


@pytest.mark.filterwarnings("ignore")
def test_the_gate_sees_an_axis_without_a_name_and_text_that_is_cut_off(caplog):
    """Catches a gate that cannot fail."""
    for spoil in (lambda figure: figure.axes[0].set_xlabel(""),
                  lambda figure: figure.text(0.99, 0.5, "外にはみ出す文字")):
        figure, sentence = FIGURES["weights"]()
        spoil(figure)
        with pytest.raises(AssertionError):
            assert_well_drawn(lambda made=(figure, sentence): made, caplog)


@pytest.mark.parametrize("alpha", [0.0, 0.03, 0.7, 1.0, 2.6, 5.0])
def test_weights_sentence_and_area(alpha):
    """Catches a percentage that is not that of the layer, and a coloured area that differs."""
    figure, sentence = weight_histogram(WEIGHT, alpha)
    w = WEIGHT.double().numpy()
    cut = 100 * np.mean(np.abs(w) < alpha * np.std(w))
    normal = 100 * scipy.special.erf(alpha / np.sqrt(2))
    assert numbers(sentence) == pytest.approx([alpha, cut, normal], abs=0.051)
    areas = {}
    for patch in figure.axes[0].patches:
        values, edges, _ = patch.get_data()
        areas[patch.get_label()] = 100 * np.sum(values * np.diff(edges))
        assert bool(patch.get_hatch()) == (patch.get_label() == "切る重み")
    assert areas["切る重み"] == pytest.approx(cut, abs=0.1)
    assert 99 < sum(areas.values()) < 100.01  # the axes end at four sigma


def test_published_figure_shows_the_numbers_it_was_given():
    """Catches swapped layers, and measured points taken before retraining."""
    figure, sentence = published_beside_measured(caffenet_table(), RESULTS)
    left, right = ({line.get_label(): line.get_xydata().tolist() for line in ax.lines}
                   for ax in figure.axes)
    for i in range(3):
        assert left[f"FC {i + 1} 測定値"] == [[r.alpha, r.layer_percent[i]] for r in RESULTS]
    assert left["FC 3 公表値"][0] == [0.5, 57.21]
    measured = next(xy for label, xy in right.items() if label.startswith("測定値"))
    assert measured == [[r.total_percent, r.accuracy_after] for r in RESULTS]
    assert numbers(sentence) == [48.9, 99.5, 91.7, 87.1, 35.4, 98.7, 84.7, 70.6]


def test_retraining_sentence_names_the_largest_gain():
    """Catches the largest alpha or the best accuracy in place of the largest gain."""
    assert numbers(before_and_after_retraining(RESULTS, 84.5)[1]) == [2.6, 41.2, 70.6]
    assert numbers(before_and_after_retraining(RESULTS[:2], 84.5)[1]) == [1.5, 63.8, 83.8]


def test_connections_or_neurons_sentence_and_bars():
    """Catches accuracies before retraining, and bars in another order than their names."""
    figure, sentence = connections_or_neurons(EQUAL, TIMES)
    for number in ("95.2", "82.9", "79.7", "81.8", *map(str, TIMES.values())):
        assert number in sentence
    bars = figure.axes[1]
    assert [bar.get_width() for bar in bars.patches] == list(TIMES.values())
    assert [label.get_text() for label in bars.get_yticklabels()] == list(TIMES)


@pytest.mark.parametrize("index,density", [(4, 10), (8, 70)])
def test_storage_sentence_and_crossing(index, density):
    """Catches a break-even that is not where the two drawn curves cross."""
    figure, sentence = sparse_storage(300, 784, 4, index, density)
    dense = 300 * 784 * 4
    csr = round(300 * 784 * density / 100) * (4 + index) + 301 * index
    even = 100 * (dense - 301 * index) / (300 * 784 * (4 + index))
    assert numbers(sentence) == pytest.approx(
        [300, 784, density, csr / 1000, dense / 1000, even], abs=0.051)
    curve = next(line for line in figure.axes[0].lines if line.get_label() == "CSR 形式")
    assert np.interp(even, *curve.get_data()) == pytest.approx(dense / 1000, rel=1e-4)


def test_diagram_counts_and_drops_the_dead():
    """Catches a count of kept connections, and dead neurons that stay in the small network."""
    figure, sentence = pruned_connections_and_neurons(INCOMING, OUTGOING)
    assert numbers(sentence) == [20, 10, 4, 2]
    circles = [sum(line.get_marker() == "o" for line in ax.lines) for ax in figure.axes]
    assert circles == [9, 7]
