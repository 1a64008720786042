"""The figures of what was measured, and of deep students: drawn well, telling their numbers."""

import numpy as np
import pytest
import torch
from drawn import lines, mean_and_error_bar, numbers
from figure_gate import assert_well_drawn
from matplotlib.patches import Rectangle

from lessons.data import from_the_text
from lessons.distillation.figures.fitnets import (
    accuracy_against_depth,
    spread_through_layers,
    what_the_text_says,
)
from lessons.distillation.figures.hints import GUIDED, STAGES, STUDENT, TEACHER, who_learns_from_what
from lessons.distillation.figures.measured import (
    accuracy_against_size,
    answers_at_bias,
    student_puzzle,
)

GENERATOR = torch.Generator().manual_seed(0)
LABELS = torch.arange(10).repeat(6)
LOGITS = {name: torch.randn(5, 60, 10, generator=GENERATOR) * 3 for name in ("ラベルだけ", "蒸留（T = 4）")}
WIDTHS = [[64, hidden, 10] for hidden in (2, 4, 8, 16)]
BY_SIZE = {name: [[top - 20 / k, top - 22 / k, top - 30 / k] for k in (1, 2, 3, 4)]
           for name, top in (("ラベルだけ", 78.0), ("蒸留（T = 4）", 94.0))}
DEPTHS = {"BP": {4: [97.0, 96.5, 96.0], 12: [90.0, 91.0, 95.0], 26: [10.2, 10.2, 10.2]},
          "KD": {4: [96.0, 96.5, 97.5], 12: [92.0, 93.0, 94.0], 26: [10.2, 10.2, 10.3]},
          "HT": {4: [97.0, 96.0, 96.9], 12: [95.0, 94.0, 96.0], 26: [71.5, 84.8, 78.1]}}
SPREADS = {"PyTorch の既定の初期値": [0.18 * 0.45**k for k in range(26)],
           "He の初期値": [0.4 * 0.93**k for k in range(26)]}

WARM = {1.0: 83.3, 2.0: 88.0, 4.0: 90.5, 8.0: 95.2, 20.0: 94.0}
PAPER = from_the_text("fitnets_figure2")

FIGURES = {
    **{f"bias {b:g}": lambda b=b: answers_at_bias(LOGITS, LABELS, 3, b) for b in (0.0, 1.5, 16.0)},
    "sizes": lambda: accuracy_against_size(WIDTHS, BY_SIZE, (85_002, 98.1)),
    "sizes, a teacher of many parameters":
        lambda: accuracy_against_size(WIDTHS, BY_SIZE, (10_000_000, 100.0)),
    **{f"puzzle, {hidden} hidden": lambda hidden=hidden, low=low: student_puzzle(
        75 * hidden + 10, 1520, low, {t: low + 2 * k for k, t in enumerate(WARM)}, 91.0)
       for hidden, low in ((4, 0.0), (8, 83.3), (24, 92.0))},
    "depths": lambda: accuracy_against_depth(DEPTHS),
    "spread": lambda: spread_through_layers(SPREADS, 13),
    "paper": lambda: what_the_text_says(PAPER),
    **{stage: lambda stage=stage: who_learns_from_what(stage) for stage in STAGES},
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_is_well_drawn(name, caplog):
    """Catches boxes for missing glyphs, text that is cut off, an axis without a name."""
    assert_well_drawn(FIGURES[name], caplog)


@pytest.mark.parametrize("bias", [0.0, 2.0, 16.0])
def test_answers_are_those_of_the_bias(bias):
    """Catches a bias on every logit or with the wrong sign, shares of all images for those of the
    threes, students exchanged, and drawn curves that are not what the sentence tells."""
    figure, sentence = answers_at_bias(LOGITS, LABELS, 3, bias)
    left, right = figure.axes
    expected = []
    for k, (logits, group) in enumerate(zip(LOGITS.values(), left.containers, strict=True)):
        counts, hits = [0] * 10, 0
        for network in logits.tolist():
            for z, label in zip(network, LABELS.tolist(), strict=True):
                z[3] += bias
                answer = max(range(10), key=z.__getitem__)
                counts[answer] += label == 3
                hits += answer == label
        shares = [100 * count / 30 for count in counts]
        assert [bar.get_height() for bar in group] == pytest.approx(shares)
        overall = 100 * hits / (5 * len(LABELS))
        of_threes, of_all, marker = right.lines[3 * k:3 * k + 3]
        assert dict(of_threes.get_xydata().tolist())[bias] == pytest.approx(shares[3])
        assert dict(of_all.get_xydata().tolist())[bias] == pytest.approx(overall)
        assert marker.get_xydata().tolist() == [[bias, pytest.approx(shares[3])]]
        expected += [3, shares[3], overall]
    told = numbers(sentence.replace("蒸留（T = 4）", ""))
    assert told == pytest.approx([bias, *expected], abs=0.06)


def test_sizes_are_counted_with_their_biases():
    """Catches weights alone, students under another's size, a line through what was not measured."""
    figure, sentence = accuracy_against_size(WIDTHS, BY_SIZE, (85_002, 98.1))
    sizes = [75 * hidden + 10 for hidden in (2, 4, 8, 16)]
    for container, measured in zip(figure.axes[0].containers, BY_SIZE.values(), strict=True):
        points, halves = mean_and_error_bar(container)
        assert [x for x, _ in points] == pytest.approx(sizes, rel=0.02)  # beside each other
        assert [y for _, y in points] == pytest.approx([sum(m) / 3 for m in measured])
        assert halves == pytest.approx([np.std(m, ddof=1) for m in measured])
        assert container.lines[0].get_linestyle() == "None"
    assert {y for _, y in lines(figure.axes[0])["教師（85,002 個）"]} == {98.1}
    ticks = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert ticks == ["160", "310", "610", "1,210"]
    assert sentence.startswith("教師は 85,002 個で 98.1 % です。")
    assert "1,210 個では、ラベルだけ 72.0 ± 1.3 %、蒸留（T = 4） 88.0 ± 1.3 % です。" in sentence


def test_the_puzzle_tells_what_falls_short():
    """Catches a verdict that does not follow from size and best accuracy, at the limits too."""
    def ask(size, measured):
        return student_puzzle(size, 1520, 76.5, {1.0: 50.0, 8.0: measured, 20.0: 80.0}, 91.0)[1]

    assert "両方を満たします" in ask(1520, 91.0)
    assert "予算を超えます" in ask(1521, 91.0)
    assert "届きません" in ask(1520, 90.9)
    assert "予算も目標も満たしません" in ask(1521, 90.9)
    assert numbers(ask(3010, 95.2)) == [3010, 8, 95.2, 76.5]


def test_the_puzzle_draws_its_size_and_accuracies():
    """Catches accuracies exchanged or under another temperature, and lines that are not the
    budget, the target and what labels alone give."""
    left, right = student_puzzle(610, 1520, 76.5, WARM, 91.0)[0].axes
    assert [bar.get_height() for bar in left.patches] == [610]
    assert list(left.lines[0].get_ydata()) == [1520, 1520]
    drawn = lines(right)
    assert [y for _, y in drawn["蒸留（α = 0.9）"]] == list(WARM.values())
    assert [label.get_text() for label in right.get_xticklabels()] == ["1", "2", "4", "8", "20"]
    assert {y for _, y in drawn["目標"]} == {91} and {y for _, y in drawn["ラベルだけ"]} == {76.5}
    assert numbers(left.get_title()) == [610, 1520] and numbers(right.get_title()) == [91, 76.5]


def test_every_depth_is_told_and_none_is_joined_to_the_next():
    """Catches a method under another's points or depth, points that cover each other, and a line
    between 12 and 26, where nothing was measured."""
    figure, sentence = accuracy_against_depth(DEPTHS | {"LATE": {4: [97.0, 97.5]}})
    at_26 = []
    for container, measured in zip(figure.axes[0].containers, DEPTHS.values(), strict=False):
        points, halves = mean_and_error_bar(container)
        assert [y for _, y in points] == pytest.approx([sum(v) / 3 for v in measured.values()])
        assert [round(x) for x, _ in points] == [0, 1, 2]
        assert halves == pytest.approx([np.std(v, ddof=1) for v in measured.values()])
        assert container.lines[0].get_linestyle() == "None"
        at_26.append(points[2][0])
    assert min(b - a for a, b in zip(at_26, at_26[1:], strict=False)) > 0.1
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["4", "12", "26"]
    assert sentence.startswith("隠れ層が 4 個のとき、BP 96.5 ± 0.5 %")
    assert sentence.endswith(
        "隠れ層が 26 個のとき、BP 10.2 ± 0.0 %、KD 10.2 ± 0.1 %、HT 78.1 ± 6.7 % です。")


@pytest.mark.parametrize("layer", [2, 13, 26])
def test_the_spread_is_compared_with_the_first_layer(layer):
    """Catches an off-by-one in the layer, a ratio turned upside down, the previous layer's."""
    figure, sentence = spread_through_layers(SPREADS, layer)
    for name, spread in SPREADS.items():
        assert lines(figure.axes[0])[name] == [[k, s] for k, s in enumerate(spread, 1)]
    assert numbers(sentence) == pytest.approx(
        [layer, 1, 0.45 ** (layer - 1), 0.93 ** (layer - 1)], rel=0.03)


def test_the_paper_is_drawn_from_its_text_alone():
    """Catches a curve between the two budgets, and numbers of one under the other."""
    figure, sentence = what_the_text_says(PAPER)
    left, right = figure.axes
    assert [bar.get_width() for bar in left.patches] == [5, 7, 13]
    assert [label.get_text() for label in left.get_yticklabels()] == ["BP", "KD", "HT"]
    assert [list(line.get_ydata()) for line in right.lines] == [[89.45], [90.1]]
    assert "BP が 5 層、KD が 7 層、HT が 13 層" in sentence and "89.45 % から 90.1 %" in sentence


def test_the_first_stage_trains_the_students_front_alone():
    """Catches a teacher that is drawn as trained, and the whole student in the first stage."""
    for stage in STAGES:
        boxes = [p for p in who_learns_from_what(stage)[0].axes[0].patches if type(p) is Rectangle]
        trained = [bool(box.get_hatch()) for box in boxes]
        assert len(boxes) == len(TEACHER) + len(STUDENT) and not any(trained[:len(TEACHER)])
        front = GUIDED + 1 if stage == "HT 第 1 段階" else len(STUDENT)
        assert trained[len(TEACHER):] == [k < front for k in range(len(STUDENT))]
