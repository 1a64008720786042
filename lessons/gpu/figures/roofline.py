"""この計算機のルーフラインの図です。(Figure, 文) を返し、軸の範囲は変わりません。"""

from collections.abc import Callable

import torch
from matplotlib.figure import Figure
from torch import Tensor

from lessons.gpu.layers_on_the_roof import LARGE, Machine, Point
from lessons.gpu.measuring import FLOAT_BYTES
from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION

INTENSITIES = (0.03, 300.0)  # 軸の範囲 (FLOP/byte)
ADDITION_INTENSITY = 1 / (3 * FLOAT_BYTES)  # 2 つの値を読み、1 つの値を書く。
SPEEDS = (0.05, 1000.0)  # 軸の範囲 (GFLOPS)
# 大きな層は、重なっても見えるように大きくする。
MARKS = ((VERMILION, "s", 16), (BLUE, "o", 10), (GREEN, "^", 9), (ORANGE, "D", 9))
TICKS = (0.1, 1, 10, 100, 1000)


def layers_under_the_roof(
    batch: int, machine: Machine, points: dict[tuple[int, int], dict[int, Point]],
    roofline: Callable[[Tensor, float, float], Tensor],
) -> tuple[Figure, str]:
    """2 本の屋根と、batch 件での層の点、足し算の点です。points は measured_layers の戻り値です。"""
    x = torch.logspace(-2, 3, 200)
    fig = Figure(figsize=(8.2, 4.8))
    ax = fig.add_axes((0.10, 0.13, 0.87, 0.70))
    for bandwidth, color, line, name in ((machine.memory, "black", "-", "メモリの屋根"),
                                         (machine.cache, GREY, "--", "キャッシュの屋根")):
        ax.plot(x, roofline(x, machine.peak, bandwidth) / 1e9, color=color, linestyle=line, label=name)
    ridge = machine.peak / machine.memory
    ax.axvline(ridge, color=GREY, linestyle=":", label=f"折れる点 {ridge:.1f} FLOP/byte")
    ax.plot([ADDITION_INTENSITY], [machine.addition / 1e9], color="black", marker="P", markersize=11,
            linestyle="none", label="足し算 x + y")
    for ((n_in, n_out), found), (color, marker, size) in zip(points.items(), MARKS, strict=True):
        ax.plot([found[batch].intensity], [found[batch].speed / 1e9], color=color, marker=marker,
                markersize=size, markeredgecolor="black", linestyle="none", label=f"層 {n_in}→{n_out}")
    ax.set(xscale="log", yscale="log", xlim=INTENSITIES, ylim=SPEEDS,
           xlabel="演算強度 (FLOP/byte)", ylabel="速さ (GFLOPS)", title=f"{batch} 件をまとめて計算")
    ax.set_xticks(TICKS[:4], [f"{tick:g}" for tick in TICKS[:4]])
    ax.set_yticks(TICKS, [f"{tick:,}" for tick in TICKS])
    for side, name, place in ((0.9, "← メモリ律速", "right"), (1.1, "計算律速 →", "left")):
        ax.text(ridge * side, 0.07, name, ha=place, fontsize=11)
    ax.grid(alpha=0.3)
    fig.legend(loc="upper center", ncols=4, fontsize=9, frameon=False, markerscale=0.7)
    large = points[LARGE][batch]
    side = "左側なのでメモリ律速" if large.intensity < ridge else "右側なので計算律速"
    text = (f"{batch} 件では、4096→4096 の層の演算強度は {large.intensity:.1f} FLOP/byte、"
            f"測った速さは {large.speed / 1e9:.1f} GFLOPS です。折れる点 {ridge:.1f} FLOP/byte の{side}です。")
    return fig, text
