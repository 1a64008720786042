"""重みの持ち方と、大きさ・正解率・丸めの誤差の図です。(Figure, 文) を返します。"""

import functools
import math
from collections.abc import Callable
from statistics import mean

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from torch import Tensor

from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION
from lessons.quantization.stored_weights import Stored
from lessons.still import StillFigure

BITS = (2, 3, 4, 6, 8)
Affine = Callable[[float, float, int], tuple[float, int]]


def bytes_and_accuracy(found: list[Stored], board: str, memory_bytes: int) -> tuple[Figure, str]:
    """持ち方ごとの大きさと正解率です。小さな計算機のメモリを線で示します。"""
    fig = Figure(figsize=(8.2, 3.2))
    left = fig.add_axes((0.15, 0.17, 0.45, 0.62))
    right = fig.add_axes((0.68, 0.17, 0.3, 0.62))
    names = [s.name for s in found]
    bars = left.barh(names, [s.bytes / 1000 for s in found], color=BLUE, edgecolor="black")
    left.bar_label(bars, [f"{s.bytes / 1000:,.0f}" for s in found], padding=3, fontsize=10)
    left.axvline(memory_bytes / 1000, color=VERMILION, linestyle="--", linewidth=2,
                 label=f"{board} のメモリ {memory_bytes / 1000:.0f} kB")
    left.legend(fontsize=9, loc="lower left", bbox_to_anchor=(0, 1), frameon=False)
    left.set(xlabel="大きさ (kB)", ylabel="持ち方", xlim=(0, 1.15 * found[0].bytes / 1000))
    averages = [mean(s.accuracies) for s in found]
    bars = right.barh(names, averages, color=GREEN, edgecolor="black")
    right.bar_label(bars, [f"{a:.1f}" for a in averages], padding=3, fontsize=10)
    right.set(xlabel="正解率 (%)", yticks=[], xlim=(0, 119), xticks=(0, 50, 100))
    for ax in (left, right):
        ax.invert_yaxis()
    return fig, "、".join(
        f"「{s.name}」は {s.bytes / 1000:,.0f} kB で {a:.1f} %" for s, a in zip(found, averages, strict=True)
    ) + " です。"


def affine_errors(
    weight: Tensor, affine: Affine, roundtrip: Callable[[Tensor, int], Tensor]
) -> dict[int, tuple[float, int, float, float]]:
    """ビット数ごとの、scale、zero_point、測った誤差 (二乗平均の平方根)、Δ/√12 です。"""
    low, high = (float(end) for end in weight.aminmax())
    found = {}
    for bits in BITS:
        scale, zero_point = affine(low, high, bits)
        error = float((roundtrip(weight, bits) - weight).square().mean().sqrt())
        found[bits] = scale, zero_point, error, scale / math.sqrt(12)
    return found


def weights_in_integers(
    weight: Tensor, errors: dict[int, tuple[float, int, float, float]], bits: int
) -> tuple[Figure, str]:
    """重みの分布の上に整数の目盛りを引き、右に、ビット数ごとの誤差を並べます。"""
    scale, zero_point, error, theory = errors[bits]
    fig = frame(weight, tuple((b, found, told) for b, (*_, found, told) in errors.items())).begin()
    left, right = fig.axes
    left.vlines([scale * (q - zero_point) for q in range(2**bits)], *left.get_ylim(), color=ORANGE,
                linewidth=1.4 if bits < 6 else 0.5)
    counts, edges = histogram(weight)
    left.stairs(counts, edges, fill=True, color=BLUE, alpha=0.6)
    left.plot(0, 0, color="black", marker="o", clip_on=False, linestyle="none", zorder=5)
    left.set_title(f"整数の目盛り {2**bits} 個　●: 0 は整数 {zero_point}", fontsize=10)
    right.vlines(bits, *right.get_ylim(), color="black", linewidth=6, alpha=0.15)
    return fig, (f"{bits} bit では、スケールは {scale:.4g}、zero_point は {zero_point} です。"
                 f"測った誤差 {error:.4g} は、Δ/√12 = {theory:.4g} の {error / theory:.2f} 倍です。")


@functools.lru_cache(maxsize=4)
def histogram(weight: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """重みの個数です。"""
    return np.histogram(weight.numpy(), bins=80)


@functools.lru_cache(maxsize=4)
def frame(weight: Tensor, errors: tuple[tuple[int, float, float], ...]) -> StillFigure:
    """動かない部分: 軸と凡例と、ビット数ごとの誤差です。

    errors: ビット数、測った誤差、Δ/√12
    """
    bits, found, theory = zip(*errors, strict=True)
    fig = StillFigure(8.2, 3.6)
    left = fig.add_axes((0.1, 0.16, 0.47, 0.6))
    right = fig.add_axes((0.69, 0.16, 0.29, 0.6))
    left.set(xlabel="重みの値", ylabel="重みの個数", xlim=(-0.15, 0.15),
             ylim=(0, 1.05 * histogram(weight)[0].max()))
    left.legend(handles=[Line2D([], [], color=ORANGE, label="整数の目盛り"),
                         Patch(color=BLUE, alpha=0.6, label="FC 1 の重み")], fontsize=9,
                loc="lower center", ncols=2, bbox_to_anchor=(0.5, 1.1), frameon=False)
    right.plot(bits, theory, color=GREY, marker="_", markersize=22, markeredgewidth=3,
               linestyle="none", label="Δ/√12")
    right.plot(bits, found, color=VERMILION, marker="o", linestyle="none", label="測った誤差")
    right.set(yscale="log", xlabel="ビット数 b", ylabel="誤差（対数目盛り）", xticks=BITS,
              xlim=(1.3, 8.7), ylim=(min(*found, *theory) / 2, 2 * max(*found, *theory)))
    right.minorticks_off()
    right.legend(fontsize=9, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False,
                 columnspacing=1)
    return fig.freeze()
