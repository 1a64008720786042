"""ステイルネスと学習の図です。どの関数も (Figure, 文) を返します。"""

from collections import Counter
from functools import cache
from statistics import mean

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from lessons.data import digits
from lessons.data_parallel.event_clock import asynchronous_clock, speeds, synchronous_clock
from lessons.data_parallel.stale_training import Curve, train_asynchronously, train_synchronously
from lessons.networks import mean_and_sd
from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION

MARKERS = "osD^v"


def histograms(measured: dict[str, list[int]], workers: int, top: int) -> tuple[Figure, str]:
    """push のステイルネスの割合です。縦の線は k-1 です。横軸は 0 から top までで、右端の棒は top 以上です。

    measured: 名前ごとの、push のステイルネスの列
    """
    fig = Figure(figsize=(8.3, 3.4))
    axes = fig.subplots(1, len(measured), squeeze=False)[0]
    fig.subplots_adjust(left=0.09, right=0.98, top=0.88, bottom=0.17, wspace=0.32)
    for ax, (name, values), color in zip(axes, measured.items(), (BLUE, ORANGE, GREEN), strict=False):
        counts = Counter(min(value, top) for value in values)
        ax.bar(range(top + 1), [100 * counts[s] / len(values) for s in range(top + 1)], color=color)
        ax.axvline(workers - 1, color=VERMILION, linestyle="--", label=f"k-1 = {workers - 1}")
        ax.set(xlim=(-0.7, top + 0.7), ylim=(0, 100), title=name,
               ylabel="push の割合 (%)",
               xlabel=f"ステイルネス (回)、右端は {top} 以上")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.legend(loc="upper right")
    text = "".join(f"「{name}」では、{workers} 人のステイルネスの平均は {mean(values):.1f}、最大は "
                   f"{max(values)} です。" for name, values in measured.items())
    return fig, text


@cache
def curves_of(workers: int, slowest: float, lr: float, seconds: float) -> tuple[Curve, Curve]:
    """同期型と非同期型の、シード 3 つの学習です。"""
    fast, data = speeds(workers, slowest), digits()
    sync = train_synchronously(data, synchronous_clock(fast, seconds, 0), [lr])[lr]
    return sync, train_asynchronously(data, asynchronous_clock(fast, seconds, 0), [lr])[lr]


def against_time_and_updates(workers: int, slowest: float, lr: float) -> tuple[Figure, str]:
    """正解率を、左は時間に、右は更新回数に対して描きます。帯はシード 3 つの最小から最大までです。"""
    seconds = 100.0
    sync, stale = curves_of(workers, slowest, lr, seconds)
    fig = Figure(figsize=(8.3, 3.7))
    left, right = fig.subplots(1, 2)
    fig.subplots_adjust(left=0.09, right=0.97, top=0.95, bottom=0.16, wspace=0.25)
    for curve, name, color, marker in ((sync, "同期型", BLUE, "o"), (stale, "非同期型", VERMILION, "s")):
        band(left, curve.seconds, curve, name, color, marker)
        band(right, curve.updates, curve, name, color, marker)
    for ax in (left, right):
        ax.set(ylabel="テストの正解率 (%)", ylim=(0, 100))
    left.set(xlabel="時間 (s)", xlim=(0, seconds))
    right.set(xlabel="更新回数（1 目盛りで 10 倍）", xscale="log", xlim=(1, 2000))
    left.legend(loc="center right")
    text = (f"{workers} 人、学習率 {lr:g} で {seconds:.0f} 秒学習すると、同期型は {sync.updates[-1]} 回の更新で"
            f" {mean_and_sd(sync.final)} %、非同期型は {stale.updates[-1]} 回の更新で"
            f" {mean_and_sd(stale.final)} % です。")
    return fig, text


def band(ax: Axes, x: list[float], curve: Curve, name: str, color: str, marker: str) -> None:
    """平均の線と、最小から最大までの帯です。"""
    ax.plot(x, [mean(a) for a in curve.accuracy], color=color, marker=marker, markersize=4, label=name)
    ax.fill_between(x, [min(a) for a in curve.accuracy], [max(a) for a in curve.accuracy],
                    color=color, alpha=0.2)


def remedies(results: dict[str, dict[float, list[float]]]) -> tuple[Figure, str]:
    """手当てごとの正解率です。点はシード 1 つ、横線は平均です。

    results: 手当ての名前 → 学習率 → シードごとの正解率 (%)。学習率の組は、どの手当てでも同じです。
    """
    fig = Figure(figsize=(8.3, 3.9))
    ax = fig.add_axes((0.09, 0.2, 0.89, 0.68))
    rates = list(next(iter(results.values())))
    for i, (rate, color, marker) in enumerate(zip(rates, (BLUE, ORANGE, VERMILION), MARKERS, strict=False)):
        for column, by_rate in enumerate(results.values()):
            x = column + 0.24 * (i - (len(rates) - 1) / 2)
            values = by_rate[rate]
            ax.plot([x] * len(values), values, marker, color=color, markersize=6, alpha=0.8,
                    label=f"学習率 {rate:g}" if column == 0 else None)
            ax.plot([x - 0.08, x + 0.08], [mean(values)] * 2, color="black")
    ax.set_xticks(range(len(results)), [name.replace(" ", "\n", 1) for name in results], fontsize=10)
    ax.axhline(10, color=GREY, linestyle=":", linewidth=1)
    ax.set(ylabel="テストの正解率 (%)", ylim=(0, 103), xlim=(-0.5, len(results) - 0.5),
           xlabel="更新のしかた")
    fig.legend(loc="upper center", ncols=len(rates), frameon=False)
    last = rates[-1]
    text = f"学習率 {last:g} での正解率は、" + "、".join(
        f"「{name}」が {mean(by_rate[last]):.1f} %" for name, by_rate in results.items()) + "です。"
    return fig, text
