"""ワーカーとサーバの時間割です。どの関数も (Figure, 文) を返します。"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lessons.data_parallel.event_clock import (
    Push,
    Step,
    asynchronous_clock,
    speeds,
    synchronous_clock,
    waiting_percent,
)
from lessons.plots import BLUE, GREY, ORANGE, VERMILION

WINDOW = 6.0  # 描く秒数


def with_and_without_waiting(workers: int, slowest: float, seed: int = 0) -> tuple[Figure, str]:
    """上に同期型、下に非同期型の時間割です。同じワーカーが、同じ時間だけ計算します。"""
    fast = speeds(workers, slowest)
    steps, pushes = (clock(fast, 3 * WINDOW, seed) for clock in (synchronous_clock, asynchronous_clock))
    fig = Figure(figsize=(8.3, 6.8))
    top = fig.add_axes((0.12, 0.6, 0.86, 0.35))
    bottom = fig.add_axes((0.12, 0.08, 0.86, 0.40))
    draw_synchronous(top, steps)
    draw_asynchronous(bottom, pushes, workers)

    updates = sum(step.ended <= WINDOW for step in steps)
    sent = [push for push in pushes if push.pushed <= WINDOW]
    text = (f"{workers} 人で {WINDOW:.0f} 秒のあいだに、同期型は {updates} 回、非同期型は {len(sent)} 回"
            f"更新します。同期型では、{workers} 人の時間の {waiting_percent(steps):.0f} % が待ち時間です。"
            f"この図の push のステイルネスは、最大で {max(push.staleness for push in sent)} です。")
    return fig, text


def draw_synchronous(ax: Axes, steps: list[Step]) -> None:
    """計算の棒のあとに、待ち時間を斜線で塗ります。縦線が更新です。"""
    for step in steps:
        for worker, end in enumerate(step.finished):
            ax.barh(worker, end - step.started, left=step.started, color=BLUE, edgecolor="white",
                    height=0.7)
            ax.barh(worker, step.ended - end, left=end, color="white", edgecolor=GREY,
                    hatch="////", linewidth=0.5, height=0.7)
        ax.axvline(step.ended, color=VERMILION, linewidth=2)
    lanes(ax, len(steps[0].finished), "同期型: 全員がそろうまで待つ")


def draw_asynchronous(ax: Axes, pushes: list[Push], workers: int) -> None:
    """計算の棒の中の数がステイルネスです。下向きの矢印が push、上向きの矢印が pull です。"""
    server = workers
    for push in pushes:
        ax.barh(push.worker, push.pushed - push.pulled, left=push.pulled, color=BLUE,
                edgecolor="white", height=0.7)
        ax.text((push.pulled + push.pushed) / 2, push.worker, str(push.staleness), color="white",
                ha="center", va="center", fontsize=10, clip_on=True, zorder=6,
                bbox={"facecolor": BLUE, "edgecolor": "none", "pad": 0.8})
        low, high = push.worker + 0.2, server - 0.1
        for color, x, tip, tail in ((VERMILION, push.pushed, high, low),
                                    (ORANGE, push.pushed + 0.05, low, high)):
            ax.annotate("", (x, tip), (x, tail), annotation_clip=True,
                        arrowprops={"arrowstyle": "->", "color": color, "shrinkA": 0, "shrinkB": 0})
    ax.axhline(server, color=GREY, linewidth=6)
    lanes(ax, workers, "非同期型: 終わった人から push（下向き）し、すぐに pull（上向き）する")
    ax.set_yticks([*range(workers), server], [*map(str, range(workers)), "サーバ"])
    ax.set_ylim(server + 0.6, -0.6)


def lanes(ax: Axes, workers: int, title: str) -> None:
    """横軸を固定します。縦は上からワーカー 0、1、… です。"""
    ax.set(xlim=(0, WINDOW), ylim=(workers - 0.4, -0.6), xlabel="時間 (s)", ylabel="ワーカー")
    ax.set_yticks(range(workers))
    ax.set_title(title, fontsize=11)
