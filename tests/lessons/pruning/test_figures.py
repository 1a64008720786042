"""The figures of the pruning section: drawn with every glyph, labelled, and told truly."""

import io
import re
from statistics import mean

import numpy as np
import pytest
import scipy.special
import torch
from figure_gate import assert_well_drawn
from matplotlib.figure import Figure

from lessons.data import caffenet_table
from lessons.pruning import csr_bytes, pruned_percent
from lessons.pruning.connections_or_neurons import EqualWeightsResult
from lessons.pruning.figures.equal_weights import compared, connections_or_neurons
from lessons.pruning.figures.opening import published_sizes
from lessons.pruning.figures.published import published_beside_measured, published_table
from lessons.pruning.figures.retraining import before_and_after_retraining, step_by_step
from lessons.pruning.figures.storage import sparse_storage
from lessons.pruning.figures.thresholds import weight_histogram
from lessons.pruning.figures.two_kinds import pruned_connections_and_neurons
from lessons.pruning.network import IterativeResult, PruningResult
from lessons.pruning.published import recomputed_totals

WEIGHT = 0.02 * torch.randn(30, 40, generator=torch.Generator().manual_seed(0)) + 0.003
INITIAL = 0.03 * (2 * torch.rand(30, 40, generator=torch.Generator().manual_seed(1)) - 1)
RESULTS = [PruningResult(0.5, (35.0, 37.0, 54.0), 35.4, 84.5, 84.7),
           PruningResult(1.0, (68.0, 68.0, 69.0), 68.3, 80.0, 84.5),
           PruningResult(1.5, (89.0, 88.9, 86.0), 89.1, 63.8, 83.8),
           PruningResult(2.6, (98.8, 98.1, 97.7), 98.7, 41.2, 70.6)]
OTHER = [PruningResult(1.5, (89.0, 88.9, 86.0), 89.1, 57.0, 84.3),
         PruningResult(2.6, (98.8, 98.1, 97.7), 98.7, 12.0, 65.1)]
EQUAL = {90: [EqualWeightsResult(90.1, None, None, 50.0, 84.0, 30.0, 83.0, 84.2),
              EqualWeightsResult(90.1, None, None, 48.0, 83.8, 50.0, 82.4, 83.6)],
         95: [EqualWeightsResult(95.2, None, None, 26.0, 82.9, 23.0, 79.7, 81.8)]}
TIMES = {"元の密行列": 6.32, "0 を含む密行列": 6.31, "CSR 形式": 12.64, "小さい密行列": 0.79}
INCOMING = torch.tensor([[1, 0, 1], [0, 0, 0], [1, 1, 0], [0, 1, 1]], dtype=torch.bool)
OUTGOING = torch.tensor([[1, 1, 0, 0], [0, 1, 1, 0]], dtype=torch.bool)

FIGURES = {
    "opening": published_sizes,
    "weights": lambda: weight_histogram(WEIGHT, INITIAL, 1.0),
    "weights, nothing cut": lambda: weight_histogram(WEIGHT, INITIAL, 0.0),
    "weights, all cut": lambda: weight_histogram(WEIGHT, INITIAL, 5.0),
    "published": lambda: published_beside_measured(caffenet_table(), RESULTS),
    "retraining": lambda: before_and_after_retraining([RESULTS, OTHER], [84.5, 84.2]),
    "methods": lambda: connections_or_neurons(EQUAL, TIMES),
    "storage": lambda: sparse_storage(csr_bytes, 4, 4, 10),
    "storage, found": lambda: sparse_storage(csr_bytes, 1, 4, 20),
    "two kinds": lambda: pruned_connections_and_neurons(INCOMING, OUTGOING),
}


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", text)]


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
        figure, sentence = FIGURES["storage"]()
        spoil(figure)
        with pytest.raises(AssertionError):
            assert_well_drawn(lambda made=(figure, sentence): made, caplog)


def test_the_opening_shows_megabytes_of_float32():
    """Catches millions of parameters drawn as megabytes, and before and after swapped."""
    figure, sentence = published_sizes()
    assert [bar.get_width() for bar in figure.axes[0].patches] == pytest.approx([244, 26.8, 552, 41.2])
    assert numbers(sentence.replace(",", "")) == [6100, 670, 16, 13800, 1030]


@pytest.mark.parametrize("alpha", [0.0, 0.03, 0.7, 1.0, 2.6, 5.0])
def test_weights_sentence_and_area(alpha):
    """Catches a percentage that is not that of the layer, and a coloured area that differs."""
    figure, sentence = weight_histogram(WEIGHT, INITIAL, alpha)
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
    assert areas["学習する前の重み"] == pytest.approx(100)
    assert 99 < areas["切る重み"] + areas["残す重み"] < 100.01  # the axes end at four sigma


def test_published_figure_shows_what_is_left():
    """Catches swapped layers, cut shares on an axis of kept ones, and accuracies before retraining."""
    figure, sentence = published_beside_measured(caffenet_table(), RESULTS)
    left, right = ({line.get_label(): line for line in ax.lines} for ax in figure.axes)
    for i in range(3):
        assert left[f"FC {i + 1} 測定"].get_xydata().tolist() == [
            [r.alpha, 100 - r.layer_percent[i]] for r in RESULTS]
    assert left["FC 3 公表"].get_xydata()[0].tolist() == pytest.approx([0.5, 42.79])
    normal = left["正規分布（式 (2)）"].get_xydata()
    assert normal[:, 1] == pytest.approx(100 * scipy.special.erfc(normal[:, 0] / np.sqrt(2)))
    assert figure.axes[0].get_yscale() == figure.axes[1].get_xscale() == "log"
    points = [line for ax in (left, right) for name, line in ax.items() if "正規" not in name]
    assert {line.get_linestyle() for line in points} == {"None"}, "no line where nothing was measured"
    measured = next(line for name, line in right.items() if name.startswith("測定"))
    assert measured.get_xydata().tolist() == [[100 - r.total_percent, r.accuracy_after] for r in RESULTS]
    assert numbers(sentence) == pytest.approx([1.0, 19.4, 31.7, 31.7], abs=0.051)


def test_the_published_table_has_the_recomputed_totals():
    """Catches a column that shows another quantity than its heading says."""
    headers, rows = published_table(caffenet_table(), recomputed_totals(pruned_percent))
    first = dict(zip(headers, rows[0], strict=True))
    assert len(rows) == 14
    assert (first["α"], first["FC 1"], first["正解率"]) == ("0.5", "49.54", "91.66")
    assert first["全結合層全体"] == first["結合を数えた全体"] == "48.86"
    assert first["3 層の平均"] == "51.29"


def test_retraining_sentence_tells_the_spread():
    """Catches a spread of one seed, or of the accuracies before retraining."""
    figure, sentence = before_and_after_retraining([RESULTS, OTHER], [84.5, 84.2])
    assert numbers(sentence) == [1.5, 83.8, 84.3, 2.6, 65.1, 70.6, 6]
    after = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in after] == [4, 2]


def test_the_steps_of_each_seed_stand_in_its_column():
    """Catches accuracies before retraining, and seeds in rows."""
    runs = [IterativeResult(tuple(RESULTS[:2]), 20.0, 70.0), IterativeResult(tuple(RESULTS[1:3]), 20.0, 60.0)]
    headers, rows = step_by_step(runs)
    assert rows == [["1 回目のあと", "35.4", "84.7", "84.5"], ["2 回目のあと", "68.3", "84.5", "83.8"],
                    ["一度に切って再学習", "68.3", "70.0", "60.0"]]
    assert headers[-1] == "シード 1 の正解率 (%)"


def test_methods_sentence_points_and_bars():
    """Catches accuracies before retraining, means of another share, and bars in another order."""
    figure, sentence = connections_or_neurons(EQUAL, TIMES)
    for number in ("83.9", "82.7", "83.9"):
        assert number in sentence
    assert "CSR 形式は 2.0 倍の時間" in sentence and "小さい密行列は 8.0 倍の速さ" in sentence
    left, bars = figure.axes
    points = [line for line in left.lines if line.get_marker() not in ("None", None)]
    assert {line.get_linestyle() for line in points} == {"None"}
    assert [list(points[i].get_ydata()) for i in (1, 3)] == [[83.0, 82.4], [82.9]]
    means = [line.get_ydata()[0] for line in left.lines if line.get_linestyle() == "-"]
    assert means[0] == pytest.approx(mean([84.0, 83.8]))
    assert [bar.get_width() for bar in bars.patches] == list(TIMES.values())
    assert [label.get_text() for label in bars.get_yticklabels()] == list(TIMES)


@pytest.mark.parametrize("ms, said", [(5.0, " 2.0 倍の速さ"), (30.0, " 3.0 倍の時間"), (10.9, "ほぼ同じ")])
def test_a_slower_form_is_called_slower(ms, said):
    """Catches 「0.3 倍」 for what takes three times as long."""
    assert compared(ms, 10.0) == said


@pytest.mark.parametrize("value, index, density", [(4, 4, 50), (1, 4, 20), (2, 2, 50), (4, 2, 67)])
def test_the_break_even_is_told_only_when_it_is_found(value, index, density):
    """Catches a break-even in the picture from the start, and one that is not where CSR wins."""
    size = 784 * 300
    even = 100 * (size * value - 301 * index) / (size * (value + index))
    assert density == round(even)
    found = sparse_storage(csr_bytes, value, index, density)[1]
    assert "ここが境目です" in found and f"{even:.1f} %" in found
    for other in (density - 1, density + 1):
        figure, text = sparse_storage(csr_bytes, value, index, other)
        assert "境目" not in text and f"{even:.1f}" not in text
        assert ("小さく" in text) == (other < even)
        assert not figure.axes[0].lines


def test_storage_bars_add_up():
    """Catches parts of another size than the whole that the learner's function counted."""
    figure, _ = sparse_storage(csr_bytes, 4, 4, 10)
    dense, *parts = [bar.get_width() for bar in figure.axes[0].patches]
    assert dense == pytest.approx(940.8)
    assert sum(parts) == pytest.approx(csr_bytes(300, 23520, 4, 4) / 1000)
    assert parts[2] == pytest.approx(301 * 4 / 1000)


def test_diagram_counts_and_drops_the_dead():
    """Catches a count of kept connections, and dead neurons that stay in the small network."""
    figure, sentence = pruned_connections_and_neurons(INCOMING, OUTGOING)
    assert numbers(sentence.replace("W₁", "")) == [20, 10, 4, 2, 4, 3, 2, 3]
    circles = [sum(line.get_marker() == "o" for line in ax.lines) for ax in figure.axes]
    assert circles == [9, 0, 7, 0]
    squares = [len(ax.patches) for ax in figure.axes]
    assert squares == [0, 20, 0, 10]
