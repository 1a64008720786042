"""蒸留を測った図です。どの関数も (Figure, 文) を返します。"""

import statistics

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from lessons.distillation.figures.training import LOOKS
from lessons.distillation.losses import mlp_parameters
from lessons.distillation.predictions import percent, with_bias
from lessons.networks import mean_and_sd
from lessons.plots import BLUE, GREY, ORANGE, VERMILION, puzzle_verdict

HIGHEST_BIAS = 16


def answers_at_bias(
    logits: dict[str, Tensor], labels: Tensor, digit: int, bias: float
) -> tuple[Figure, str]:
    """digit のロジットに bias を足したときの、digit の画像への答えと、2 つの正解率です。"""
    fig = Figure(figsize=(8.4, 3.7))
    left, right = fig.add_axes((0.08, 0.15, 0.41, 0.74)), fig.add_axes((0.57, 0.15, 0.42, 0.74))
    biases, classes, wanted = np.arange(0, HIGHEST_BIAS + 1, 2), np.arange(10), labels == digit
    text = []
    for k, ((name, z), (color, _, marker)) in enumerate(zip(logits.items(), LOOKS, strict=False)):
        answers = with_bias(z, digit, bias)
        shares = [percent(answers[:, wanted] == c) for c in classes]
        left.bar(classes + 0.4 * k - 0.2, shares, width=0.4, color=color, label=name)
        hits = [with_bias(z, digit, float(b)) == labels for b in biases]
        right.plot(biases, [percent(h[:, wanted]) for h in hits], color=color, linewidth=2.5)
        right.plot(biases, [percent(h) for h in hits], color=color, linewidth=2.5, linestyle=":")
        right.plot([bias], [shares[digit]], color=color, marker=marker, markersize=10)
        text.append(f"{name}の生徒は、{digit} の {shares[digit]:.1f} %、"
                    f"すべての画像の {percent(answers == labels):.1f} % を当てます。")
    left.set(xlabel="生徒の答え", ylabel=f"{digit} の画像のうちの割合 (%)", xticks=classes,
             ylim=(0, 102), title=f"{digit} の画像への答え（バイアス {bias:g}）")
    left.legend(fontsize=10)
    right.set(xlabel=f"{digit} のロジットに足すバイアス", ylabel="正解率 (%)", ylim=(-3, 103),
              xticks=biases[::4], title=f"実線: {digit} の画像　点線: すべての画像")
    return fig, f"バイアスが {bias:g} のとき、" + "".join(text)


def accuracy_against_size(
    widths: list[list[int]], results: dict[str, list[list[float]]], teacher: tuple[int, float]
) -> tuple[Figure, str]:
    """生徒の大きさと正解率です。teacher は、教師の重みとバイアスの数と、正解率です。"""
    sizes = list(map(mlp_parameters, widths))
    fig = Figure(figsize=(8.4, 3.6))
    ax = fig.add_axes((0.09, 0.15, 0.88, 0.8))
    for (name, measured), (color, _, marker), shift in zip(
            results.items(), LOOKS, (0.985, 1.015), strict=False):
        ax.errorbar([shift * size for size in sizes], list(map(statistics.mean, measured)),
                    yerr=list(map(statistics.stdev, measured)), color=color, linestyle="none",
                    marker=marker, markersize=8, capsize=4, label=name)
    ax.axhline(teacher[1], color="black", linestyle=":", linewidth=2,
               label=f"教師（{teacher[0]:,} 個）")
    ax.set(xscale="log", xticks=sizes, xticklabels=[f"{size:,}" for size in sizes],
           xlabel="重みとバイアスの数（対数目盛り）", ylabel="テストの正解率 (%)", ylim=(0, 102))
    ax.minorticks_off()
    ax.legend(fontsize=10, loc="lower right")
    shown = "".join(
        f"{size:,} 個では、" + "、".join(f"{name} {mean_and_sd(measured[i])} %"
                                     for name, measured in results.items()) + " です。"
        for i, size in enumerate(sizes))
    return fig, f"教師は {teacher[0]:,} 個で {teacher[1]:.1f} % です。{shown}"


def student_puzzle(
    size: int, budget: int, labels_only: float, by_temperature: dict[float, float], target: float
) -> tuple[Figure, str]:
    """生徒の大きさと、温度ごとの正解率です。予算、目標、ラベルだけの正解率を線で示します。"""
    fig = Figure(figsize=(8.4, 3.2))
    left, right = fig.add_axes((0.1, 0.17, 0.28, 0.68)), fig.add_axes((0.47, 0.17, 0.52, 0.68))
    left.bar(["生徒"], [size], color=BLUE, edgecolor="black", width=0.5)
    left.axhline(budget, color=VERMILION, linestyle="--", linewidth=2)
    left.text(0.45, budget, "予算", color=VERMILION, ha="right", va="bottom")
    left.set(ylabel="重みとバイアスの数 (個)", ylim=(0, 2 * budget), xlim=(-0.5, 0.5),
             title=f"{size:,} 個（予算 {budget:,} 個）")
    places = range(len(by_temperature))
    right.plot(places, list(by_temperature.values()), color=ORANGE, marker="o", markersize=9,
               linestyle="none", markeredgecolor="black", label="蒸留（α = 0.9）")
    right.axhline(target, color=VERMILION, linestyle="--", linewidth=2, label="目標")
    right.axhline(labels_only, color=GREY, linestyle=":", linewidth=2, label="ラベルだけ")
    right.set(xlabel="温度 T", ylabel="テストの正解率 (%)", ylim=(0, 102), xticks=places,
              xticklabels=[f"{t:g}" for t in by_temperature],
              title=f"目標 {target:g} %、ラベルだけ {labels_only:.1f} %")
    right.legend(fontsize=10, loc="lower right")
    best = max(by_temperature, key=by_temperature.__getitem__)
    highest = by_temperature[best]
    verdict = puzzle_verdict(fits=size <= budget, good=highest >= target)
    return fig, (f"重みとバイアスは {size:,} 個です。正解率は、T = {best:g} の蒸留で {highest:.1f} %、"
                 f"ラベルだけでは {labels_only:.1f} % です。{verdict}")
