"""パラメータサーバと 3 人のワーカーの図です。"""

import torch
from matplotlib.figure import Figure

from lessons.data_parallel.asynchronous import async_sgd
from lessons.plots import BLUE, GREY, ORANGE, VERMILION, arrow, box

WORKERS = 3
START, LR = 8.0, 0.25


def server_after(arrivals: list[int], number: int) -> tuple[Figure, str]:
    """number 回目の push のあとの、サーバと 3 人のパラメータ θ です。損失は ½θ² で、勾配は θ です。

    arrivals: push した順の、ワーカーの番号 0, 1, 2。number が 0 なら、はじめの pull のあとです。
    """
    states = [START] + [float(after(arrivals[:n])[0]) for n in range(1, number + 1)]
    last = {worker: 0 for worker in range(WORKERS)}  # 受け取った θ の、更新の番号
    staleness = after(arrivals[:number])[1] if number else []
    before = dict(last)
    for version, worker in enumerate(arrivals[:number], 1):
        before = dict(last)
        last[worker] = version

    fig = Figure(figsize=(8.3, 4.1))
    ax = fig.add_axes((0.01, 0.01, 0.98, 0.88))
    ax.set(xlim=(0, 10), ylim=(0, 6))
    ax.axis("off")
    ax.set_title("パラメータサーバと、3 人のワーカー")
    box(ax, 5, 5, f"パラメータサーバ\n更新 {number} 回　θ = {states[-1]:.3f}", ORANGE)
    pushing = arrivals[number - 1] if number else None
    for worker, x in enumerate((1.6, 5.0, 8.4)):
        version = last[worker]
        box(ax, x, 1, f"ワーカー {worker}\n更新 {version} 回目の θ = {states[version]:.3f}",
            VERMILION if worker == pushing else BLUE)
        side, push_end, pull_end = (1, "left", "right") if x > 5 else (-1, "right", "left")
        if worker == pushing:
            arrow(ax, (x + 0.25 * side, 1.6), (5 + 0.25 * side, 4.4), VERMILION)
            ax.text((x + 5) / 2 + 0.5 * side, 3.4, f"push: 勾配 {states[before[worker]]:.3f}\n"
                    f"ステイルネス {staleness[-1]}", ha=push_end, va="center", color=VERMILION)
            ax.text((x + 5) / 2 - 0.5 * side, 2.6, "pull: 新しい θ", ha=pull_end, va="center")
        if worker == pushing or not number:
            arrow(ax, (5 - 0.25 * side, 4.4), (x - 0.25 * side, 1.6), GREY, "--")
    if not number:
        return fig, f"はじめに、3 人がサーバから同じ θ = {START:.3f} を pull します。"
    old = states[before[pushing]]
    return fig, (f"{number} 回目の push です。ワーカー {pushing} は、更新 {before[pushing]} 回目の θ で求めた"
                 f"勾配 {old:.3f} を送ります。サーバは θ を {states[-2]:.3f} から {states[-1]:.3f} に変えます。"
                 f"この push のステイルネスは {staleness[-1]} です。")


def after(arrivals: list[int]) -> tuple[torch.Tensor, list[int]]:
    """arrivals の順に push したあとの θ とステイルネスです。"""
    return async_sgd(lambda theta, worker: theta, torch.tensor(START), LR, arrivals)
