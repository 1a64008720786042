"""結合のプルーニングとニューロンのプルーニングの、ネットワークと行列の図です。"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from lessons.plots import BLUE, GREY, ORANGE
from lessons.pruning.compact import dead_neurons


def pruned_connections_and_neurons(incoming: Tensor, outgoing: Tensor) -> tuple[Figure, str]:
    """左は結合を切ったネットワーク、右は働かないニューロンを取り除いたネットワークです。

    incoming: bool [hidden, in]、outgoing: bool [out, hidden]。False の結合は切れています。
    """
    dead = dead_neurons(incoming, outgoing)
    fig = Figure(figsize=(9.6, 5.2))
    halves = ((0.0, "結合のプルーニング: 行列の大きさは同じ", None),
              (0.5, "ニューロンのプルーニング: 行列が小さくなる", ~dead))
    for x, title, keep in halves:
        top = fig.add_axes((x + 0.02, 0.42, 0.46, 0.50))
        draw_network(top, incoming, outgoing, dead, show_cut=keep is None)
        top.set_title(title)
        rows, columns = (incoming, outgoing) if keep is None else (incoming[keep], outgoing[:, keep])
        grids = fig.add_axes((x + 0.02, 0.02, 0.46, 0.38))
        draw_grids(grids, {"W₁": rows, "W₂": columns}, dead if keep is None else None)

    masks = [incoming, outgoing]
    cut = sum(int((~mask).sum()) for mask in masks)
    total = sum(mask.numel() for mask in masks)
    text = (f"結合 {total} 本のうち {cut} 本を切ると、隠れニューロン {len(dead)} 個のうち "
            f"{int(dead.sum())} 個が働かなくなります。取り除くと、W₁ は "
            f"{len(dead)}×{incoming.shape[1]} から {int((~dead).sum())}×{incoming.shape[1]} になります。")
    return fig, text


def draw_network(
    ax: Axes, incoming: Tensor, outgoing: Tensor, dead: Tensor, show_cut: bool
) -> None:
    """3 層のネットワークです。show_cut が False なら、切れた結合と働かないニューロンを描きません。"""
    hidden, n_in = incoming.shape
    heights = [np.linspace(1, -1, n + 2)[1:-1] for n in (n_in, hidden, len(outgoing))]
    for column, mask in enumerate((incoming, outgoing)):
        for end in range(mask.shape[0]):
            for start in range(mask.shape[1]):
                neuron = end if column == 0 else start
                line = [column, column + 1], [heights[column][start], heights[column + 1][end]]
                if mask[end, start] and (show_cut or not dead[neuron]):
                    ax.plot(*line, color=BLUE, linewidth=1.8, zorder=1)
                elif show_cut:
                    ax.plot(*line, color=GREY, linewidth=1, linestyle=":", zorder=1)
    for column, ys in enumerate(heights):
        for j, y in enumerate(ys):
            useless = column == 1 and bool(dead[j])
            if useless and not show_cut:
                continue
            ax.plot(column, y, marker="o", markersize=18, color=ORANGE if useless else "white",
                    markeredgecolor="black", zorder=2)
            if useless:
                ax.text(column, y, "×", ha="center", va="center", fontsize=13, color="black")
    for column, name in enumerate(("入力", "隠れ層", "出力")):
        ax.text(column, -1.15, name, ha="center", va="center")
    if show_cut:
        ax.text(1, 1.02, "×: 働かないニューロン　点線: 切った結合", ha="center", va="center", fontsize=9)
    ax.set(xlim=(-0.3, 2.3), ylim=(-1.3, 1.15))
    ax.axis("off")


def draw_grids(ax: Axes, matrices: dict[str, Tensor], dead: Tensor | None) -> None:
    """重みの行列を、ます目で描きます。青は残る重み、0 は切った重み、橙は働かないニューロンの行と列です。"""
    left = 0.0
    for i, (name, mask) in enumerate(matrices.items()):
        rows, columns = mask.shape
        ax.text(left + columns / 2, -0.35, f"{name}　{rows}×{columns}", ha="center")
        for row in range(rows):
            for column in range(columns):
                neuron = row if i == 0 else column
                useless = dead is not None and bool(dead[neuron])
                kept = bool(mask[row, column])
                colour = ORANGE if useless else BLUE if kept else "white"
                ax.add_patch(Rectangle((left + column, row), 1, 1, facecolor=colour,
                                       edgecolor="black"))
                if not kept:
                    ax.text(left + column + 0.5, row + 0.5, "0", ha="center", va="center",
                            color="black")
        left += columns + 1.5
    ax.set(xlim=(-0.2, 9.2), ylim=(4.2, -1), title=" ")
    ax.set_aspect("equal")
    ax.axis("off")
