"""古い勾配による勾配降下法の、収束する範囲の図です。"""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from lessons.data_parallel.delayed_descent import delayed_descent, largest_stable_lr
from lessons.plots import BLUE, GREEN, GREY, VERMILION

DELAYS = list(range(17))
CURVATURE = 1.0
STEPS = 120


def limit_and_descent(
    limit: Callable[[float, int], float], staleness: int, lr: float
) -> tuple[Figure, str]:
    """左はステイルネスに対する学習率の上限、右は選んだ点での損失です。曲率 h は 1 です。

    limit: max_stable_lr と同じ働きの関数。○ は、式を使わずに、更新を繰り返して調べた上限です。
    """
    stable = lr < limit(CURVATURE, staleness)
    color, marker = (GREEN, "o") if stable else (VERMILION, "X")
    fig = Figure(figsize=(8.3, 3.9))
    left = fig.add_axes((0.09, 0.15, 0.42, 0.74))
    right = fig.add_axes((0.61, 0.15, 0.37, 0.74))
    curve = [limit(CURVATURE, delay) for delay in DELAYS]
    left.plot(DELAYS, curve, color=BLUE, label="式 (3)")
    left.fill_between(DELAYS, 0.03, curve, color=BLUE, alpha=0.12)
    some = [0, 1, 2, 4, 8, 16]
    left.plot(some, [largest_stable_lr(CURVATURE, delay) for delay in some], "o", color="black",
              markerfacecolor="white", label="更新して調べた上限")
    left.plot(staleness, lr, marker, color=color, markersize=12, label="いまの点")
    left.set(xlabel="ステイルネス τ (回)", ylabel="学習率 η（1 目盛りで 10 倍）", yscale="log",
             ylim=(0.03, 30), xlim=(-0.5, 16.5), xticks=range(0, 17, 4), title="塗ったところが、収束する範囲")
    left.legend(loc="upper right", fontsize=9)
    theta = np.array(delayed_descent(CURVATURE, lr, staleness, STEPS))
    loss = np.clip(CURVATURE * theta**2 / 2, 1e-6, 1e6)
    right.plot(loss, color=color)
    right.axhline(0.5, color=GREY, linestyle=":")
    right.set(xlabel="更新回数", ylabel="損失 ½hθ²（1 目盛りで 100 倍）", yscale="log", ylim=(1e-6, 1e6),
              xlim=(0, STEPS), title="収束します" if stable else "発散します")
    text = (f"ステイルネスが {staleness} のとき、学習率の上限は {limit(CURVATURE, staleness):.3f} です。"
            f"学習率 {lr:.3f} は上限より{'小さいので、損失は 0 に近づきます' if stable else '小さくないので、損失は 0 に近づきません'}。")
    return fig, text
