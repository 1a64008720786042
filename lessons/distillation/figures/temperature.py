"""温度と勾配の図です。どの関数も (Figure, 文) を返します。"""

import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import Tensor

from lessons.distillation.losses import soft_targets
from lessons.plots import BLUE, GREY, ORANGE, VERMILION


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
