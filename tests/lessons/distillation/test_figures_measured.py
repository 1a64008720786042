"""The figures of what was measured, and of deep students: drawn well, telling their numbers."""

import numpy as np
import pytest
import torch
from drawn import lines, mean_and_error_bar, numbers
from figure_gate import assert_well_drawn

from lessons.distillation.figures.fitnets import accuracy_against_depth, spread_through_layers
from lessons.distillation.figures.measured import (
    accuracy_against_size,
    recall_against_bias,
    student_puzzle,
)

GENERATOR = torch.Generator().manual_seed(0)
LABELS = torch.arange(10).repeat(6)
LOGITS = {name: torch.randn(5, 60, 10, generator=GENERATOR) * 3 for name in ("ラベルだけ", "T = 8 の蒸留")}
WIDTHS = [[64, hidden, 10] for hidden in (2, 4, 8, 16, 32)]
BY_SIZE = {name: [[top - 20 / k, top - 22 / k, top - 30 / k] for k in (1, 2, 3, 4, 5)]
           for name, top in (("ラベルだけ", 78.0), ("T = 8 の蒸留", 94.0))}
DEPTHS = {"BP": {4: [97.0, 96.5, 96.0], 12: [90.0, 91.0, 95.0], 26: [10.2, 10.2, 10.2]},
          "KD": {4: [96.0, 96.5, 97.5], 12: [92.0, 93.0, 94.0], 26: [10.2, 10.2, 10.3]},
          "HT": {4: [97.0, 96.0, 96.9], 12: [95.0, 94.0, 96.0], 26: [71.5, 84.8, 78.1]}}
SPREADS = {"PyTorch の既定の初期値": [0.18 * 0.45**k for k in range(26)],
           "He の初期値": [0.4 * 0.93**k for k in range(26)]}

FIGURES = {
    **{f"recall, bias {b:g}": lambda b=b: recall_against_bias(LOGITS, LABELS, 8, b)
       for b in (0.0, 1.5, 15.0)},
    "sizes": lambda: accuracy_against_size(WIDTHS, BY_SIZE, (85_002, 98.1)),
    "sizes, a teacher of many parameters":
        lambda: accuracy_against_size(WIDTHS, BY_SIZE, (10_000_000, 100.0)),
    **{f"puzzle, {hidden} hidden": lambda hidden=hidden, measured=measured: student_puzzle(
        75 * hidden + 10, 1520, measured, 91.0, 70.0)
       for hidden, measured in ((2, 0.0), (8, 88.3), (20, 100.0), (40, 95.0))},
    "depths": lambda: accuracy_against_depth(DEPTHS),
    **{f"spread, layer {k}": lambda k=k: spread_through_layers(SPREADS, k) for k in (2, 13, 26)},
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_is_well_drawn(name, caplog):
    """Catches boxes for missing glyphs, text that is cut off, an axis without a name."""
    assert_well_drawn(FIGURES[name], caplog)


@pytest.mark.parametrize("bias", [0.0, 1.5, 15.0])
def test_recall_is_that_of_the_bias(bias):
    """Catches a bias on every logit or with the wrong sign, recall over all images, and drawn
    curves that are not what the sentence tells."""
    figure, sentence = recall_against_bias(LOGITS, LABELS, 8, bias)
    drawn, expected = lines(figure.axes[0]), []
    for name, logits in LOGITS.items():
        right = of_eight = eights = 0
        for network in logits.tolist():
            for z, label in zip(network, LABELS.tolist(), strict=True):
                z[8] += bias
                hit = max(range(10), key=z.__getitem__) == label
                right, of_eight = right + hit, of_eight + (hit and label == 8)
                eights += label == 8
        share = [100 * of_eight / eights, 100 * right / (5 * len(LABELS))]
        for label, value in zip((f"{name}: 8 だけ", f"{name}: 全体"), share, strict=True):
            assert dict(drawn[label])[bias] == pytest.approx(value)
            assert [x for x, _ in drawn[label]][::30] == [0, 15]
        expected += [8, *share]
    assert list(figure.axes[0].lines[-1].get_xdata()) == [bias, bias]
    told = numbers(sentence.replace("T = 8 の蒸留", ""))
    assert told == pytest.approx([bias, *expected], abs=0.06)


def test_sizes_are_counted_with_their_biases():
    """Catches weights alone, students under another's size, the teacher among the students."""
    figure, sentence = accuracy_against_size(WIDTHS, BY_SIZE, (85_002, 98.1))
    sizes = [75 * hidden + 10 for hidden in (2, 4, 8, 16, 32)]
    for container, measured in zip(figure.axes[0].containers, BY_SIZE.values(), strict=True):
        points, halves = mean_and_error_bar(container)
        assert [x for x, _ in points] == sizes
        assert [y for _, y in points] == pytest.approx([sum(m) / 3 for m in measured])
        assert halves == pytest.approx([np.std(m, ddof=1) for m in measured])
    assert lines(figure.axes[0])["教師"] == [[85_002, 98.1]]
    ticks = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert ticks == ["160", "310", "610", "1,210", "2,410", "85,002"]
    assert sentence.startswith("教師は 85,002 個で 98.1 % です。")
    assert "2,410 個では、ラベルだけ 73.2 ± 1.1 %、T = 8 の蒸留 89.2 ± 1.1 % です。" in sentence


def test_the_puzzle_tells_what_falls_short():
    """Catches a verdict that does not follow from size and accuracy, at the limits too."""
    def ask(size, measured):
        return student_puzzle(size, 1520, measured, 91.0, 76.5)[1]

    assert "両方を満たします" in ask(1520, 91.0)
    assert "予算を超えます" in ask(1521, 91.0)
    assert "届きません" in ask(1520, 90.9)
    assert "予算も目標も満たしません" in ask(1521, 90.9)
    assert numbers(ask(3010, 95.2)) == [3010, 95.2, 76.5]


def test_the_puzzle_draws_its_size_and_both_accuracies():
    """Catches the two accuracies exchanged, and lines that are not the budget and the target."""
    left, right = student_puzzle(610, 1520, 88.3, 91.0, 76.5)[0].axes
    assert [bar.get_width() for bar in left.patches] == [610]
    widths = {label.get_text(): bar.get_width()
              for label, bar in zip(right.get_yticklabels(), right.patches, strict=True)}
    assert widths == {"ラベルだけ": 76.5, "教師と学ぶ": 88.3}
    assert list(left.lines[0].get_xdata()) == [1520, 1520]
    assert list(right.lines[0].get_xdata()) == [91, 91]
    assert numbers(left.get_title()) == [610, 1520] and numbers(right.get_title()) == [88.3, 91]


def test_depths_are_told_at_the_deepest():
    """Catches the first depth for the last, and a method that did not get that deep."""
    figure, sentence = accuracy_against_depth(DEPTHS | {"LATE": {4: [97.0, 97.5]}})
    for container, measured in zip(figure.axes[0].containers, DEPTHS.values(), strict=False):
        points, halves = mean_and_error_bar(container)
        assert points == [[depth, pytest.approx(sum(v) / 3)] for depth, v in measured.items()]
        assert halves == pytest.approx([np.std(v, ddof=1) for v in measured.values()])
    assert sentence == (
        "隠れ層が 26 個のとき、BP 10.2 ± 0.0 %、KD 10.2 ± 0.1 %、HT 78.1 ± 6.7 % です。")


@pytest.mark.parametrize("layer", [2, 13, 26])
def test_the_spread_is_compared_with_the_first_layer(layer):
    """Catches an off-by-one in the layer, a ratio turned upside down, the previous layer's."""
    figure, sentence = spread_through_layers(SPREADS, layer)
    for name, spread in SPREADS.items():
        assert lines(figure.axes[0])[name] == [[k, s] for k, s in enumerate(spread, 1)]
    assert list(figure.axes[0].lines[-1].get_xdata()) == [layer, layer]
    assert numbers(sentence) == pytest.approx(
        [layer, 1, 0.45 ** (layer - 1), 0.93 ** (layer - 1)], rel=0.03)
