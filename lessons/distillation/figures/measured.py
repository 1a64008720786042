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


def recall_against_bias(
    logits: dict[str, Tensor], labels: Tensor, digit: int, bias: float
) -> tuple[Figure, str]:
    """見たことのないクラスのロジットにバイアスを足したときの、そのクラスと全体の正解率です。"""
    fig = Figure(figsize=(8.4, 3.4))
    ax = fig.add_axes((0.09, 0.15, 0.58, 0.8))
    biases = np.arange(0, 16.5, 0.5)
    text = []
    for (name, z), (color, line, marker) in zip(logits.items(), LOOKS, strict=False):
        hits = [with_bias(z, digit, float(b)) == labels for b in biases]
        ax.plot(biases, [percent(h[:, labels == digit]) for h in hits], color=color, linestyle=line,
                marker=marker, markevery=4, label=f"{name}: {digit} だけ")
        ax.plot(biases, [percent(h) for h in hits], color=color, linestyle=line, linewidth=1,
                alpha=0.6, label=f"{name}: 全体")
        now = with_bias(z, digit, bias) == labels
        text.append(f"{name}は、{digit} の {percent(now[:, labels == digit]):.1f} %、"
                    f"全体の {percent(now):.1f} % を当てます。")
    ax.axvline(bias, color="black", linewidth=1)
    ax.set(xlabel=f"{digit} のロジットに足すバイアス", ylabel="正解率 (%)", ylim=(-3, 103))
    ax.legend(fontsize=9, loc="center left", bbox_to_anchor=(1.02, 0.5))
    return fig, f"バイアス {bias:g} では、" + "".join(text)


def accuracy_against_size(
    widths: list[list[int]], results: dict[str, list[list[float]]], teacher: tuple[int, float]
) -> tuple[Figure, str]:
    """生徒の大きさと正解率です。teacher は、教師の重みの数と正解率です。"""
    sizes = list(map(mlp_parameters, widths))
    fig = Figure(figsize=(8.4, 3.6))
    ax = fig.add_axes((0.09, 0.15, 0.88, 0.8))
    for (name, measured), (color, line, marker) in zip(results.items(), LOOKS, strict=False):
        ax.errorbar(sizes, list(map(statistics.mean, measured)),
                    yerr=list(map(statistics.stdev, measured)), color=color, linestyle=line,
                    marker=marker, capsize=4, label=name)
    ax.plot(*teacher, color="black", marker="*", markersize=12, linestyle="none", label="教師")
    ticks = [*sizes, teacher[0]]
    ax.set(xscale="log", xticks=ticks, xticklabels=[f"{size:,}" for size in ticks],
           xlabel="重みとバイアスの数（対数目盛り）", ylabel="テストの正解率 (%)", ylim=(0, 102))
    ax.minorticks_off()
    ax.legend(fontsize=9, loc="lower right")
    shown = "".join(
        f"{size:,} 個では、" + "、".join(f"{name} {mean_and_sd(measured[i])} %"
                                     for name, measured in results.items()) + " です。"
        for i, size in enumerate(sizes))
    return fig, f"教師は {teacher[0]:,} 個で {teacher[1]:.1f} % です。{shown}"


def student_puzzle(
    size: int, budget: int, measured: float, target: float, labels_only: float
) -> tuple[Figure, str]:
    """選んだ生徒の大きさと正解率です。予算と目標を線で示します。"""
    fig = Figure(figsize=(8.4, 2.8))
    left, right = fig.add_axes((0.1, 0.2, 0.37, 0.66)), fig.add_axes((0.6, 0.2, 0.37, 0.66))
    left.barh(["生徒"], [size], color=BLUE, edgecolor="black", height=0.5)
    left.axvline(budget, color=VERMILION, linestyle="--", linewidth=2)
    left.set(xlabel="重みとバイアスの数 (個)", xlim=(0, 2 * budget), ylim=(-0.7, 0.7),
             title=f"{size:,} 個（予算 {budget:,} 個）")
    right.barh(["ラベルだけ", "教師と学ぶ"], [labels_only, measured], color=[GREY, ORANGE],
               edgecolor="black", height=0.5)
    right.axvline(target, color=VERMILION, linestyle="--", linewidth=2)
    right.set(xlabel="テストの正解率 (%)", ylabel="学び方", xlim=(0, 100), title=f"{measured:.1f} %（目標 {target:g} %）")
    for ax in (left, right):
        ax.title.set_fontsize(10)
    verdict = puzzle_verdict(fits=size <= budget, good=measured >= target)
    text = (f"重みとバイアスは {size:,} 個、正解率は {measured:.1f} % です。"
            f"同じ生徒をラベルだけで育てると {labels_only:.1f} % です。{verdict}")
    return fig, text
