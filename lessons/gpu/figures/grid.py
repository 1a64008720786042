"""グリッドのスレッドと、受け持つ要素の図です。(Figure, 文) を返します。"""

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lessons.gpu.launching import BYTES_OF_A_SEGMENT, BYTES_OF_A_VALUE, segments, written_by
from lessons.plots import BLUE, GREY, ORANGE, VERMILION

MOST_BLOCKS, MOST_ELEMENTS, BLOCK_SIZE = 8, 64, 8
THREADS = 16


def grid(
    n: int, block: int, number: int, grid_size: Callable, thread: Callable
) -> tuple[Figure, str]:
    """n 個の要素を 8 スレッドのブロックで覆い、1 つのスレッドの書く要素に矢印を引きます。

    grid_size、thread: ブロックの数を求める関数と、1 つのスレッドの仕事をする関数 (saxpy_thread)
    """
    n_blocks = grid_size(n, BLOCK_SIZE)
    idle = n_blocks * BLOCK_SIZE - n
    written = written_by(thread, block, number, BLOCK_SIZE, n) if block < n_blocks else []
    fig = Figure(figsize=(9.6, 3.0))
    ax = fig.add_axes((0.01, 0.02, 0.98, 0.84))
    ax.set(xlim=(-0.5, MOST_ELEMENTS + 0.5), ylim=(-1.6, 7.4))
    ax.set_title("上はスレッド（× は要素のないもの）、下はメモリの要素（数字は要素の番号）")
    ax.axis("off")
    for place in range(n_blocks * BLOCK_SIZE):
        own, within = divmod(place, BLOCK_SIZE)
        chosen = (own, within) == (block, number)
        box(ax, place, 4.5, VERMILION if chosen else BLUE if place < n else "#D8D8D8",
            "" if place < n else "×")
        if within == 0:
            ax.add_patch(Rectangle((place, 4.2), BLOCK_SIZE, 1.6, fill=False, linewidth=1.4))
            ax.text(place + BLOCK_SIZE / 2, 6.5, f"ブロック {own}", ha="center", fontsize=10)
    for place in range(n):
        box(ax, place, 0, VERMILION if place in written else ORANGE, "")
        if place % BLOCK_SIZE == 0:
            ax.text(place + 0.5, -1.2, str(place), ha="center", fontsize=9)
    for place in written:
        ax.annotate("", (place + 0.5, 1.1), (block * BLOCK_SIZE + number + 0.5, 4.1),
                    arrowprops={"arrowstyle": "-|>", "linewidth": 2, "color": VERMILION})
    if block >= n_blocks:
        does = f"ブロック {block} は、ありません"
    elif written:
        does = f"ブロック {block} のスレッド {number} は、{'、'.join(map(str, written))} 番の要素を書きます"
    else:
        does = f"ブロック {block} のスレッド {number} は、何もしません"
    return fig, (f"{n} 個の要素に、{n_blocks} 個のブロックが要ります。スレッド {n_blocks * BLOCK_SIZE} 個のうち"
                 f" {idle} 個には、要素がありません。{does}。")


def coalescing(stride: int) -> tuple[Figure, str]:
    """16 個のスレッドが間隔 stride で要素を読むときに、運ぶメモリの区画の図です。stride は 1 から 8。"""
    moved, per = segments(THREADS, stride), BYTES_OF_A_SEGMENT // BYTES_OF_A_VALUE
    read = {t * stride: t for t in range(THREADS)}
    fig = Figure(figsize=(8.6, 3.2))
    ax = fig.add_axes((0.01, 0.02, 0.98, 0.86))
    ax.set(xlim=(-0.5, 4 * (per + 1)), ylim=(-0.5, 6.3))
    ax.set_title("メモリの要素と、32 byte の区画（数字は、その要素を読むスレッド）")
    ax.axis("off")
    for element in range(THREADS * per):
        segment, place = divmod(element, per)
        row, column = divmod(segment, 4)
        x, y = column * (per + 1) + place, 4.8 - 1.6 * row
        color = ORANGE if element in read else "#D8D8D8" if segment in moved else "white"
        box(ax, x, y, color, str(read.get(element, "")))
        if place == 0:
            ax.add_patch(Rectangle((x, y - 0.1), per, 1.2, fill=False, linewidth=1.6,
                                   edgecolor="black" if segment in moved else GREY))
    useful = THREADS * BYTES_OF_A_VALUE
    total = len(moved) * BYTES_OF_A_SEGMENT
    return fig, (f"16 個のスレッドが間隔 {stride} で読むと、運ぶ区画は {len(moved)} 個で、"
                 f"{total} byte です。使うのは {useful} byte で、{100 * useful / total:.3g} % です。")


def box(ax: Axes, x: float, y: float, color: str, text: str) -> None:
    """1 つのスレッドか要素です。"""
    ax.add_patch(Rectangle((x, y), 1, 1, facecolor=color, edgecolor="#555555", linewidth=0.6))
    ax.text(x + 0.5, y + 0.5, text, ha="center", va="center", fontsize=9)
