"""蒸留の図です。どの関数も (Figure, 文) を返します。"""

import statistics

import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import Tensor

from lessons.distillation.losses import mlp_parameters, soft_targets
from lessons.distillation.predictions import percent, with_bias
from lessons.networks import mean_and_sd
from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION, puzzle_verdict

LOOKS = [(BLUE, "-", "o"), (VERMILION, "--", "s"), (GREEN, ":", "^"), (ORANGE, "-.", "D"),
         (GREY, "-", "x")]


def labels_of_one_image(
    image: Tensor, label: int, logits: Tensor, temperature: float
) -> tuple[Figure, str]:
    """1 枚の画像と、その正解ラベル、温度 T での教師のやわらかい確率です。"""
    soft = soft_targets(logits, temperature)
    fig = Figure(figsize=(8.4, 3.2))
    picture = fig.add_axes((0.01, 0.17, 0.2, 0.65))
    picture.imshow(image.reshape(8, 8).numpy(), cmap="gray_r")
    picture.axis("off")
    picture.set_title(f"正解は {label}")
    ax = fig.add_axes((0.31, 0.17, 0.67, 0.72))
    classes = np.arange(len(logits))
    ax.bar(classes - 0.2, F.one_hot(torch.tensor(label), len(logits)).numpy(), width=0.4, color=GREY,
           edgecolor="black", label="正解ラベル")
    ax.bar(classes + 0.2, soft.numpy(), width=0.4, color=ORANGE, edgecolor="black", hatch="//",
           label=f"教師の確率（T = {temperature:g}）")
    ax.set(xlabel="クラス", ylabel="確率", xticks=classes, ylim=(0, 1.05))
    ax.legend(fontsize=9)
    first, second, third = soft.topk(3).indices.tolist()
    text = (f"T = {temperature:g} のとき、教師の確率は {first} が {float(soft[first]):.3f}、"
            f"{second} が {float(soft[second]):.3f}、{third} が {float(soft[third]):.3f} です。")
    return fig, text


def pulls_on_logits(
    student: Tensor, teacher: Tensor, label: int, temperature: float, alpha: float
) -> tuple[Figure, str]:
    """1 枚の画像で、損失の 2 つの項が、生徒のロジットをどちらへどれだけ動かすかです。

    やわらかい項は αT (p - q)、正解ラベルの項は (1-α)(y - softmax(z_s)) の大きさで動かします。
    """
    p, q = soft_targets(teacher, temperature), soft_targets(student, temperature)
    soft = alpha * temperature * (p - q)
    hard = (1 - alpha) * (F.one_hot(torch.tensor(label), len(student)) - soft_targets(student, 1.0))
    fig = Figure(figsize=(8.4, 3.2))
    ax = fig.add_axes((0.1, 0.16, 0.87, 0.76))
    classes = np.arange(len(student))
    ax.bar(classes - 0.2, hard.numpy(), width=0.4, color=BLUE, edgecolor="black", label="正解ラベルの項")
    ax.bar(classes + 0.2, soft.numpy(), width=0.4, color=ORANGE, edgecolor="black", hatch="//",
           label="教師の項")
    ax.axhline(0, color="black", linewidth=0.8)
    ax.set(xlabel="クラス", ylabel="ロジットを動かす向きと強さ", xticks=classes)
    ax.legend(fontsize=9)
    others = [c for c in range(len(student)) if c != label]
    strongest = max(others, key=lambda c: float(soft[c]))
    text = (f"T = {temperature:g}、α = {alpha:g} のとき、正解の {label} を押し上げる強さは、"
            f"正解ラベルの項が {float(hard[label]):z.3f}、教師の項が {float(soft[label]):z.3f} です。"
            f"不正解のクラスでは、教師の項は {strongest} に {float(soft[strongest]):+z.3f} です。")
    return fig, text


def gradient_against_temperature(
    temperatures: list[float], norms: list[float], hard: float, shown: float
) -> tuple[Figure, str]:
    """教師の項の勾配の大きさです。T² を掛けないとき、掛けたとき、正解ラベルの項を比べます。"""
    fig = Figure(figsize=(8.4, 3.6))
    ax = fig.add_axes((0.1, 0.15, 0.87, 0.8))
    squared = [n * t**2 for n, t in zip(norms, temperatures, strict=True)]
    ax.plot(temperatures, norms, color=VERMILION, linestyle="--", marker="s", label="T² を掛けない")
    ax.plot(temperatures, squared, color=BLUE, marker="o", label="T² を掛ける")
    ax.axhline(hard, color=GREY, linestyle=":", linewidth=2, label="正解ラベルの項")
    ax.axvline(shown, color="black", linewidth=1)
    ax.set(xscale="log", yscale="log", xlabel="温度 T（対数目盛り）",
           ylabel="勾配の大きさ（対数目盛り）", xticks=temperatures,
           xticklabels=[f"{t:g}" for t in temperatures])
    ax.minorticks_off()
    ax.legend(fontsize=9)
    at = temperatures.index(shown)
    text = (f"T = {shown:g} では、教師の項の勾配の大きさは、T² を掛けないと {norms[at]:.2g} で、"
            f"正解ラベルの項の {norms[at] / hard:.2g} 倍です。"
            f"T² を掛けると {squared[at]:.2g} で、{squared[at] / hard:.2g} 倍です。")
    return fig, text


def means_with_spread(
    groups: dict[str, dict[str, list[float]]], lowest: float = 0.0
) -> tuple[Figure, str]:
    """学び方ごとの正解率です。点は種についての平均、縦線は標準偏差です。最初の学び方が比べる相手です。"""
    fig = Figure(figsize=(8.4, 3.4))
    text = []
    for i, (title, results) in enumerate(groups.items()):
        ax = fig.add_axes((0.09 + i * 0.92 / len(groups), 0.16, 0.9 / len(groups) - 0.08, 0.72))
        for j, (name, values) in enumerate(results.items()):
            color, marker = (VERMILION, "o") if j else (BLUE, "s")
            ax.errorbar([name], [statistics.mean(values)], yerr=[statistics.stdev(values)],
                        capsize=5, color=color, marker=marker, markersize=7)
        ax.axhline(statistics.mean(next(iter(results.values()))), color=BLUE, linestyle=":")
        ax.set(ylabel="テストの正解率 (%)", xlabel="生徒の学び方", title=title, ylim=(lowest, 102))
        ax.margins(x=0.12)
        ax.tick_params("x", labelsize=9)
        shown = "、".join(f"{name} {mean_and_sd(v)} %" for name, v in results.items())
        text.append(f"{title}では、{shown} です。")
    return fig, "".join(text)


def accuracy_over_steps(curves: dict[str, dict[int, float]]) -> tuple[Figure, str]:
    """歩数と正解率です。横軸は対数です。"""
    fig = Figure(figsize=(8.4, 3.4))
    ax = fig.add_axes((0.09, 0.15, 0.88, 0.8))
    for (name, curve), (color, line, marker) in zip(curves.items(), LOOKS, strict=False):
        ax.plot(list(curve), list(curve.values()), color=color, linestyle=line, marker=marker,
                label=name)
    steps = list(next(iter(curves.values())))
    ax.set(xscale="log", xlabel="学習の歩数（対数目盛り）", ylabel="テストの正解率 (%)", ylim=(0, 100),
           xticks=steps, xticklabels=map(str, steps))
    ax.minorticks_off()
    ax.legend(fontsize=9)
    first, last = steps[0], steps[-1]
    shown = "、".join(f"{name}は {curve[first]:.1f} % から {curve[last]:.1f} %"
                      for name, curve in curves.items())
    return fig, f"{first} 歩から {last} 歩までに、{shown} になります。"


def teacher_that_moves(
    histories: dict[str, list[tuple[int, float, float, float]]]
) -> tuple[Figure, str]:
    """教師を固定した学習と固定しない学習の、損失と正解率です。"""
    fig = Figure(figsize=(8.4, 3.4))
    left = fig.add_axes((0.1, 0.16, 0.36, 0.74))
    right = fig.add_axes((0.58, 0.16, 0.4, 0.74))
    text = []
    for (name, history), (color, line, _) in zip(histories.items(), LOOKS, strict=False):
        steps, losses, student, teacher = zip(*history, strict=True)
        left.plot(steps, losses, color=color, linestyle=line, label=name)
        right.plot(steps, student, color=color, linestyle=line, marker="o", label=f"{name}: 生徒")
        right.plot(steps, teacher, color=color, linestyle=line, marker="s", markerfacecolor="white",
                   label=f"{name}: 教師")
        text.append(f"{name}と、損失は {losses[-1]:.2g} に、正解率は生徒が {student[-1]:.1f} %、"
                    f"教師が {teacher[-1]:.1f} % になります。")
    left.set(yscale="log", xlabel="学習の歩数", ylabel="やわらかい損失（対数目盛り）")
    right.set(xlabel="学習の歩数", ylabel="テストの正解率 (%)", ylim=(0, 102))
    left.legend(fontsize=9)
    right.legend(fontsize=8, loc="center right")
    return fig, "".join(text)


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
