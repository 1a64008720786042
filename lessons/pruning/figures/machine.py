"""3 つの重み行列を、重み 1 本を 1 つの点として描きます。切ると点が消え、取り除くと小さくなります。

つまみで動かすので、描くものを減らしています。軸の目盛りは使わず、棒のわきに値を書きます。
"""

import functools

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from lessons.plots import BLUE, GREEN, GREY, VERMILION
from lessons.pruning.connections_or_neurons import FLOAT32_BYTES, count_weights
from lessons.pruning.machine import COMPARED, Cut
from lessons.pruning.network import WIDTHS
from lessons.still import DPI, StillFigure

WIDTH, HEIGHT = 1382, 610  # 画素。144 dpi で 9.6 インチの図
PLACES = ((40, 78, 1), (884, 78, 1), (884, 234, 3))  # 行列の左上の画素と、拡大率
# 切った重み、絶対値の小さい順に 3 段階の残した重み、働かないニューロンの残した重みと切った重み
COLOURS = np.array([(236, 236, 236, 255), (86, 166, 222, 255), (0, 114, 190, 255), (0, 50, 110, 255),
                    (150, 70, 0, 255), (255, 185, 70, 255)], dtype=np.uint8)
CUT, KEPT, DEAD, CUT_OF_DEAD = 0, 1, 4, 5
WHOLE = count_weights(WIDTHS)
BARS = (("掛け算", 300, 436, BLUE), ("密な行列", 300, 478, BLUE), ("CSR 形式", 300, 520, BLUE),
        ("正解率 再学習の前", 1140, 436, VERMILION), ("再学習のあと", 1140, 478, GREEN))  # 名前、棒の左上


def pruning_machine(cut: Cut) -> tuple[Figure, str]:
    """切った 3 つの重み行列と、大きさと正解率の棒です。枠は、切る前の大きさです。"""
    fig = frame().begin()
    ax = fig.axes[0]
    ax.set_title(f"{cut.rule} で、結合の {cut.percent:.1f} % を切る", y=0.94)
    for i, (w, dead_rows, dead_columns) in enumerate(lit(cut)):
        draw_matrix(ax, i, w, dead_rows, dead_columns, cut.layer_percent[i])
    word = "取り除いた" if cut.removed else "働かない"
    for i, gone in enumerate(cut.dead):
        ax.text(884, 354 + 30 * i, f"{word}ニューロン　隠れ層 {i + 1}: {int(gone.sum())} 個")
    draw_bars(ax, cut)
    return fig, sentence(cut)


@functools.cache
def frame() -> StillFigure:
    """動かない部分: 切る前の大きさを示す 3 つの枠と点線、棒の名前です。"""
    fig = StillFigure(WIDTH / DPI, HEIGHT / DPI)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0))
    ax.axis("off")
    for layer, (x, y, zoom) in enumerate(PLACES):
        columns, rows = WIDTHS[layer : layer + 2]
        ax.add_patch(Rectangle((x - 2, y - 2), zoom * columns + 4, zoom * rows + 4, fill=False,
                               edgecolor=GREY, linestyle=":"))
    for name, x, y, _ in BARS:
        ax.text(x - 160, y + 13, name, ha="right", va="center")
    ax.plot([500, 500], [428, 554], color=GREY, linestyle=":")
    ax.text(500, 580, "点線: 切る前の密な行列", ha="center", color=GREY)
    return fig.freeze()


def lit(cut: Cut) -> list[tuple[Tensor, Tensor, Tensor]]:
    """層ごとの重みと、光らせる行と列です。働かないニューロンを取り除いたあとは、どれも光りません。"""
    found = []
    for i, (w, _) in enumerate(cut.layers):
        rows, columns = (torch.zeros(n, dtype=torch.bool) for n in w.shape)
        if not cut.removed:
            rows = cut.dead[i] if i < len(cut.dead) else rows
            columns = cut.dead[i - 1] if i > 0 else columns
        found.append((w, rows, columns))
    return found


def draw_matrix(
    ax: Axes, layer: int, w: Tensor, dead_rows: Tensor, dead_columns: Tensor, percent: float
) -> None:
    """1 つの重み行列です。"""
    x, y, zoom = PLACES[layer]
    rows, columns = w.shape
    if w.numel():
        ax.imshow(pixels(w, dead_rows, dead_columns), interpolation="nearest", aspect="auto",
                  extent=(x, x + zoom * columns, y + zoom * rows, y))
    larger = f"（{zoom} 倍に拡大）" if zoom > 1 else ""
    ax.text(x, y - 12, f"FC {layer + 1}　{rows}×{columns}{larger}　{percent:.2f} % を切る")


def pixels(w: Tensor, dead_rows: Tensor, dead_columns: Tensor) -> np.ndarray:
    """重み行列の色です。uint8 [行, 列, 4]。残る重みは、絶対値が大きいほど濃い青にします。"""
    size = w.abs()
    level = (size * (3 / size.max().clamp(min=1e-12))).clamp(max=2).to(torch.uint8)
    kept = w != 0
    colour = torch.where(kept, KEPT + level, CUT)
    gone = dead_rows[:, None] | dead_columns[None, :]
    colour = torch.where(gone, torch.where(kept, DEAD, CUT_OF_DEAD), colour)
    whole = COLOURS.view(np.uint32).ravel()  # 4 つの数を 1 つとして引くと、8 倍速い
    return whole[colour.numpy()].view(np.uint8).reshape(*w.shape, 4)


def draw_bars(ax: Axes, cut: Cut) -> None:
    """BARS の順に、値と棒を描きます。大きさの棒は、切る前の密な行列との比です。"""
    before, after = cut.accuracies
    shown = ((f"{cut.products:,} 回", 200 * cut.products / WHOLE),
             (f"{cut.dense_bytes / 1000:,.0f} kB", 200 * cut.dense_bytes / FLOAT32_BYTES / WHOLE),
             (f"{cut.csr_bytes / 1000:,.0f} kB", 200 * cut.csr_bytes / FLOAT32_BYTES / WHOLE),
             (f"{before:.1f} %", 2 * before),
             ("測っていません" if after is None else f"{after:.1f} %", 2 * (after or 0)))
    for (_, x, y, colour), (value, length) in zip(BARS, shown, strict=True):
        ax.add_patch(Rectangle((x, y), length, 26, facecolor=colour, edgecolor="black"))
        ax.text(x - 10, y + 13, value, ha="right", va="center")


def sentence(cut: Cut) -> str:
    """図の内容です。取り除いたときは、出力の差も言います。"""
    first, second = (int(gone.sum()) for gone in cut.dead)
    text = (f"{cut.rule} で、結合の {cut.percent:.1f} % が切れます。働かないニューロンは、"
            f"隠れ層 1 に {first} 個、隠れ層 2 に {second} 個です。")
    if not cut.removed:
        return text + f"行列の大きさは同じなので、掛け算は {WHOLE:,} 回のままです。"
    zero = "小数第 9 位まで 0 です" if cut.difference < 5e-10 else "0 ではありません"
    return text + (
        f"取り除くと、掛け算は {WHOLE:,} 回から {cut.products:,} 回になります。"
        f"画像 {COMPARED} 枚の出力の差は、{zero}（測った最大の差は {cut.difference:.0e}）。"
        f"変わった予測は {cut.changed} 枚です。")
