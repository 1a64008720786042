"""形式と学習の図です: 0 になる勾配と、エポックごとの正解率。(Figure, 文) を返します。"""

import functools
import math
from collections.abc import Callable
from statistics import mean

import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from torch import Tensor

from lessons.plots import BLUE, GREEN, ORANGE, VERMILION
from lessons.still import StillFigure

EXPONENTS = range(0, 51, 2)
ABOVE = {"fontsize": 9, "loc": "lower center", "ncols": 4, "bbox_to_anchor": (0.5, 1.0), "frameon": False}
LINES = ((BLUE, "o", 9), (VERMILION, "s", 7), (GREEN, "^", 6), (ORANGE, "D", 4), ("black", "v", 5))
LABEL_GAP = 8.0  # 終わりの値が近い線の名前を離す、最小の間隔 (%)


def gradients_and_floor(
    gradients: Tensor, dtype: torch.dtype, scale_exponent: int,
    share_of_zeros: Callable[[Tensor, torch.dtype], float],
) -> tuple[Figure, str]:
    """勾配に 2 の累乗を掛けたときの大きさの分布と、倍率ごとの、0 や inf になる割合です。

    share_of_zeros: 0 になる値の割合を返す関数。演習 underflow_fraction の答えです。
    """
    name, shares = str(dtype).removeprefix("torch."), lost_at(gradients, dtype, share_of_zeros)
    fig = frame(dtype, tuple(shares.items()), most_in_a_bin(gradients)).begin()
    upper, lower = fig.axes
    upper.stairs(*histogram(gradients, scale_exponent), fill=True, color=BLUE, alpha=0.6)
    lower.vlines(scale_exponent, *lower.get_ylim(), color="black", linewidth=2)
    zero, inf = shares[scale_exponent]
    usable = usable_scales(shares)
    window = (f"どちらも起きないのは、2 の {usable[0]} 乗から {usable[-1]} 乗までです。" if usable
              else "どちらも起きない倍率はありません。")
    return fig, (f"倍率が 2 の {scale_exponent} 乗のとき、{name} では 0 でない勾配の {zero:.2f} % が 0 になり、"
                 f"{inf:.2f} % が inf になります。{window}")


@functools.lru_cache(maxsize=8)
def lost_at(
    gradients: Tensor, dtype: torch.dtype, share_of_zeros: Callable[[Tensor, torch.dtype], float]
) -> dict[int, tuple[float, float]]:
    """倍率 (2 の何乗か) ごとの、0 になる割合と inf になる割合 (%) です。"""
    exact = gradients.double()
    nonzero = exact[exact != 0]
    return {k: (100 * share_of_zeros(exact * 2.0**k, dtype),
                100 * float((nonzero * 2.0**k).to(dtype).isinf().double().mean()))
            for k in EXPONENTS}


def usable_scales(shares: dict[int, tuple[float, float]]) -> list[int]:
    """0 にも inf にもならない倍率です。"""
    return [k for k, lost in shares.items() if lost == (0, 0)]


@functools.lru_cache(maxsize=len(EXPONENTS))
def histogram(gradients: Tensor, scale_exponent: int) -> tuple[np.ndarray, np.ndarray]:
    """0 でない勾配に 2 の scale_exponent 乗を掛けた、大きさの常用対数の個数です。"""
    magnitudes = (gradients[gradients != 0].double() * 2.0**scale_exponent).abs().log10().numpy()
    return np.histogram(magnitudes, bins=np.arange(-26, 12.5, 0.5))


def most_in_a_bin(gradients: Tensor) -> int:
    """どの倍率でも、1 本の棒に入る最も多い個数です。縦軸を、この値で決めます。"""
    return max(int(histogram(gradients, k)[0].max()) for k in EXPONENTS)


@functools.lru_cache(maxsize=4)
def frame(
    dtype: torch.dtype, shares: tuple[tuple[int, tuple[float, float]], ...], most: int
) -> StillFigure:
    """動かない部分: 0 や inf になる範囲と、倍率ごとの割合です。"""
    name, info = str(dtype).removeprefix("torch."), torch.finfo(dtype)
    # 最も近い値へ丸めるので、最小の非正規化数の半分以下が 0 になる。
    floor = info.smallest_normal * info.eps / 2
    fig = StillFigure(8.2, 4.8)
    upper = fig.add_axes((0.1, 0.6, 0.87, 0.31))
    lower = fig.add_axes((0.1, 0.12, 0.87, 0.27))
    upper.axvspan(-26, math.log10(floor), color=VERMILION, alpha=0.25,
                  label=f"{name} では 0 になる")
    upper.axvline(math.log10(info.smallest_normal), color="black", linestyle=":",
                  label="最小の正規化数")
    upper.axvspan(math.log10(info.max), 41, color=ORANGE, alpha=0.45,
                  label=f"{name} では inf になる")
    upper.set(xlim=(-26, 12), ylim=(0, 1.05 * most), xticks=range(-25, 11, 5),
              xlabel="大きさの常用対数 log10|勾配 × 倍率|", ylabel="勾配の個数")
    blue = Patch(color=BLUE, alpha=0.6, label="勾配 × 倍率")
    upper.legend(handles=[blue, *upper.get_legend_handles_labels()[0]], **ABOVE)
    if usable := usable_scales(dict(shares)):
        lower.axvspan(usable[0] - 1, usable[-1] + 1, color=GREEN, alpha=0.25, label="使える倍率")
    for i, look in enumerate((
            {"marker": "s", "color": VERMILION, "label": "0 になる割合"},
            {"marker": "D", "color": ORANGE, "markeredgecolor": "black", "label": "inf になる割合"})):
        lower.plot(EXPONENTS, [lost[i] for _, lost in shares], linestyle="none", **look)
    lower.set(xlim=(-1, 51), ylim=(-5, 105), xticks=range(0, 51, 10), yticks=(0, 50, 100),
              xlabel="倍率（2 の何乗か）", ylabel="勾配の割合 (%)")
    chosen = Line2D([], [], color="black", linewidth=2, label="選んだ倍率")
    lower.legend(handles=[*lower.get_legend_handles_labels()[0], chosen], **ABOVE)
    return fig.freeze()


def training_curves(
    runs: dict[str, list[tuple[float, ...]]], title: str
) -> tuple[Figure, str]:
    """エポックごとの正解率です。細い線はシード 1 つずつで、名前は最後の平均の高さの順に並べます。"""
    fig = Figure(figsize=(8.2, 4.0))
    ax = fig.add_axes((0.09, 0.14, 0.5, 0.76))
    ends = {name: mean(run[-1] for run in seeds) for name, seeds in runs.items()}
    heights = spread([*ends.values()])
    for (name, seeds), height, (color, marker, size) in zip(
            runs.items(), heights, LINES, strict=False):
        epochs = range(1, len(seeds[0]) + 1)
        for run in seeds:
            ax.plot(epochs, run, color=color, linewidth=1, alpha=0.8, marker=marker,
                    markersize=size, markerfacecolor="none")
        ax.annotate(f"{name} {ends[name]:.1f} %", (epochs[-1], ends[name]),
                    (1.05, (height + 2) / 104), textcoords=ax.transAxes, va="center", fontsize=9.5,
                    color=color, annotation_clip=False,
                    arrowprops={"arrowstyle": "-", "color": color, "linewidth": 1, "relpos": (0, 0.5)})
    ax.set(xlabel="エポック", ylabel="テストの正解率 (%)", ylim=(-2, 102), title=title)
    ax.xaxis.get_major_locator().set_params(integer=True)
    told = "、".join(f"「{name}」が {low_to_high([run[-1] for run in seeds])}"
                    for name, seeds in runs.items())
    return fig, f"最後の正解率は、{told} です。"


def spread(ends: list[float]) -> list[float]:
    """近い値どうしを、順序を変えずに LABEL_GAP 以上離した高さです。"""
    heights, above = [0.0] * len(ends), 100.0 + LABEL_GAP
    for place in sorted(range(len(ends)), key=lambda i: -ends[i]):
        above = heights[place] = min(ends[place], above - LABEL_GAP)
    return heights


def low_to_high(values: list[float]) -> str:
    """シードの間の最小と最大です。"""
    low, high = f"{min(values):.1f} %", f"{max(values):.1f} %"
    return low if low == high else f"{low} から {high}"
