"""温度と勾配の図です。どの関数も (Figure, 文) を返します。"""

import functools
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from torch import Tensor

from lessons.plots import BLUE, GREY, ORANGE
from lessons.still import StillFigure

HARD = {"facecolor": GREY, "edgecolor": "black", "label": "ハードラベル"}
SOFT = {"facecolor": ORANGE, "edgecolor": "black", "hatch": "//", "label": "ソフトラベル"}


def labels_of_one_image(
    soft_targets: Callable, image: Tensor, label: int, logits: Tensor, temperature: float
) -> tuple[Figure, str]:
    """1 枚の画像と、そのハードラベル、温度 T での教師のソフトラベルです。

    soft_targets: 演習の soft_targets と同じ約束の関数
    """
    soft = soft_targets(logits, temperature)
    fig = frame(len(logits)).begin()
    picture, ax = fig.axes
    picture.imshow(image.reshape(8, 8).numpy(), cmap="gray_r", aspect="auto", extent=(0, 8, 8, 0))
    picture.set_title(f"正解は {label}")
    classes = np.arange(len(logits))
    ax.bar(classes - 0.2, F.one_hot(torch.tensor(label), len(logits)).numpy(), width=0.4, **HARD)
    ax.bar(classes + 0.2, soft.numpy(), width=0.4, **SOFT)
    ax.set_title(f"温度 T = {temperature:g}", fontsize=10.5, x=0.25)
    first, second, third = soft.topk(3).indices.tolist()
    text = (f"T = {temperature:g} のとき、教師の確率は {first} が {float(soft[first]):.3f}、"
            f"{second} が {float(soft[second]):.3f}、{third} が {float(soft[third]):.3f} です。")
    return fig, text


@functools.cache
def frame(classes: int) -> StillFigure:
    """動かない部分: 画像の場所と、クラスごとの確率の軸です。"""
    fig = StillFigure(8.4, 3.2)
    picture = fig.add_axes((0.01, 0.17, 0.2, 0.525))
    picture.set(xlim=(0, 8), ylim=(8, 0))
    picture.axis("off")
    ax = fig.add_axes((0.31, 0.17, 0.67, 0.62))
    ax.set(xlabel="クラス", ylabel="確率", xticks=range(classes), xlim=(-0.9, classes - 0.1),
           ylim=(0, 1.05))
    ax.legend(handles=[Patch(**HARD), Patch(**SOFT)], fontsize=9, loc="lower right",
              bbox_to_anchor=(1, 1), ncols=2, frameon=False)
    return fig.freeze()


def gradient_against_temperature(
    temperatures: list[float], norms: list[float], hard: float, power: int
) -> tuple[Figure, str]:
    """教師の項の勾配の大きさに、T の power 乗を掛けた値です。点が、測った温度です。

    norms: 何も掛けないときの、温度ごとの勾配の大きさ
    hard:  正解ラベルの項の勾配の大きさ
    """
    fig = Figure(figsize=(8.4, 3.6))
    ax = fig.add_axes((0.1, 0.15, 0.88, 0.82))
    scaled = [n * t**power for n, t in zip(norms, temperatures, strict=True)]
    name = ("何も掛けない", "T を掛ける", "T² を掛ける")[power]
    ax.plot(temperatures, scaled, color=ORANGE, marker="o", linestyle="none", label=f"教師の項（{name}）")
    ax.axhline(hard, color=BLUE, linestyle=":", linewidth=2, label="正解ラベルの項")
    ax.set(xscale="log", yscale="log", ylim=(3e-6, 3), xlabel="温度 T（対数目盛り）",
           ylabel="勾配の大きさ（対数目盛り）", xticks=temperatures,
           xticklabels=[f"{t:g}" for t in temperatures])
    ax.minorticks_off()
    ax.legend(fontsize=9, loc="upper right")
    eight = temperatures.index(8)
    ratio = scaled[-1] / scaled[eight]
    change = f"{ratio:.2g} 倍" if ratio >= 0.5 else f"{1 / ratio:.0f} 分の 1"
    text = (f"{name}と、T = 1 では {scaled[0]:.2g}、T = 8 では {scaled[eight]:.2g}、"
            f"T = {temperatures[-1]:g} では {scaled[-1]:.2g} です。"
            f"T = 8 から T = {temperatures[-1]:g} までに、{change}になります。")
    return fig, text
