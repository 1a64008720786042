"""等間隔の目盛りに丸める量子化の図です。どの関数も (Figure, 文) を返します。"""

import functools
import math
from collections.abc import Callable

import numpy as np
import torch
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from torch import Tensor

from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION
from lessons.quantization.int8_inference import range_error
from lessons.quantization.integers import affine_params, fit_slope, restored
from lessons.still import StillFigure

BITS = (1, 2, 3, 4, 6, 8)
CALIBRATED_BITS = range(2, 9)
REALS = (-2.2, 3.2)  # 階段の図の横軸
OUTSIDE = {"color": ORANGE, "alpha": 0.3, "linewidth": 0}
ASKED = {"color": VERMILION, "linestyle": "--", "linewidth": 1}
UNCHANGED = {"color": GREY, "linestyle": ":"}
RESTORED = {"color": BLUE, "linewidth": 2}
PERCENTS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


def unit_levels(bits: int) -> Tensor:
    """0 から 1 までを等間隔に分けた 2^bits 個の値です。"""
    return torch.linspace(0, 1, 2**bits, dtype=torch.float64)


def slope_with_levels(
    x: Tensor, y: Tensor, slope: float, bits: int | None,
    fit: Callable[[Tensor, Tensor, Tensor], float] = fit_slope,
) -> tuple[Figure, str]:
    """直線 y = ax を、自由な傾きか、bits ビットで表せる傾きのうち最も近いもので引きます。

    右の図は、ビット数ごとに fit が選んだ傾きの誤差と、理論の式です。選んだビット数に印を付けます。
    """
    used = slope
    if bits is not None:
        levels = unit_levels(bits)
        used = float(levels[(levels - slope).abs().argmin()])
    error = float((y - used * x).square().mean())
    fig, chosen = slope_frame(x, y, fit)
    left, right = fig.begin().axes
    ends = np.array([0.0, 1.0])
    if bits is not None:
        fan = [[(0, 0), (1, level)] for level in unit_levels(min(bits, 4)).tolist()]
        left.add_collection(LineCollection(fan, color=ORANGE, linewidth=0.6, zorder=0))
        right.vlines(bits, *right.get_ylim(), color="black", linewidth=6, alpha=0.15)
    left.plot(x.numpy(), y.numpy(), ".", color=GREY)
    left.plot(ends, used * ends, color=BLUE, linewidth=2.5)
    left.text(0.03, 0.9, f"y = {used:.4g} x", color=BLUE)
    limited = "自由な傾き" if bits is None else f"{bits} bit の傾き"
    text = f"{limited} {used:.4g} で引くと、誤差（二乗の平均）は {error:.3g} です。"
    if bits is not None:
        text += f"{bits} bit で最もよい傾きは {chosen[bits]:.4g} です。"
    return fig, text


@functools.lru_cache(maxsize=4)
def slope_frame(
    x: Tensor, y: Tensor, fit: Callable[[Tensor, Tensor, Tensor], float]
) -> tuple[StillFigure, dict[int, float]]:
    """動かない部分と、ビット数ごとに fit が選んだ傾きです。"""
    chosen = {b: fit(x, y, unit_levels(b)) for b in BITS}
    free = float((x * y).sum() / (x * x).sum())
    # どの傾きも同じ確からしさなら、誤差の二乗平均の平方根は Δ/√12 になる。
    theory = [1 / (2**b - 1) / math.sqrt(12) for b in BITS]
    fig = StillFigure(8.2, 3.8)
    left = fig.add_axes((0.08, 0.15, 0.38, 0.66))
    right = fig.add_axes((0.59, 0.15, 0.39, 0.66))
    left.set(xlabel="x", ylabel="y", xlim=(0, 1), ylim=(-0.02, 1.0))
    left.legend(handles=[Line2D([], [], color=GREY, marker=".", linestyle="none", label="データ"),
                         Line2D([], [], color=BLUE, linewidth=2.5, label="選んだ直線")],
                fontsize=9, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    right.plot(BITS, [max(abs(a - free), 1e-5) for a in chosen.values()], color=BLUE, marker="o",
               linestyle="none", label="このデータの |a − â|")
    right.plot(BITS, theory, color=VERMILION, marker="_", markersize=18, markeredgewidth=3,
               linestyle="none", label="平均的な誤差 Δ/√12")
    right.set(yscale="log", xlabel="ビット数 b", ylabel="傾きの誤差（対数目盛り）", xticks=BITS,
              xlim=(0.4, 8.6), ylim=(5e-4, 0.5))
    right.minorticks_off()
    right.legend(fontsize=9, loc="lower center", bbox_to_anchor=(0.45, 1), ncols=2, frameon=False,
                 columnspacing=1)
    return fig.freeze(), chosen


def slope_rows(fit: Callable[[Tensor, Tensor, Tensor], float], x: Tensor, y: Tensor) -> list[list]:
    """ビット数ごとの、選ぶ傾き、いろいろな傾きで測った誤差、式 (8) の行です。"""
    return [[b, f"{fit(x, y, unit_levels(b)):.5f}", f"{average_slope_error(b):.5f}",
             f"{1 / (2**b - 1) / math.sqrt(12):.5f}"] for b in BITS]


def average_slope_error(bits: int, count: int = 10_001) -> float:
    """0 から 1 までの傾きを一様に並べ、最も近い値に丸めた誤差 (二乗平均の平方根) を測ります。"""
    slopes = torch.linspace(0, 1, count, dtype=torch.float64)
    rounded = (slopes * (2**bits - 1)).round() / (2**bits - 1)
    return float((slopes - rounded).square().mean().sqrt())


def staircase(low: float, high: float, bits: int) -> tuple[Figure, str]:
    """実数を量子化して元に戻す関数のグラフです。頼んだ範囲と、目盛りが実際に覆う範囲を示します。"""
    scale, zero_point = affine_params(low, high, bits)
    x = torch.linspace(*REALS, 1601)
    bottom, top = -scale * zero_point, scale * (2**bits - 1 - zero_point)
    fig = staircase_frame().begin()
    ax = fig.axes[0]
    for left, right in ((REALS[0], bottom), (top, REALS[1])):
        ax.axvspan(left, right, **OUTSIDE)
    ax.vlines([low, high], *ax.get_ylim(), **ASKED)
    ax.plot(x, x, label="元の値", **UNCHANGED)
    ax.plot(x, restored(x, low, high, bits), label="量子化して戻した値", **RESTORED)
    ax.plot([0], [0], color="black", marker="o", linestyle="none")
    ax.text(0.25, -0.35, f"0 は整数 {zero_point}", va="center")
    text = (f"範囲 {low:.1f} から {high:.1f} を {bits} bit で量子化すると、"
            f"スケールは {scale:.4g}、zero_point は {zero_point} です。"
            f"zero_point を整数に丸めるので、目盛りが覆う範囲は {bottom:.3g} から {top:.3g} です。"
            f"その中の誤差は、最大でスケールの半分 {scale / 2:.4g} です。")
    return fig, text


@functools.cache
def staircase_frame() -> StillFigure:
    """動かない部分: 軸と凡例です。"""
    fig = StillFigure(8.8, 3.8)
    ax = fig.add_axes((0.08, 0.14, 0.58, 0.82))
    ax.set(xlabel="元の値 x", ylabel="戻した値", xlim=REALS, ylim=(-2.4, 3.4))
    ax.legend(handles=[Patch(**OUTSIDE, label="目盛りの外（端の値になる）"),
                       Line2D([], [], **ASKED, label="頼んだ範囲 low、high"),
                       Line2D([], [], **UNCHANGED, label="元の値"),
                       Line2D([], [], **RESTORED, label="量子化して戻した値")],
              loc="center left", bbox_to_anchor=(1.01, 0.5))
    return fig.freeze()


def calibration(x: Tensor, clip_percent: float, bits: int, name: str) -> tuple[Figure, str]:
    """値の分布と、端を切り捨てて決めた範囲です。右は、切り捨てる割合を変えたときの誤差です。

    name: 値 x の呼び名
    """
    found = {percent: range_errors(x, percent) for percent in PERCENTS}
    errors = {percent: of_bits[bits] for percent, (*_, of_bits) in found.items()}
    low, high, _ = found[clip_percent]
    fig = calibration_frame(x, name).begin()
    left, right = fig.axes
    left.vlines([low, high], *left.get_ylim(), color=VERMILION, linestyle="--")
    right.plot(range(len(PERCENTS)), [*errors.values()], color=GREEN, marker="o", linestyle="none")
    right.plot([PERCENTS.index(clip_percent)], [errors[clip_percent]], color="black", marker="o",
               markersize=13, linestyle="none", markerfacecolor="none", markeredgewidth=2)
    right.set_title(f"{bits} bit の誤差（輪は、今の割合）", fontsize=10.5)
    best = min(PERCENTS, key=errors.__getitem__)
    text = (f"両端を {clip_percent:g} % ずつ切り捨てると、{bits} bit の誤差は {errors[clip_percent]:.4f} です。"
            f"切り捨てないときは {errors[0.0]:.4f} です。"
            f"この中で最も小さいのは、{best:g} % ずつ切り捨てたときです。")
    return fig, text


@functools.lru_cache(maxsize=2 * len(PERCENTS))
def range_errors(x: Tensor, clip_percent: float) -> tuple[float, float, dict[int, float]]:
    """切り捨てて決めた範囲の両端と、ビット数ごとの誤差です。"""
    errors = {}
    for bits in CALIBRATED_BITS:
        low, high, errors[bits] = range_error(x, clip_percent, bits)
    return low, high, errors


@functools.lru_cache(maxsize=2)
def calibration_frame(x: Tensor, name: str) -> StillFigure:
    """動かない部分: 値の分布と、どのビット数の誤差も入る軸です。"""
    fig = StillFigure(9.6, 3.6)
    left = fig.add_axes((0.08, 0.15, 0.41, 0.76))
    right = fig.add_axes((0.58, 0.15, 0.4, 0.76))
    counts, edges = np.histogram(x.numpy(), bins=80)
    left.stairs(counts, edges, fill=True, color=BLUE, alpha=0.6)
    left.set(yscale="log", xlabel="値", ylabel="個数", ylim=(0.5, 2 * counts.max()))
    left.set_title(f"{name}（破線は、量子化する範囲の両端）", fontsize=10.5)
    every = [error for percent in PERCENTS for error in range_errors(x, percent)[2].values()]
    right.set(xticks=range(len(PERCENTS)), xticklabels=[f"{p:g}" for p in PERCENTS], xlim=(-0.6, 8.6),
              xlabel="両端から切り捨てる割合 (%)", ylabel="誤差（二乗平均の平方根、対数目盛り）",
              yscale="log", ylim=(min(every) / 1.5, 1.5 * max(every)))
    return fig.freeze()
