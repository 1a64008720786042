"""少数の強いコアと、多数の単純な演算器の図です。(Figure, 文) を返します。"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lessons.data.hardware import Chip, buses, chips
from lessons.plots import BLUE, ORANGE

WORKING, IDLE, CONTROL = BLUE, "#D8D8D8", ORANGE
COLUMNS = {"CPU": 7, "GPU": 10}  # 組を並べる列の数
UNITS_ACROSS = 8                 # 1 つの組の中で、演算器を並べる列の数
CONTROL_ACROSS = {"CPU": 8, "GPU": 1}  # 制御とキャッシュの幅。ようすを示すだけで、本物の広さの比ではない。
GAP = 1


def few_and_many(jobs: int) -> tuple[Figure, str]:
    """互いに関係のない計算が jobs 個あるとき、CPU と GPU の演算器のうち、はじめの 1 回で働くものの図です。"""
    fig = Figure(figsize=(9.2, 5.0))
    said = []
    for chip, left, right in zip(chips(), (0.02, 0.53), (0.47, 0.98), strict=True):
        ax = fig.add_axes((left, 0.27, right - left, 0.61))
        draw(ax, chip, jobs)
        times = -(-jobs // chip.units)
        said.append(f"{chip.kind} では {chip.units} 個の演算器のうち {min(jobs, chip.units)} 個が働き、{times} 回で終わります")
        fig.text((left + right) / 2, 0.15, f"{chip.kind} のメモリ", ha="center", va="center", fontsize=12,
                 bbox={"boxstyle": "square,pad=0.5", "facecolor": "white", "edgecolor": "black"})
        ax.annotate("", (0.5, -0.01), (0.5, -0.14), xycoords="axes fraction",
                    arrowprops={"arrowstyle": "<|-|>", "linewidth": 2, "color": "black"})
    bus = buses()[0]
    ax.annotate("", (0.32, 0.15), (0.68, 0.15), xycoords="figure fraction", annotation_clip=False,
                arrowprops={"arrowstyle": "<|-|>", "linewidth": 1, "color": "black"})
    fig.text(0.5, 0.17, f"{bus.name}\n片方向 {bus.bytes_per_second / 1e9:.1f} GB/s", ha="center", fontsize=9)
    fig.legend(handles=[Patch(facecolor=color, edgecolor="black", label=name) for color, name in (
        (WORKING, "働く演算器"), (IDLE, "休む演算器"), (CONTROL, "命令の制御とキャッシュ（広さは本物の比ではない）"))],
        loc="lower center", ncols=3, frameon=False, fontsize=10)
    return fig, f"互いに関係のない計算が {jobs} 個のとき、{said[0]}。{said[1]}。"


def draw(ax: Axes, chip: Chip, jobs: int) -> None:
    """1 つのプロセッサの組と演算器です。計算は、はじめの組から順に割り当てます。"""
    per, control, columns = chip.units_per_group, CONTROL_ACROSS[chip.kind], COLUMNS[chip.kind]
    down, across = per // UNITS_ACROSS, control + UNITS_ACROSS
    lines = chip.groups // columns
    picture = np.zeros((lines * (down + GAP), columns * (across + GAP), 4))  # すき間は透明
    for group in range(chip.groups):
        top, left = (group // columns) * (down + GAP), (group % columns) * (across + GAP)
        picture[top : top + down, left : left + control] = to_rgba(CONTROL)
        busy = np.arange(per).reshape(down, UNITS_ACROSS) + group * per < jobs
        picture[top : top + down, left + control : left + across] = np.where(
            busy[..., None], to_rgba(WORKING), to_rgba(IDLE))
    ax.imshow(picture, interpolation="nearest", aspect="auto")
    ax.set_title(f"{chip.kind}: {chip.name}\n{chip.group_name} {chip.groups} 個 × 演算器 {per} 個", fontsize=11)
    ax.axis("off")
