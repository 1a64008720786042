"""シストリックアレイの図です。(Figure, 文) を返します。"""

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lessons.gpu.systolic import run
from lessons.plots import BLUE, GREEN

X = torch.tensor([[1., 2, 0, 1], [0, 1, 3, 2], [2, 0, 1, 1], [1, 1, 1, 0]])
WEIGHT = torch.tensor([[1., 0, 2, 1], [2, 1, 0, 1], [0, 3, 1, 2], [1, 1, 1, 0]])
CYCLES = run(X, WEIGHT)


def array(now: int) -> tuple[Figure, str]:
    """4×4 の部品の、サイクル now の終わりのようすです。now は 0 から 9 までです。"""
    cycle = CYCLES[now]
    fig = Figure(figsize=(9.2, 5.2))
    ax = fig.add_axes((0.01, 0.02, 0.98, 0.9))
    ax.set(xlim=(-7.2, 18.5), ylim=(-3.4, 9.2), title=f"サイクル {now}: 入力 x は右へ、途中の和は下へ進む")
    ax.axis("off")
    busy = 0
    for r in range(4):
        y = 6 - 2 * r
        for place in range(3):  # 左で待っている入力
            row = now + 1 + place - r
            if 0 <= row < 4:
                number(ax, -1.6 - 1.6 * place, y + 0.85, X[row, r], BLUE)
        ax.annotate("", (0, y + 0.85), (-1.0, y + 0.85), arrowprops={"arrowstyle": "-|>"})
        for c in range(4):
            working = not cycle.x[r, c].isnan()
            busy += int(working)
            ax.add_patch(Rectangle((2 * c, y), 1.8, 1.7, facecolor="#FFE9B8" if working else "white",
                                   edgecolor="black"))
            ax.text(2 * c + 0.1, y + 1.25, f"w={WEIGHT[r, c]:.0f}", fontsize=9, va="center")
            if working:
                ax.text(2 * c + 0.1, y + 0.8, f"x={cycle.x[r, c]:.0f}", fontsize=9, va="center",
                        color=BLUE)
                ax.text(2 * c + 0.1, y + 0.32, f"和={cycle.sums[r, c]:.0f}", fontsize=9, va="center")
    ax.text(-3.4, 8.4, "待っている入力", ha="center", fontsize=10)
    ax.text(3.9, 8.4, "重み w を持つ部品", ha="center", fontsize=10)
    ax.annotate("", (3.9, -1.6), (3.9, -0.4), arrowprops={"arrowstyle": "-|>"})
    ax.text(4.3, -1.0, "下の端から答えが出る", va="center", fontsize=10)
    ax.text(14.2, 8.4, "出た答え X W", ha="center", fontsize=10)
    done = int((~cycle.finished.isnan()).sum())
    for row in range(4):
        for column in range(4):
            value = cycle.finished[row, column]
            left, bottom = 11 + 1.6 * column, 6.3 - 1.6 * row
            ax.add_patch(Rectangle((left, bottom), 1.6, 1.6, facecolor="white", edgecolor=GREEN,
                                   hatch="" if value.isnan() else "..."))
            if not value.isnan():
                number(ax, left + 0.8, bottom + 0.8, value, "black")
    return fig, (f"サイクル {now} では、16 個の部品のうち {busy} 個が積和をします。"
                 f"答えは、16 個のうち {done} 個が出ています。")


def number(ax: Axes, x: float, y: float, value: torch.Tensor, color: str) -> None:
    """1 つの数です。"""
    ax.text(x, y, f"{value:.0f}", ha="center", va="center", fontsize=11, color=color,
            bbox={"facecolor": "white", "edgecolor": color, "pad": 2})
