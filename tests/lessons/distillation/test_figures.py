"""The figures of the losses and of training: well drawn, and their sentences tell their numbers."""

import re
import statistics

import numpy as np
import pytest
import torch
from drawn import bars, lines, mean_and_error_bar, numbers
from figure_gate import assert_well_drawn

from lessons.distillation import distillation_loss, soft_targets
from lessons.distillation.figures.divergence import STUDENTS, three_students
from lessons.distillation.figures.machine import STRONGEST, machine
from lessons.distillation.figures.opening import why_distil
from lessons.distillation.figures.temperature import (
    gradient_against_temperature,
    labels_of_one_image,
)
from lessons.distillation.figures.training import (
    accuracy_over_updates,
    means_with_spread,
    teacher_that_moves,
)
from lessons.distillation.machine import Race

GENERATOR = torch.Generator().manual_seed(0)
IMAGE = torch.rand(64, generator=GENERATOR) * 2 - 1
TEACHER = torch.tensor([12.0, -3.0, 9.0, -7.0, 4.5, 0.0, -1.0, 3.0, -15.0, 1.0])
STUDENT = torch.tensor([1.0, 2.5, -0.5, 0.3, 0.9, -1.2, 0.1, 0.7, -0.3, 1.1])
TEMPERATURES = [0.5, 1.0, 2.0, 4.0, 8.0, 20.0, 100.0]
SCALES = [1, 2, 4, 8, 16, 32, 64, 128]
NORMS = [0.04 / t**2 for t in SCALES]
WAYS = {name: [60.0 + 7 * i, 61.5 + 7 * i, 63.0 + 7 * i]
        for i, name in enumerate(["ラベルだけ", "T = 1", "T = 4", "T = 8", "T = 20"])}
DEEP = {name: [10.0, 11.0, 12.5] for name in ("BP", "KD", "HT", "BP + He の初期値", "BP + BatchNorm")}
MANY = {"ラベルだけ": [float(60 + i % 7) for i in range(200)],
        "T = 8": [100.0 - 0.1 * (i % 9) for i in range(200)]}
CURVES = {name: {step: [top * step / (step + 40) + k for k in (-2, 0, 2)] for step in (20, 50, 100, 200, 400, 600)}
          for name, top in (("ラベルだけ（30 枚）", 80.0), ("T = 8（30 枚）", 99.0),
                            ("ラベルだけ（全部）", 100.0), ("T = 8（全部）", 97.0))}
HISTORIES = {"教師を固定する": [(50 * k, 3.0 / (1 + k), 10.0 + 14 * k, 98.1) for k in range(7)],
             "教師も更新する": [(50 * k, 10.0 ** -k, 10.0 + k, 98.1 / (1 + k)) for k in range(7)]}

FIGURES = {
    **{f"labels, T = {t:g}": lambda t=t: labels_of_one_image(soft_targets, IMAGE, 2, TEACHER, t)
       for t in TEMPERATURES},
    **{f"gradients times T to the {power}":
           lambda power=power: gradient_against_temperature(SCALES, NORMS, 0.03, power)
       for power in (0, 1, 2)},
    "opening": lambda: why_distil(98.1, [77.0, 80.0, 73.0], [92.0, 93.0, 91.0], (342_700, 7_100)),
    "three students": three_students,
    "means": lambda: means_with_spread({"30 枚": WAYS, "1,257 枚": WAYS}, lowest=60),
    "means, one group": lambda: means_with_spread({"隠れ層 26 個": DEEP}),
    "means, long lists": lambda: means_with_spread({"T = 20、α = 0.5、30 枚": MANY}, lowest=50),
    "curves": lambda: accuracy_over_updates(CURVES),
    "a moving teacher": lambda: teacher_that_moves(HISTORIES),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_is_well_drawn(name, caplog):
    """Catches boxes for missing glyphs, text that is cut off, an axis without a name."""
    assert_well_drawn(FIGURES[name], caplog)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_labels_and_soft_targets_are_those_of_the_temperature(temperature):
    """Catches T = 1 drawn at every T, another image's label, the three classes out of order."""
    figure, sentence = labels_of_one_image(soft_targets, IMAGE, 2, TEACHER, temperature)
    powers = np.exp(TEACHER.double().numpy() / temperature)
    expected = powers / powers.sum()
    hard, soft = bars(figure).values()
    assert hard == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert soft == pytest.approx(expected.tolist(), rel=1e-5)
    assert figure.axes[0].get_title() == "正解は 2"
    told = re.findall(r"(\d) が ([\d.e-]+)", sentence)
    assert [int(c) for c, _ in told] == [0, 2, 4]  # TEACHER's largest three
    assert [float(p) for _, p in told] == pytest.approx(expected[[0, 2, 4]].tolist(), abs=6e-4)
    assert numbers(sentence)[0] == temperature


@pytest.mark.parametrize("power, ratio", [(0, "256 分の 1"), (1, "16 分の 1"), (2, "1 倍")])
def test_gradients_are_multiplied_by_the_chosen_power(power, ratio):
    """Catches a division, T for T², axes that follow the choice and so show the same picture."""
    figure, sentence = gradient_against_temperature(SCALES, NORMS, 0.03, power)
    teacher, label = figure.axes[0].lines
    assert teacher.get_xydata().tolist() == [[t, pytest.approx(n * t**power)]
                                             for t, n in zip(SCALES, NORMS, strict=True)]
    assert set(label.get_ydata()) == {0.03}
    assert teacher.get_linestyle() == "None", "nothing was measured between the points"
    low, high = figure.axes[0].get_ylim()
    assert (low, high) == (3e-6, 3)
    if power == 2:
        assert low < 0.04 < high
    assert f"T = 8 から T = 128 までに、{ratio}になります。" in sentence


def test_the_opening_tells_what_it_draws():
    """Catches the two students exchanged, the spread of one for the other, bytes told as kB."""
    alone, helped = [77.0, 80.0, 73.0], [92.0, 93.0, 91.0]
    figure, sentence = why_distil(98.1, alone, helped, (342_700, 7_100))
    left, right = figure.axes
    assert [bar.get_width() for bar in left.patches] == [98.1, pytest.approx(76.667, abs=1e-3), 92.0]
    assert [bar.get_width() for bar in right.patches] == [342.7, 7.1]
    assert numbers(sentence) == [98.1, 342.7, 7.1, 76.7, 3.5, 92.0, 1.0]


def test_the_three_students_are_told_their_divergence():
    """Catches the reversed divergence, and terms that do not add up to it."""
    _, sentence = three_students()
    p = torch.tensor([0.6, 0.3, 0.1], dtype=torch.float64)
    told = [float(x) for x in re.findall(r"」では ([\d.]+)", sentence)]
    for found, q in zip(told, STUDENTS.values(), strict=True):
        q = torch.tensor(q, dtype=torch.float64)
        assert found == pytest.approx(float((p * (p / q).log()).sum()), abs=6e-4)
    terms = [float(x) for x in re.findall(r"-?\d\.\d+", sentence.split("クラスごとの値は")[1])]
    assert sum(terms) == pytest.approx(told[1], abs=2e-3)


def test_means_and_deviations_are_those_of_the_accuracies():
    """Catches the deviation divided by n, a variance, groups that share their numbers."""
    groups = {"30 枚": WAYS, "全部": {"ラベルだけ": [90.0, 95.0], "T = 8": [96.0, 96.5]}}
    figure, sentence = means_with_spread(groups, lowest=60)
    assert len(figure.axes) == len(groups)
    for ax, (title, results) in zip(figure.axes, groups.items(), strict=True):
        assert ax.get_title() == title and ax.get_ylim()[0] == 60
        assert [label.get_text() for label in ax.get_xticklabels()] == list(results)
        for container, values in zip(ax.containers, results.values(), strict=True):
            ((_, mean),), (half,) = mean_and_error_bar(container)
            assert mean == pytest.approx(sum(values) / len(values))
            squares = sum((v - mean) ** 2 for v in values)
            assert half == pytest.approx((squares / (len(values) - 1)) ** 0.5)
        first = next(iter(results.values()))
        assert set(ax.lines[-1].get_ydata()) == {statistics.mean(first)}
    assert figure.axes[0].get_legend() is not None, "the dotted line has a name"
    assert "30 枚では、ラベルだけ 61.5 ± 1.5 %、T = 1 68.5 ± 1.5 %" in sentence
    assert sentence.endswith("全部では、ラベルだけ 92.5 ± 3.5 %、T = 8 96.2 ± 0.4 % です。")


def test_the_curves_are_told_at_their_first_and_last_update():
    """Catches curves under another's name, one seed for the mean, the second point called the first."""
    figure, sentence = accuracy_over_updates(CURVES)
    drawn = lines(figure.axes[0])
    assert drawn == {name: [[n, pytest.approx(statistics.mean(v))] for n, v in curve.items()]
                     for name, curve in CURVES.items()}
    for name, curve in CURVES.items():
        first, last = (statistics.mean(curve[n]) for n in (20, 600))
        assert f"{name}では、20 回で {first:.1f} %、600 回で {last:.1f} % です。" in sentence


def test_a_moving_teacher_is_told_at_the_last_step():
    """Catches student and teacher exchanged, a loss of the first step, a curve left out."""
    figure, sentence = teacher_that_moves(HISTORIES)
    left, right = map(lines, figure.axes)
    for name, history in HISTORIES.items():
        assert left[name] == [[step, loss] for step, loss, _, _ in history]
        assert right[f"{name}: 生徒"] == [[step, student] for step, _, student, _ in history]
        assert right[f"{name}: 教師"] == [[step, teacher] for step, _, _, teacher in history]
    assert numbers(sentence) == pytest.approx([0.43, 94.0, 98.1, 1e-6, 16.0, 98.1 / 7], abs=0.05)
    assert sentence.count("更新すると") == 1 and "損失は 1e-06 に" in sentence


@pytest.fixture
def race(data, teacher):
    return Race(data, teacher)


@pytest.mark.filterwarnings("error")
def test_the_machine_is_well_drawn_at_every_setting(race, caplog):
    """Catches boxes for glyphs, text that is cut off, an arrow longer than its axis, an axis that
    follows the slider."""
    axes = set()
    for settings in ((0, 4.0, 1.0, True, True), (0, 20.0, 0.0, False, True), (12, 1.0, 1.0, True, False)):
        drawn = machine(race, distillation_loss, *settings)
        assert_well_drawn(lambda drawn=drawn: drawn, caplog)
        _, pulls, _ = drawn[0].axes
        tips = np.concatenate([segment[:, 1] for group in pulls.collections
                               for segment in group.get_segments()])
        assert np.abs(tips).max() < STRONGEST
        axes.add(tuple((ax.get_xlim(), ax.get_ylim()) for ax in drawn[0].axes))
    assert len(axes) == 1


def test_the_machine_draws_what_it_tells(race):
    """Catches the two terms exchanged, a switch without effect, and a race told at another update."""
    for squared, frozen in ((True, True), (False, True), (True, False)):
        figure, sentence = machine(race, distillation_loss, 3, 8.0, 0.6, squared, frozen)
        flow, pulls, running = figure.axes
        image, label, student, teacher = race.shown()
        p, q = ((z / 8).softmax(0) for z in (teacher, student))
        soft = 0.6 * (p - q) / 8 * (64 if squared else 1)
        hard = 0.4 * (torch.eye(10)[label] - student.softmax(0))
        by_label, by_teacher = ([s[:, 1].sum() for s in group.get_segments()]
                                for group in pulls.collections)
        assert by_teacher == pytest.approx(soft.tolist(), abs=1e-4)
        assert by_label == pytest.approx(hard.tolist(), abs=1e-4)
        told = numbers(sentence)
        assert told[:3] == [8, 0.6, label]
        assert told[3:5] == pytest.approx([float(soft[label]), float(hard[label])], abs=6e-4)
        assert told[5:] == pytest.approx(race.history[-1], abs=0.06)
        for curve, line in zip(range(1, 4), running.lines, strict=True):
            assert line.get_xydata().tolist() == [[row[0], row[curve]] for row in race.history]
        written = " ".join(text.get_text() for text in flow.texts)
        assert ("8²" in written) == squared and ("教師（固定）" in written) == frozen
        assert ("生徒の重みだけ" in written) == frozen
