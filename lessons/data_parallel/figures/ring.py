"""リング all-reduce と、パラメータサーバの通信の図です。どの関数も (Figure, 文) を返します。"""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lessons.data_parallel.ring import Frame, server_bytes
from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION

# 足し込まれた人数が増えるほど濃くなる色。4 人分の和だけは、緑にする。
SHADES = ("#FFFFFF", "#CFE4F2", "#8FC1E3", "#009E73")
CELL = 1.0


def ring_at(frames: list[Frame], whole_bytes: float, step: int) -> tuple[Figure, str]:
    """4 人のリングで、step 回の通信を終えたところです。右は、1 人が送ったバイト数です。

    whole_bytes: 終わりまでに 1 人が送るバイト数を、式 (3) で計算した値
    """
    now, n = frames[step], len(frames[0].chunks)
    fig = Figure(figsize=(9, 4.4))
    ax = fig.add_axes((0.01, 0.01, 0.75, 0.89))
    ax.set(xlim=(-7, 7), ylim=(-4.1, 4.1), title=heading(now, step, len(frames) - 1))
    ax.set_axis_off()
    ax.title.set_color(GREY)
    centres = [(0, 3), (4.7, 0), (0, -3), (-4.7, 0)]
    for worker, (x, y) in enumerate(centres):
        cells(ax, x, y, worker, now, n)
    for worker in range(n):
        (x0, y0), (x1, y1) = centres[worker], centres[(worker + 1) % n]
        ax.annotate("", (0.3 * x0 + 0.7 * x1, 0.3 * y0 + 0.7 * y1),
                    (0.62 * x0 + 0.38 * x1, 0.62 * y0 + 0.38 * y1),
                    arrowprops={"arrowstyle": "-|>", "color": VERMILION if now.sent else GREY,
                                "linewidth": 2})
        if now.sent:
            ax.text(0.6 * (x0 + x1), 0.58 * (y0 + y1), "ABCD"[now.sent[worker]], color=VERMILION,
                    fontsize=12, ha="center", va="center")
    right = fig.add_axes((0.86, 0.14, 0.12, 0.72))
    right.bar(["1 人"], [now.bytes_sent[0]], color=BLUE, edgecolor="black", width=0.6)
    right.axhline(whole_bytes, color=VERMILION, linestyle="--", linewidth=2)
    right.set(ylabel="送った量 (byte)", ylim=(0, 1.2 * whole_bytes), xlim=(-0.7, 0.7))
    right.set_title("点線は式 (3)", fontsize=9)
    return fig, told(now, step, n)


def heading(now: Frame, step: int, last: int) -> str:
    """図の題です。"""
    return f"{step} / {last} 回目の通信のあと（{now.phase}）" if now.phase else "通信を始める前"


def cells(ax: Axes, x: float, y: float, worker: int, now: Frame, n: int) -> None:
    """1 人が持つ n 個のチャンクです。直前に受け取ったチャンクを、太い枠で囲みます。"""
    got = now.sent[(worker - 1) % n] if now.sent else None
    ax.text(x, y + 0.83, f"ワーカー {worker}", ha="center", va="center", fontsize=10, color=GREY)
    for c in range(n):
        left = x + (c - n / 2) * CELL
        new = c == got
        ax.add_patch(Rectangle(
            (left, y - 0.5), CELL, CELL, facecolor=SHADES[now.summed[worker][c] - 1],
            edgecolor=VERMILION if new else "black", linewidth=3 if new else 0.8,
            zorder=3 if new else 2))
        ax.text(left + CELL / 2, y + 0.22, "ABCD"[c], ha="center", va="center", fontsize=8,
                color="black", zorder=4)
        ax.text(left + CELL / 2, y - 0.15, f"{float(now.chunks[worker][c].sum()):g}", ha="center",
                va="center", fontsize=10, color="black", zorder=4)


def told(now: Frame, step: int, n: int) -> str:
    """図の内容を言う文です。"""
    complete = sum(count == n for row in now.summed for count in row)
    if not now.sent:
        return f"{n} 人が、自分の値だけを持っています。まだ、誰も送っていません。"
    does = "足します" if now.phase == "reduce-scatter" else "置き換えます"
    return (f"{step} 回目の通信で、ワーカー 0 は {'ABCD'[now.sent[0]]} を右どなりに送りました。"
            f"受け取った人は、値を{does}。"
            f"全員の和になったマスは {n * n} 個のうち {complete} 個で、"
            f"1 人が送った量は {now.bytes_sent[0]} byte です。")


def traffic_of_machines(
    allreduce_bytes: Callable, n_values: int, n_workers: int
) -> tuple[Figure, str]:
    """float32 の勾配で、1 歩に 1 台を出入りする量を、リングとパラメータサーバで比べます。"""
    ring = 2 * allreduce_bytes(n_values, n_workers, 4) / 1000
    worker, server = 8 * n_values / 1000, server_bytes(n_values, n_workers, 4) / 1000
    fig = Figure(figsize=(8.4, 3.6))
    left = fig.add_axes((0.09, 0.15, 0.4, 0.73))
    right = fig.add_axes((0.57, 0.15, 0.42, 0.73))
    places = np.arange(n_workers)
    left.bar(places, [ring] * n_workers, color=BLUE, edgecolor="black", label="ワーカー")
    right.bar(places, [worker] * n_workers, color=BLUE, edgecolor="black", label="ワーカー")
    right.bar([17], [server], color=ORANGE, edgecolor="black", hatch="//", label="パラメータサーバ")
    for ax, title in ((left, "リング all-reduce"), (right, "1 台のパラメータサーバ")):
        ax.axhline(16 * n_values / 1000, color=GREEN, linestyle=":", linewidth=2,
                   label="リングの上限 4Nb")
        ax.set(xlim=(-1, 18.5), ylim=(0, 2 * 16 * 4 * n_values / 1000 * 1.05), title=title, xticks=[])
        ax.set_xlabel("1 本が 1 台の計算機")
        ax.legend(fontsize=9, loc="upper left")
    left.set_ylabel("1 歩に出入りする量 (kB)")
    right.set_ylabel("(kB)")
    return fig, (
        f"{n_workers} 人のとき、リングでは 1 人に {ring:.1f} kB が出入りします。"
        f"パラメータサーバには、{server:.1f} kB が集中します。"
        f"サーバの量は、リングの 1 人の {server / ring:.1f} 倍です。")
