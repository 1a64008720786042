"""通信の予算のパズルの図です。(Figure, 文) を返します。"""

from collections.abc import Callable
from statistics import mean

from matplotlib.figure import Figure

from lessons.data_parallel.communication_budget import (
    KILOBYTES,
    SECONDS,
    TARGET,
    Plan,
    accuracies_of,
)
from lessons.plots import BLUE, VERMILION

PANELS = (("計算の時間 (s)", SECONDS, 16, "以下"), ("送る量 (kB)", KILOBYTES, 2000, "以下"),
          ("正解率 (%)", TARGET, 100, "以上"))


def budget_puzzle(
    allreduce_bytes: Callable, workers: int, batch: int, bits: int, lr: float
) -> tuple[Figure, str]:
    """選んだ分担の、時間と通信と正解率です。点線が上限と目標です。"""
    plan = Plan(workers, batch, bits, lr)
    reached = mean(accuracies_of(plan))
    values = (plan.seconds, plan.kilobytes(allreduce_bytes), reached)
    fig = Figure(figsize=(8.4, 3.2))
    for i, ((name, limit, top, side), value) in enumerate(zip(PANELS, values, strict=True)):
        ax = fig.add_axes((0.09 + 0.33 * i, 0.1, 0.22, 0.7))
        ax.bar([""], [min(value, top)], color=BLUE, edgecolor="black", width=0.5)
        ax.axhline(limit, color=VERMILION, linestyle="--", linewidth=2)
        ax.set(ylabel=name, ylim=(0, top), xlim=(-0.6, 0.6))
        ax.set_title(f"{value:,.1f}（{limit:g} {side}）", fontsize=10)
    return fig, (
        f"{workers} 人が {batch} 件ずつ計算し、{bits} bit で送り、学習率 {lr:g} で {plan.updates} 回更新します。"
        f"1 人の計算は {values[0]:.2f} 秒、送る量は {values[1]:,.0f} kB、正解率は {reached:.1f} % です。"
        f"{verdict(*values)}")


def verdict(seconds: float, kilobytes: float, accuracy: float) -> str:
    """3 つの条件のうち、足りないものを言います。"""
    missing = [name for name, holds in (
        ("時間", seconds <= SECONDS), ("通信", kilobytes <= KILOBYTES), ("正解率", accuracy >= TARGET),
    ) if not holds]
    if not missing:
        return "3 つの条件をすべて満たします。"
    return f"満たしていない条件は、{'と'.join(missing)}です。"
