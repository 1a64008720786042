"""ワーカーの数と速さの倍率の図です。(Figure, 文) を返します。軸の範囲は変わりません。"""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from lessons.data import distbelief_points
from lessons.model_parallel.cost_model import model_parallel_speedup
from lessons.model_parallel.speedup import fastest, speedups
from lessons.plots import BLUE, GREY, ORANGE, VERMILION

MOST = 128
# 4200 万から 17 億までは DistBelief の論文の図 3 の 4 つのネットワーク。
SIZES = {"1000 万": 1e7, "4200 万": 42e6, "8000 万": 80e6, "3 億 3000 万": 330e6,
         "17 億": 1.7e9, "100 億": 1e10}
PUBLISHED = {"4200 万": (ORANGE, "--"), "17 億": (VERMILION, "-.")}


def speedup_of_sizes(
    size: str, megabytes_per_second: float, latency_ms: float,
    speedup: Callable[[float, float, float, int], float] = model_parallel_speedup,
) -> tuple[Figure, str]:
    """選んだ大きさと、論文の 2 つの大きさの、見積もった速さの倍率です。印は論文の公表値です。

    size: SIZES のパラメータの数、megabytes_per_second: 通信の速さ (MB/s)、
    latency_ms: 1 回の送信の待ち時間 (ms)、speedup: 式 (3) の関数
    """
    bandwidth, latency = 1e6 * megabytes_per_second, 1e-3 * latency_ms
    workers = sorted({*range(1, 33), *np.geomspace(32, MOST, 40).astype(int)})
    fig = Figure(figsize=(8.2, 4.6))
    ax = fig.add_axes((0.09, 0.13, 0.88, 0.71))
    ax.plot([1, MOST], [1, MOST], color=GREY, linestyle=":", label="通信がいらないとき")
    ax.axhline(1, color=GREY, linewidth=0.8)
    for name, (color, line) in PUBLISHED.items():
        ax.plot(workers, speedups(SIZES[name], workers, bandwidth, latency, speedup), color=color,
                linestyle=line, zorder=3, label=f"{name}（見積もり）")
    ax.plot(workers, speedups(SIZES[size], workers, bandwidth, latency, speedup), color=BLUE,
            linewidth=2.5, label=f"選んだ {size}（見積もり）")
    best, times = fastest(SIZES[size], bandwidth, latency, MOST, speedup)
    ax.plot([best], [times], color="black", marker="o", linestyle="none",
            label=f"最も速い: {best} 個で {times:.1f} 倍" if best > 1 else "分けないのが最も速い")
    for point, color, marker in zip(distbelief_points(), (ORANGE, VERMILION), "s^", strict=True):
        name = next(name for name, count in SIZES.items() if count == point.parameters)
        more = "より大きい" if point.at_least else "が最大"
        ax.plot([point.machines], [point.speedup], color=color, marker=marker, markersize=11,
                markeredgecolor="black", linestyle="none",
                label=f"公表値 {name}: {point.machines} 台で {point.speedup:g} 倍{more}")
    ax.set(xscale="log", yscale="log", xlim=(1, MOST), ylim=(0.1, MOST),
           xlabel="ワーカーの数（個）", ylabel="1 個のときと比べた速さ（倍）")
    ax.set_xticks([1, 2, 4, 8, 16, 32, 64, 128], ["1", "2", "4", "8", "16", "32", "64", "128"])
    ax.set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    ax.minorticks_off()
    fig.legend(loc="upper center", ncols=3, fontsize=9, frameon=False)

    last = speedups(SIZES[size], [MOST], bandwidth, latency, speedup)[0]
    fast = f"ワーカー {best} 個で最も速く、{times:.1f} 倍です。" if best > 1 else "分けないのが最も速くなります。"
    text = (f"パラメータが {size}個、通信が {megabytes_per_second:g} MB/s、待ち時間が {latency_ms:g} ms の"
            f"見積もりでは、{fast}{MOST} 個では、1 個のときの "
            + (f"{last:.1f} 倍の速さです。" if last >= 1 else f"{1 / last:,.1f} 倍の時間がかかります。"))
    return fig, text
