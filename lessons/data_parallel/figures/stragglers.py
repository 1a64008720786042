"""遅れるワーカーと、大きなミニバッチの図です。どの関数も (Figure, 文) を返します。"""

from statistics import mean

import numpy as np
from matplotlib.figure import Figure

from lessons.data_parallel.stragglers import expected_maximum, slowest_of, step_seconds
from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION

WORKERS = (1, 2, 4, 8, 16, 32, 64)


def waiting_for_the_slowest(spread: float) -> tuple[Figure, str]:
    """ばらつき spread のときの、8 人の 4 歩の時間割と、人数ごとの 1 歩の平均の秒数です。"""
    seconds = step_seconds(spread, WORKERS[-1], 2000, seed=0)
    drawn = slowest_of(seconds)
    theory = [expected_maximum(spread, n) for n in WORKERS]
    fig = Figure(figsize=(9, 3.8))
    left = fig.add_axes((0.08, 0.15, 0.47, 0.72))
    right = fig.add_axes((0.64, 0.15, 0.34, 0.72))
    start = 0.0
    for step, times in enumerate(seconds[:4, :8]):
        end = start + times.max()
        work, wait, update = ("計算", "待ち", "更新") if step == 0 else (None, None, None)
        left.barh(range(8), times, left=start, color=BLUE, edgecolor="black", label=work)
        left.barh(range(8), end - start - times, left=start + times, color="none", edgecolor=GREY,
                  hatch="//", label=wait)
        left.axvline(end, color=VERMILION, linewidth=2, label=update)
        start = end
    left.set(xlabel="時間 (s)", ylabel="ワーカー", xlim=(0, 14), ylim=(-0.6, 9.6), yticks=range(8),
             title="はじめの 4 歩")
    left.legend(fontsize=9, ncols=3, loc="upper right")
    right.plot(WORKERS, theory, color=ORANGE, linestyle="--", label="式 (6)")
    right.plot(WORKERS, drawn[[n - 1 for n in WORKERS]], "o", color=BLUE, label="2,000 歩の平均")
    right.set(xscale="log", xticks=WORKERS, xticklabels=WORKERS, ylim=(0, 8), xlabel="人数 n（対数目盛り）",
              ylabel="1 歩の平均の秒数 (s)", title="人数と 1 歩の時間")
    right.minorticks_off()
    right.legend(fontsize=9, loc="upper left")
    eight = seconds[:, :8]
    waiting = 100 * (1 - eight.sum() / (8 * eight.max(axis=1).sum()))
    return fig, (
        f"ばらつき {spread:g} のとき、1 歩の平均は、1 人で {drawn[0]:.2f} 秒、8 人で {drawn[7]:.2f} 秒、"
        f"64 人で {drawn[63]:.2f} 秒です。8 人の時間の {waiting:.0f} % は、待ち時間です。")


def batch_and_accuracy(
    fixed: dict[int, list[float]], scaled: dict[int, list[float]]
) -> tuple[Figure, str]:
    """ミニバッチの大きさごとの正解率です。点はシード 3 つの平均、縦の線は最小から最大までです。"""
    fig = Figure(figsize=(8.4, 3.6))
    ax = fig.add_axes((0.09, 0.16, 0.58, 0.76))
    for runs, color, marker, shift, label in (
            (fixed, BLUE, "o", 0.97, "学習率を変えない"),
            (scaled, VERMILION, "s", 1.03, "学習率もミニバッチに比例")):
        middle = [mean(values) for values in runs.values()]
        spans = [[m - min(v) for m, v in zip(middle, runs.values(), strict=True)],
                 [max(v) - m for m, v in zip(middle, runs.values(), strict=True)]]
        ax.errorbar(np.array(list(runs)) * shift, middle, spans, color=color, marker=marker,
                    linestyle="none", capsize=4, markersize=7, label=label)
    ax.axhline(mean(fixed[min(fixed)]), color=GREEN, linestyle=":",
               label=f"ミニバッチ {min(fixed)} 件の正解率")
    ax.set(xscale="log", xticks=list(fixed), xticklabels=list(fixed), ylim=(0, 102),
           xlabel="ミニバッチの件数（対数目盛り）", ylabel="テストの正解率 (%)")
    ax.minorticks_off()
    ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize=9)
    same = "、".join(f"{b} 件 {mean(v):.1f} %" for b, v in fixed.items())
    grown = "、".join(f"{b} 件 {mean(v):.1f} %" for b, v in scaled.items())
    return fig, f"学習率を変えないと、{same} です。比例させると、{grown} です。"
