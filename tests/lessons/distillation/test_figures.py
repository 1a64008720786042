"""The figures of the losses and of training: well drawn, and their sentences tell their numbers."""

import re
import statistics

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from drawn import bars, lines, mean_and_error_bar, numbers
from figure_gate import assert_well_drawn

from lessons.distillation.figures.temperature import (
    gradient_against_temperature,
    labels_of_one_image,
    pulls_on_logits,
)
from lessons.distillation.figures.training import (
    accuracy_over_steps,
    means_with_spread,
    teacher_that_moves,
)

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
CURVES = {name: {step: top * step / (step + 40) for step in (20, 50, 100, 200, 400, 600)}
          for name, top in (("ラベルだけ（30 枚）", 80.0), ("T = 8（30 枚）", 99.0),
                            ("ラベルだけ（全部）", 100.0), ("T = 8（全部）", 97.0))}
HISTORIES = {"教師を固定する": [(50 * k, 3.0 / (1 + k), 10.0 + 14 * k, 98.1) for k in range(7)],
             "教師も更新する": [(50 * k, 10.0 ** -k, 10.0 + k, 98.1 / (1 + k)) for k in range(7)]}

FIGURES = {
    **{f"labels, T = {t:g}": lambda t=t: labels_of_one_image(IMAGE, 2, TEACHER, t)
       for t in TEMPERATURES},
    **{f"pulls, T = {t:g}, alpha = {a:g}":
           lambda t=t, a=a: pulls_on_logits(STUDENT, TEACHER, 2, t, a)
       for t in (0.5, 4.0, 100.0) for a in (0.0, 0.7, 1.0)},
    **{f"gradients, T = {t}": lambda t=t: gradient_against_temperature(SCALES, NORMS, 0.03, t)
       for t in (1, 8, 128)},
    "means": lambda: means_with_spread({"30 枚": WAYS, "1,257 枚": WAYS}, lowest=60),
    "means, one group": lambda: means_with_spread({"隠れ層 26 個": DEEP}),
    "means, long lists": lambda: means_with_spread({"T = 20、α = 0.5、30 枚": MANY}, lowest=50),
    "curves": lambda: accuracy_over_steps(CURVES),
    "a moving teacher": lambda: teacher_that_moves(HISTORIES),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FIGURES)
def test_is_well_drawn(name, caplog):
    """Catches boxes for missing glyphs, text that is cut off, an axis without a name."""
    assert_well_drawn(FIGURES[name], caplog)


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_labels_and_soft_targets_are_those_of_the_temperature(temperature):
    """Catches T = 1 drawn at every T, another image's label, the three classes out of order."""
    figure, sentence = labels_of_one_image(IMAGE, 2, TEACHER, temperature)
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


@pytest.mark.parametrize("temperature", [0.5, 4.0, 100.0])
@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("label", [0, 2, 8])  # the teacher's answer, its second, its last
def test_pulls_are_the_negative_gradients_of_the_two_terms(temperature, alpha, label):
    """Catches a push in the wrong direction, T or T³ for T², a lost alpha, a softened label,
    and the right class among the wrong ones."""
    figure, sentence = pulls_on_logits(STUDENT, TEACHER, label, temperature, alpha)
    z = STUDENT.clone().requires_grad_()
    soft_loss = F.kl_div((z / temperature).log_softmax(0), (TEACHER / temperature).softmax(0),
                         reduction="sum")
    hard_loss = F.cross_entropy(z[None], torch.tensor([label]))
    soft, hard = (-torch.autograd.grad(loss, z)[0] for loss in (
        alpha * temperature**2 * soft_loss, (1 - alpha) * hard_loss))
    by_label, by_teacher = bars(figure).values()
    assert by_label == pytest.approx(hard.tolist(), abs=1e-4)
    assert by_teacher == pytest.approx(soft.tolist(), abs=1e-4)
    told = numbers(sentence)
    assert told[:3] == [temperature, alpha, label]
    assert told[3:5] == pytest.approx([float(hard[label]), float(soft[label])], abs=6e-4)
    others = soft.clone()
    others[label] = -torch.inf
    assert told[-1] == pytest.approx(float(others.max()), abs=6e-4)
    assert soft[int(told[-2])] == pytest.approx(float(others.max()), abs=1e-4)


@pytest.mark.slow
def test_no_pull_of_minus_zero_is_told():
    """Catches "-0.000": with alpha = 0 the teacher's term is 0 and has no direction."""
    told = [pulls_on_logits(student, teacher, label, 4.0, 0.0)[1] for label in range(10)
            for student, teacher in ((STUDENT, TEACHER), (TEACHER, STUDENT))]
    assert not [sentence for sentence in told if "-0.000" in sentence]


@pytest.mark.parametrize("shown", [1, 8, 128])
def test_gradients_are_compared_at_the_temperature_shown(shown):
    """Catches a division by T², T for T², a ratio turned upside down, another temperature."""
    figure, sentence = gradient_against_temperature(SCALES, NORMS, 0.03, shown)
    drawn = lines(figure.axes[0])
    assert drawn["T² を掛けない"] == [list(pair) for pair in zip(SCALES, NORMS, strict=True)]
    assert drawn["T² を掛ける"] == [[t, pytest.approx(0.04)] for t in SCALES]
    assert {y for _, y in drawn["正解ラベルの項"]} == {0.03}
    assert [line.get_xdata() for line in figure.axes[0].lines][-1] == [shown, shown]
    plain = 0.04 / shown**2
    assert numbers(sentence) == pytest.approx(
        [shown, plain, plain / 0.03, 0.04, 0.04 / 0.03], rel=0.05)


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
    assert "30 枚では、ラベルだけ 61.5 ± 1.5 %、T = 1 68.5 ± 1.5 %" in sentence
    assert sentence.endswith("全部では、ラベルだけ 92.5 ± 3.5 %、T = 8 96.2 ± 0.4 % です。")


def test_the_curves_are_told_at_their_first_and_last_step():
    """Catches curves under another's name, and the second step called the first."""
    figure, sentence = accuracy_over_steps(CURVES)
    drawn = lines(figure.axes[0])
    assert drawn == {name: [list(point) for point in curve.items()]
                     for name, curve in CURVES.items()}
    assert sentence.startswith("20 歩から 600 歩までに、")
    for name, curve in CURVES.items():
        assert f"{name}は {curve[20]:.1f} % から {curve[600]:.1f} %" in sentence


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
