"""同期型の 1 歩の図です。どの関数も (Figure, 文) を返します。"""

from collections.abc import Callable

from matplotlib.figure import Figure

from lessons.data_parallel.one_step import LR, THETA, Step, one_step
from lessons.plots import BLUE, GREEN, GREY, ORANGE, arrow, box

STAGES = ("はじめ", "写す", "計算する", "平均する", "更新する")


def step_of_workers(average_gradients: Callable, n_workers: int, stage: int) -> tuple[Figure, str]:
    """6 件を n_workers 人に分けた 1 歩を、stage 番目の段階まで描きます。"""
    step = one_step(average_gradients, n_workers)
    fig = Figure(figsize=(8.4, 4.6))
    ax = fig.add_axes((0.01, 0.01, 0.98, 0.89))
    ax.set(xlim=(0, 8.4), ylim=(0, 4.2), title=f"{stage} {STAGES[stage]}")
    ax.set_axis_off()
    ax.title.set_color(GREY)
    box(ax, 4.2, 3.75, f"親モデル\nθ = {THETA:g}", BLUE)
    centres = [8.4 * (i + 0.5) / n_workers for i in range(n_workers)]
    for i, (at, shard, g) in enumerate(zip(centres, step.shards, step.gradients, strict=True)):
        if stage >= 1:
            arrow(ax, (4.2, 3.4), (at, 2.86), GREY)
        rows = " ".join(f"({x:g}, {y:g})" for x, y in shard.tolist())
        child = f"子モデル {i}\nθ = {THETA:g}" if stage >= 1 else f"ワーカー {i}"
        box(ax, at, 2.5, child, BLUE if stage >= 1 else GREY)
        ax.text(at, 1.85, rows, ha="center", va="center", fontsize=9, color=GREY)
        if stage >= 2:
            box(ax, at, 1.3, f"勾配 {g:.4g}", ORANGE)
        if stage >= 3:
            arrow(ax, (at, 1.05), (4.2, 0.68), GREY)
    if stage >= 3:
        said = f"平均 {step.mean:.4g}"
        if stage == 4:
            said += f"　　新しい親モデル θ = {THETA:g} − {LR:g} × ({step.mean:.4g}) = {step.updated:.4g}"
        box(ax, 4.2, 0.4, said, GREEN)
    return fig, sentence(step, n_workers, stage)


def sentence(step: Step, n_workers: int, stage: int) -> str:
    """図の内容を言う文です。"""
    sizes = "、".join(f"{len(shard)} 件" for shard in step.shards)
    gradients = "、".join(f"{g:.4g}" for g in step.gradients)
    return (
        f"親モデルの θ は {THETA:g} です。6 件のデータを {n_workers} 人に分けると、{sizes}です。",
        f"親モデルを写し、{n_workers} 人の子モデルの θ が、どれも {THETA:g} になります。",
        f"子モデルは、自分のデータだけで勾配を求めます。勾配は {gradients} です。",
        f"全員の勾配がそろったので平均します。件数で重みを付けた平均は {step.mean:.4g} です。",
        f"{n_workers} 人で計算した平均 {step.mean:.4g} で、親モデルの θ は {step.updated:.4g} になります。",
    )[stage]
