"""切ったネットワークの大きさと速さの図です。どの関数も (Figure, 文) を返します。"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION
from lessons.pruning.compact import csr_bytes, dead_neurons
from lessons.pruning.connections_or_neurons import EqualWeightsResult, csr_break_even


def connections_or_neurons(
    results: list[EqualWeightsResult], milliseconds: dict[str, float]
) -> tuple[Figure, str]:
    """同じ本数の重みを減らす 2 つの方法の正解率と、推論 1 回の時間です。"""
    fig = Figure(figsize=(9.6, 4.0))
    left = fig.add_axes((0.07, 0.14, 0.42, 0.77))
    right = fig.add_axes((0.63, 0.14, 0.35, 0.77))
    removed = [r.removed_percent for r in results]
    left.plot(removed, [r.connections_after for r in results], color=BLUE, marker="o",
              label="結合のプルーニング")
    left.plot(removed, [r.neurons_after for r in results], color=VERMILION, marker="s",
              linestyle="--", label="ニューロンのプルーニング")
    left.plot(removed, [r.scratch for r in results], color=GREEN, marker="^", linestyle=":",
              label="小さいネットワークを最初から学習")
    left.set(xlabel="減らした重みの割合 (%)", ylabel="正解率 (%)", title="再学習の後の正解率")
    left.legend(fontsize=9, loc="lower left")
    bars = right.barh(list(milliseconds), list(milliseconds.values()),
                      color=(GREY, ORANGE, BLUE, VERMILION), edgecolor="black")
    for bar, hatch in zip(bars, ("", "///", "...", "xx"), strict=True):
        bar.set_hatch(hatch)
    right.bar_label(bars, fmt="%.2f ms", padding=3)
    right.invert_yaxis()
    right.set(xlabel="推論 1 回の時間 (ms)", ylabel="重みの持ち方", title="持ち方による時間の違い",
              xlim=(0, 1.3 * max(milliseconds.values())))

    times = "、".join(f"{name} {ms:.2f} ms" for name, ms in milliseconds.items())
    last = results[-1]
    text = (f"重みを {last.removed_percent:.1f} % 減らすと、結合のプルーニングの正解率は "
            f"{last.connections_after:.1f} %、ニューロンのプルーニングは {last.neurons_after:.1f} % です。"
            f"同じ小さいネットワークを最初から学習すると {last.scratch:.1f} % です。"
            f"推論の時間は、{times} です。")
    return fig, text


def sparse_storage(
    rows: int, columns: int, value_bytes: int, index_bytes: int, density_percent: float
) -> tuple[Figure, str]:
    """密度を変えたときの CSR と密のバイト数です。等しくなる密度と、現在の密度を示します。"""
    dense = rows * columns * value_bytes
    here = csr_bytes(rows, round(rows * columns * density_percent / 100), value_bytes, index_bytes)
    even = 100 * csr_break_even(rows, columns, value_bytes, index_bytes)
    percents = np.linspace(0, 100, 101)
    csr = [csr_bytes(rows, round(rows * columns * p / 100), value_bytes, index_bytes)
           for p in percents]

    fig = Figure(figsize=(7, 3.8))
    ax = fig.add_axes((0.12, 0.15, 0.85, 0.81))
    ax.plot(percents, np.array(csr) / 1000, color=BLUE, label="CSR 形式")
    ax.axhline(dense / 1000, color=GREY, linestyle="--", label="密な行列")
    ax.axvline(even, color=VERMILION, linestyle=":", label=f"等しくなる密度 {even:.1f} %")
    ax.plot([density_percent], [here / 1000], color="black", marker="o", linestyle="none",
            label=f"密度 {density_percent:.0f} % の CSR: {here / 1000:.1f} kB")
    ax.set(xlabel="密度: 0 でない重みの割合 (%)", ylabel="大きさ (kB)", xlim=(0, 100), ylim=(0, None))
    ax.legend(loc="upper left", fontsize=9)

    text = (f"{rows}×{columns} の行列で密度が {density_percent:.0f} % のとき、CSR は {here / 1000:.1f} kB、"
            f"密は {dense / 1000:.1f} kB です。CSR が小さくなるのは、密度が {even:.1f} % より低いときです。")
    return fig, text


def pruned_connections_and_neurons(incoming: Tensor, outgoing: Tensor) -> tuple[Figure, str]:
    """結合を切ったネットワークと、不要なニューロンを取り除いたネットワークの模式図です。

    incoming: bool [hidden, in]、outgoing: bool [out, hidden]。False の結合は切れています。
    """
    dead = dead_neurons(incoming, outgoing)
    fig = Figure(figsize=(9.6, 3.4))
    left = fig.add_axes((0.01, 0.02, 0.48, 0.86))
    right = fig.add_axes((0.51, 0.02, 0.48, 0.86))
    draw_network(left, incoming, outgoing, dead, show_cut=True)
    left.set_title("結合のプルーニング: 点線の結合は 0")
    draw_network(right, incoming, outgoing, dead, show_cut=False)
    right.set_title("ニューロンのプルーニング: 行列が小さくなる")

    masks = [incoming, outgoing]
    cut = sum(int((~mask).sum()) for mask in masks)
    total = sum(mask.numel() for mask in masks)
    text = (f"結合 {total} 本のうち {cut} 本を切ると、隠れニューロン {len(dead)} 個のうち "
            f"{int(dead.sum())} 個を取り除けます。")
    return fig, text


def draw_network(
    ax: Axes, incoming: Tensor, outgoing: Tensor, dead: Tensor, show_cut: bool
) -> None:
    """3 層のネットワークを描きます。show_cut が False なら、切れた結合と不要なニューロンを描きません。"""
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
            ax.plot(column, y, marker="o", markersize=20, color=ORANGE if useless else "white",
                    markeredgecolor="black", zorder=2)
            if useless:
                ax.text(column, y, "×", ha="center", va="center", fontsize=14, zorder=3)
    for column, name in enumerate(("入力", "隠れ層", "出力")):
        ax.text(column, -1.1, name, ha="center", va="center")
    ax.set(xlim=(-0.3, 2.3), ylim=(-1.25, 1))
    ax.axis("off")
