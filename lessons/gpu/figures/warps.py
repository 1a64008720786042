"""ワープと、その中での分岐の図です。(Figure, 文) を返します。"""

from collections.abc import Callable

import torch
from matplotlib.figure import Figure
from torch import Tensor

from lessons.plots import BLUE, GREY, ORANGE

N_THREADS, WARP = 128, 32
CYCLES_IF, CYCLES_ELSE = 40, 20
SHUFFLED, SORTED = "ばらばら", "そろえる"


def taken_by(percent: int, order: str, seed: int = 0) -> Tensor:
    """128 個のスレッドのうち percent % が if に進むときの真偽です。order は並べ方です。"""
    taken = torch.arange(N_THREADS) < round(N_THREADS * percent / 100)
    if order == SHUFFLED:
        taken = taken[torch.randperm(N_THREADS, generator=torch.Generator().manual_seed(seed))]
    return taken


def warps(percent: int, order: str, divergent_cycles: Callable) -> tuple[Figure, str]:
    """4 つのワープの、スレッドの進む側と、かかるサイクルの数の図です。

    divergent_cycles: サイクルの数を求める関数。ワープ 1 つずつと、全体に使います。
    """
    taken = taken_by(percent, order)
    fig = Figure(figsize=(9.2, 3.2), layout="constrained")
    ax, right = fig.subplots(1, 2, width_ratios=(4, 1.3), sharey=True)
    for number, warp in enumerate(taken.split(WARP)):
        for goes_if, color, hatch in ((True, BLUE, ""), (False, ORANGE, "///")):
            places = (warp == goes_if).nonzero().flatten().tolist()
            ax.barh([number] * len(places), 1, left=places, height=0.6, color=color, hatch=hatch,
                    edgecolor="white", linewidth=0.5)
        one = divergent_cycles(warp, WARP, CYCLES_IF, CYCLES_ELSE)
        right.barh(number, one, height=0.6, color=GREY)
        right.text(one + 1, number, str(one), va="center")
    ax.set(xlim=(0, WARP), ylim=(3.6, -0.6), yticks=range(4), xlabel="ワープの中のスレッドの番号",
           ylabel="ワープの番号", title="スレッドの進む側（青は if、斜線は else）")
    right.set(xlim=(0, CYCLES_IF + CYCLES_ELSE + 12), xlabel="サイクル", ylabel="ワープの番号",
              title="ワープの時間")
    total = divergent_cycles(taken, WARP, CYCLES_IF, CYCLES_ELSE)
    return fig, (f"if に進むスレッドは {int(taken.sum())} 個で、並びは「{order}」です。"
                 f"4 つのワープの合計は {total} サイクルです。")
