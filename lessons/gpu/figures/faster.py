"""並列にできない部分と転送が、速さの倍率を決めることの図です。(Figure, 文) を返し、軸の範囲は変わりません。"""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from lessons.gpu.measuring import FLOAT_BYTES
from lessons.plots import BLUE, GREY, ORANGE, VERMILION

WORKERS = 4096
SIDES = (4, 16_384)


def amdahl(percent: float, workers: int, amdahl_speedup: Callable[[float, int], float]) -> tuple[Figure, str]:
    """割合 percent (%) を並列にしたときの、コアの数と倍率です。workers は印をつける数です。"""
    p = percent / 100
    counts = [2**k for k in range(13)]
    fig = Figure(figsize=(8.0, 4.2))
    ax = fig.add_axes((0.10, 0.14, 0.87, 0.74))
    ax.plot(counts, counts, color=GREY, linestyle=":", label="すべて並列にできるとき")
    ax.plot(counts, [amdahl_speedup(p, n) for n in counts], color=BLUE, linewidth=2, label=f"{percent:g} % を並列に")
    said = "すべて並列にできるので、上限はありません"
    if p < 1:
        ax.axhline(1 / (1 - p), color=VERMILION, linestyle="--", label=f"上限 {1 / (1 - p):,.4g} 倍")
        said = f"コアをいくら増やしても {1 / (1 - p):,.4g} 倍を超えません"
    ax.plot([workers], [amdahl_speedup(p, workers)], color="black", marker="o", markersize=9)
    ax.set(xscale="log", yscale="log", xlim=(1, WORKERS), ylim=(1, WORKERS),
           xlabel="コアの数", ylabel="1 個のときと比べた速さ（倍）")
    ax.set_xticks([1, 4, 16, 64, 256, 1024, 4096], ["1", "4", "16", "64", "256", "1024", "4096"])
    ax.set_yticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
    ax.minorticks_off()
    ax.grid(alpha=0.3)
    fig.legend(loc="upper center", ncols=3, fontsize=10, frameon=False)
    text = f"時間の {percent:g} % を並列にすると、{workers} 個のコアで {amdahl_speedup(p, workers):,.1f} 倍です。{said}。"
    return fig, text


def offload(
    products: int, cpu_flops: float, card: str, gpu_flops: float, bus_bandwidth: float,
    offload_speedup: Callable[[float, float, float, float, float], float],
) -> tuple[Figure, str]:
    """n×n の積を、1 回の転送につき products 回 GPU で計算するときの、見積もった倍率です。

    転送するのは、2 つの入力と 1 つの出力です。gpu_flops と bus_bandwidth は理論値です。
    """
    sides = np.geomspace(*SIDES, 49)
    times = [offload_speedup(products * 2 * n**3, 3 * n * n * FLOAT_BYTES, cpu_flops, gpu_flops, bus_bandwidth)
             for n in sides]
    fig = Figure(figsize=(8.0, 4.4))
    ax = fig.add_axes((0.10, 0.14, 0.87, 0.74))
    ax.axhspan(1e-3, 1, color=ORANGE, alpha=0.25, linewidth=0)
    ax.axhline(1, color="black", linewidth=1)
    ax.plot(sides, times, color=BLUE, linewidth=2, label=f"1 回の転送で {products} 回の積")
    most = gpu_flops / cpu_flops
    ax.axhline(most, color=VERMILION, linestyle="--", label=f"転送がないとき {most:,.0f} 倍")
    ax.set(xscale="log", yscale="log", xlim=SIDES, ylim=(1e-2, 1e4),
           xlabel="行列の大きさ n", ylabel="CPU と比べた速さ（倍）")
    ax.text(SIDES[1] / 1.2, 0.02, "GPU のほうが遅い", ha="right", fontsize=11)
    ax.set_xticks([4, 16, 64, 256, 1024, 4096, 16384], ["4", "16", "64", "256", "1024", "4096", "16384"])
    ax.set_yticks([0.01, 0.1, 1, 10, 100, 1000, 10_000], ["0.01", "0.1", "1", "10", "100", "1000", "10000"])
    ax.minorticks_off()
    ax.grid(alpha=0.3)
    fig.legend(loc="upper center", ncols=2, fontsize=10, frameon=False)
    wins = [n for n, each in zip(sides, times, strict=True) if each > 1]
    said = f"n がおよそ {wins[0]:,.0f} より小さいと GPU のほうが遅い" if wins and wins[0] > SIDES[0] else (
        "図のどの大きさでも GPU のほうが速い" if wins else "図のどの大きさでも GPU のほうが遅い")
    text = (f"{card} の理論値と、この CPU で測った {cpu_flops / 1e9:.0f} GFLOPS による見積もりです。"
            f"1 回の転送で {products} 回の積を計算すると、{said}という結果です。")
    return fig, text
