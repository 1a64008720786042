"""パイプラインの時刻表の図です。どの関数も (Figure, 文) を返し、軸の範囲は変わりません。

時間は「切らないネットワークで、ミニバッチ 1 つの順伝播と逆伝播にかかる時間」を 100 とします。
逆伝播は、順伝播の 2 倍の時間がかかるとします。
"""

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lessons.model_parallel.layer_costs import Groups, activation_bytes, gflops, totals
from lessons.model_parallel.schedules import (
    BACKWARD,
    FORWARD,
    ORDERS,
    Task,
    idle_share,
    makespan,
    most_held,
    timetable,
)
from lessons.plots import BLUE, GREY, ORANGE, VERMILION

MOST_STAGES, MOST_MICROBATCHES = 6, 12
MICROBATCHES = (1, 2, 4, 8, 16, 32)
BATCH = 64
SHAPES = EQUAL, HEAVY = ("どの段も同じ", "最後の段だけ 2 倍")


def forward_grid(table: list[list[int | None]]) -> tuple[Figure, str]:
    """順伝播の時刻表です。table は gpipe_schedule の値で、[時刻][段] の順です。"""
    slots, stages = len(table), len(table[0])
    fig = Figure(figsize=(9.6, 3.2))
    ax = fig.add_axes((0.10, 0.17, 0.88, 0.72))
    idle = 0
    for slot, row in enumerate(table):
        for stage, microbatch in enumerate(row):
            resting = microbatch is None
            idle += resting
            ax.add_patch(Rectangle((slot, stage - 0.45), 1, 0.9, facecolor="white" if resting else BLUE,
                                   alpha=0.6, edgecolor="black", hatch="///" if resting else ""))
            if not resting:
                ax.text(slot + 0.5, stage, str(microbatch), ha="center", va="center", fontsize=11)
    stage_axis(ax)
    longest = MOST_STAGES + MOST_MICROBATCHES - 1
    ax.set(xlim=(0, longest), xticks=range(0, longest + 1, 2), xlabel="時刻（四角 1 つが 1 コマ）",
           title="数字はマイクロバッチの番号、斜線は空き時間")
    share = 100 * idle / (slots * stages)
    return fig, (f"{stages} 段で {slots} 時刻かかります。{slots * stages} コマのうち {idle} コマが休みで、"
                 f"空き時間は {share:.1f} % です。")


def stage_times(stages: int, shape: str) -> list[float]:
    """段ごとの時間です。合計は 100 です。"""
    weights = [1.0] * stages
    if shape == HEAVY:
        weights[-1] = 2.0
    return [100 * weight / sum(weights) for weight in weights]


def run(order: str, times: list[float], microbatches: int) -> list[Task]:
    """段ごとの時間 times（ミニバッチ 1 つ分）を、マイクロバッチに分けて流した時刻表です。"""
    forward = [time / 3 / microbatches for time in times]
    return timetable(order, forward, [2 * time for time in forward], microbatches)


def gpipe_day(
    stages: int, microbatches: int, shape: str, bubble: Callable[[int, int], float]
) -> tuple[Figure, str]:
    """左は GPipe の時刻表、右はマイクロバッチの数と空き時間の割合です。bubble は式 (2) の関数です。"""
    fig = Figure(figsize=(9.6, 3.4))
    left = fig.add_axes((0.10, 0.17, 0.52, 0.72))
    right = fig.add_axes((0.72, 0.17, 0.26, 0.72))
    times = stage_times(stages, shape)
    tasks = run("GPipe", times, microbatches)
    gantt(left, tasks)
    left.set_title("GPipe: 青は順伝播、橙の斜線は逆伝播")
    formula = [100 * bubble(stages, m) for m in MICROBATCHES]
    measured = [100 * idle_share(run("GPipe", times, m)) for m in MICROBATCHES]
    right.plot(MICROBATCHES, formula, "_", color=VERMILION, markersize=16, markeredgewidth=2.5,
               label="式 (2)")
    right.plot(MICROBATCHES, measured, "o", color=BLUE, markersize=5, label="時刻表から")
    here = 100 * idle_share(tasks)
    right.plot([microbatches], [here], "o", color="none", markeredgecolor="black", markersize=13,
               label="いまの設定")
    right.set(xscale="log", xticks=MICROBATCHES, ylim=(0, 100), xlim=(0.8, 40),
              xlabel="マイクロバッチの数 m", ylabel="空き時間 (%)")
    right.set_xticks(MICROBATCHES, [str(m) for m in MICROBATCHES])
    right.minorticks_off()
    right.set_title("空き時間の割合")
    right.legend(fontsize=8)
    said = 100 * bubble(stages, microbatches)
    text = (f"{stages} 段（{shape}）、マイクロバッチ {microbatches} 個では、時間は "
            f"{makespan(tasks):.1f} です。1 台で計算すれば 100 です。"
            f"空き時間は {here:.1f} % で、式 (2) の値は {said:.1f} % です。")
    return fig, text


def two_orders(groups: Groups, microbatches: int) -> tuple[Figure, str]:
    """VGG-16 を groups に分けたときの、GPipe と 1F1B の時刻表と、取っておく層の入力の大きさです。"""
    stages = len(groups)
    costs = gflops(BATCH)
    times = [100 * cost / sum(costs) for cost in totals(costs, groups)]
    whole = activation_bytes(BATCH, groups)
    fig = Figure(figsize=(9.6, 5.8))
    right = fig.add_axes((0.74, 0.10, 0.24, 0.84))
    held = {}
    for row, order in enumerate(ORDERS):
        tasks = run(order, times, microbatches)
        ax = fig.add_axes((0.10, 0.61 - 0.51 * row, 0.52, 0.33))
        gantt(ax, tasks)
        ax.set_title(f"{order}: 空き時間 {100 * idle_share(tasks):.1f} %")
        held[order] = [whole[s] * most_held(tasks, s) / microbatches / 1e9 for s in range(stages)]
        places = [stage + 0.2 * (2 * row - 1) for stage in range(stages)]
        right.barh(places, held[order], 0.38, color=(BLUE, ORANGE)[row], hatch=("", "///")[row],
                   edgecolor="black", label=order)
    stage_axis(right)
    right.set(xlim=(0, 2), xlabel="取っておく値の最大 (GB)", title="メモリ")
    right.legend(loc="lower right", fontsize=9)
    text = (f"マイクロバッチ {microbatches} 個では、段 0 が取っておく値は、GPipe で "
            f"{held['GPipe'][0]:.2f} GB、1F1B で {held['1F1B'][0]:.2f} GB です。"
            f"最後の段では、{held['GPipe'][-1]:.2f} GB と {held['1F1B'][-1]:.2f} GB です。")
    return fig, text


def gantt(ax: Axes, tasks: list[Task]) -> None:
    """段ごとの仕事を、横軸を時間にして並べます。幅が足りれば、マイクロバッチの番号を書きます。"""
    for stage in range(1 + max(task.stage for task in tasks)):
        for kind, color, hatch in ((FORWARD, BLUE, ""), (BACKWARD, ORANGE, "///")):
            spans = [(task.start, task.end - task.start) for task in tasks
                     if (task.stage, task.kind) == (stage, kind)]
            ax.broken_barh(spans, (stage - 0.4, 0.8), facecolor=color, alpha=0.7, hatch=hatch,
                           edgecolor="black", linewidth=0.5)
    for task in tasks:
        wide = task.end - task.start
        if wide >= 2:
            ax.text(task.start + wide / 2, task.stage, str(task.microbatch), ha="center",
                    va="center", fontsize=8, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})
    end = makespan(tasks)
    ax.axvline(end, color="black", linestyle="--", linewidth=1)
    stage_axis(ax)
    ax.set(xlim=(0, 100), xlabel="時間（切らない 1 台で 100）")


def stage_axis(ax: Axes) -> None:
    """縦軸は、上から順に段の番号です。演習と同じく 0 から数えます。"""
    ax.set(ylim=(MOST_STAGES - 0.4, -0.6), yticks=range(MOST_STAGES), ylabel="段（1 段に 1 ワーカー）")
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color=GREY, alpha=0.15)
