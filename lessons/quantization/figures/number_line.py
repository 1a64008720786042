"""1 本の数直線の図です。(Figure, 文) を返し、軸の範囲は変わりません。"""

import functools
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from lessons.plots import BLUE, GREY, ORANGE, VERMILION
from lessons.quantization.number_line import Row
from lessons.still import StillFigure

EDGE = 0.25         # 数直線の端
MOST_TICKS = 300    # これより多い目盛りは、つながって見えるので、帯で描く
N_ROWS = 9
COLUMNS = (0.26, 0.37, 0.49, 0.585)  # 右の表の列の場所


def number_line(layer: str, ascending: Tensor, rows: list[Row], weight: float) -> tuple[Figure, str]:
    """同じ重みとヒストグラムを、全部の形式と方式の目盛りと並べます。

    ascending: 層の重みを小さい順に並べたもの
    weight:    つまみの値。これに最も近い、本物の重みを 1 つ選びます。
    """
    place = int((ascending - weight).abs().argmin())
    chosen = float(ascending[place])
    landed = [float(row.values[place]) + 0.0 for row in rows]  # -0 を 0 と書く
    fixed = tuple(row for row in rows if row.available is None)
    fig = frame(layer, ascending, fixed).begin()
    ax = fig.axes[0]
    draw_rows(ax, len(fixed), rows[len(fixed):])
    ax.vlines(chosen, -N_ROWS + 0.4, 2.6, color=VERMILION, linewidth=1, linestyle="--")
    inside = [(x, -y) for y, x in enumerate(landed) if abs(x) <= EDGE]
    ax.plot(*zip(*inside, strict=True), color=ORANGE, marker="o", markersize=8, linestyle="none",
            markeredgecolor="black")
    for y, value in enumerate(landed):
        ax.text(COLUMNS[0], -y, f"{value:.4g}", va="center")
    if len(rows) < N_ROWS:
        ax.text(-0.26, 1 - N_ROWS, "2 の累乗は、3 bit から", ha="right", va="center")
    symmetric, binary = (next(r for r in rows if r.name.startswith(name)) for name in ("対称", "±α"))
    text = (f"{layer} の重み {chosen:.4f} は、{symmetric.name} では"
            f" {landed[rows.index(symmetric)]:.4g}、±α では {landed[rows.index(binary)]:.4g} に移ります。"
            f"{symmetric.name} では、重みの {symmetric.zeros:.1f} % が 0 になり、"
            f"誤差は重みの大きさの {symmetric.error:.3g} % です。±α の誤差は {binary.error:.3g} % です。")
    return fig, text


@functools.lru_cache(maxsize=3)
def frame(layer: str, ascending: Tensor, fixed: tuple[Row, ...]) -> StillFigure:
    """動かない部分: 軸、ヒストグラム、ビット数のつまみによらない行です。"""
    fig = StillFigure(8.8, 4.9)
    ax = fig.add_axes((0.005, 0.1, 0.99, 0.895))
    ax.set(xlim=(-0.58, 0.68), ylim=(-N_ROWS + 0.4, 2.6), yticks=[], xticks=[-0.2, -0.1, 0, 0.1, 0.2])
    ax.spines[:].set_visible(False)
    ax.set_xlabel("重みの値", x=0.46)
    counts, edges = np.histogram(ascending.numpy(), bins=100, range=(-EDGE, EDGE))
    ax.stairs(0.7 + 1.7 * counts / counts.max(), edges, baseline=0.7, fill=True, color=GREY, alpha=0.6)
    ax.text(-0.26, 1.4, f"{layer} の重み", ha="right", va="center")
    for x, head in zip(COLUMNS, ("移る値", "使った値", "0 になる", "誤差"), strict=True):
        ax.text(x, 0.9, head, va="center")
    draw_rows(ax, 0, fixed)
    return fig.freeze()


def draw_rows(ax: Axes, first: int, rows: Sequence[Row]) -> None:
    """first 行目から、名前と、実際に使った値と、右の表を書きます。

    使った値は縦の線です。多ければ、帯にします。図の外にもあれば、端に三角を描きます。
    """
    bands, ticks = [], []  # 1 度にまとめて描くと、行ごとに描くより 10 ミリ秒ほど速い
    for y, row in enumerate(rows, first):
        levels = row.levels.numpy()
        if len(levels) > MOST_TICKS:
            bands.append((-y, max(levels[0], -EDGE), min(levels[-1], EDGE)))
        else:
            ticks += [(x, -y - 0.3, -y + 0.3) for x in levels[abs(levels) <= EDGE]]
        used = f"{len(row.levels):,}" + (f" / {row.available}" if row.available else "")
        ax.text(-0.26, -y, row.name, ha="right", va="center")
        for x, text in zip(COLUMNS[1:], (used, f"{row.zeros:.1f} %", f"{row.error:.2g} %"), strict=True):
            ax.text(x, -y, text, va="center")
    if bands:
        ax.hlines(*zip(*bands, strict=True), color=BLUE, linewidth=9, alpha=0.5)
    ax.vlines(*zip(*ticks, strict=True), color=BLUE, linewidth=1.1)
    for end, sign in ((-1, "<"), (1, ">")):
        beyond = [-y for y, row in enumerate(rows, first) if float((end * row.levels).max()) > EDGE]
        ax.plot([end * (EDGE - 0.002)] * len(beyond), beyond, color=GREY, marker=sign, linestyle="none")
