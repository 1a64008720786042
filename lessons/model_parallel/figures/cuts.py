"""ネットワークの 2 通りの切り方の図です。大きさもバイト数も、実際のテンソルから求めます。"""

import math

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import nn

from lessons.model_parallel.cut_network import cut_after
from lessons.plots import BLUE, GREY, ORANGE
from lessons.training import linear_layers

WORKERS = {"A": (BLUE, ""), "B": (ORANGE, "///"), "両方": (GREY, "..")}
GAP = 17


def two_cuts(model: nn.Sequential, batch: int) -> tuple[Figure, str]:
    """3 層のネットワークを、上は層で、下は行列の中で、ワーカー A と B に分けた図です。

    長さは、行数と列数の平方根に比例します。矢印は、1 回の順伝播と逆伝播で切れ目を通る値です。
    """
    layers = linear_layers(model)
    front, _ = cut_after(model, [0])
    with torch.no_grad():
        crossing = front(torch.zeros(batch, layers[0].in_features)).nbytes
        partial = torch.zeros(batch, layers[1].out_features).nbytes
    fig = Figure(figsize=(9.6, 6.2))
    top, bottom = fig.add_axes((0, 0.5, 1, 0.44)), fig.add_axes((0, 0.02, 1, 0.42))
    places = left_edges(layers)
    for ax in (top, bottom):
        ax.set(xlim=(-4, places[-1] + math.sqrt(layers[-1].in_features) + 6), ylim=(-14, 12))
        ax.set_aspect("equal")
        ax.axis("off")

    top.set_title(f"層で切る: fc1 のあとに切れ目（{batch} 件を通す場合）")
    for number, (layer, x) in enumerate(zip(layers, places, strict=True)):
        matrix(top, x, layer, number, [("A" if number == 0 else "B", 1, 1)])
    middle = places[1] - GAP / 2
    top.plot([middle, middle], [-11, 11], color="black", linestyle="--", linewidth=1)
    arrow(top, middle - 7, middle + 7, 4, f"順伝播: 出力\n{crossing:,} byte")
    arrow(top, middle + 7, middle - 7, -4, f"逆伝播: 勾配\n{crossing:,} byte")
    arrow(top, places[2] - 13, places[2] - 4, 0, "B の中")

    bottom.set_title("行列の中で切る: fc1 は出力で、fc2 は入力で分ける")
    matrix(bottom, places[0], layers[0], 0, [("A", 1, 0.5), ("B", 1, 0.5)])
    matrix(bottom, places[1], layers[1], 1, [("A", 0.5, 1), ("B", 0.5, 1)])
    matrix(bottom, places[2], layers[2], 2, [("両方", 1, 1)])
    arrow(bottom, middle - 7, middle + 7, 4, "A は A へ\n通信なし")
    arrow(bottom, middle - 7, middle + 7, -4, "B は B へ\n通信なし")
    middle = places[2] - GAP / 2
    arrow(bottom, middle - 7, middle + 7, 0, f"部分の和を交換\n{partial:,} byte ずつ", style="<->")

    shapes = "、".join(f"{layer.out_features}×{layer.in_features}" for layer in layers)
    text = (f"重み {shapes} の 3 層に {batch} 件を通します。fc1 のあとで切ると、順伝播で {crossing:,} byte、"
            f"逆伝播で {crossing:,} byte が切れ目を通ります。行列の中で切ると、"
            f"fc2 のあとで、部分の和 {partial:,} byte ずつを交換します。")
    return fig, text


def left_edges(layers: list[nn.Linear]) -> list[float]:
    """行列の左の端の位置です。"""
    edges, x = [], 0.0
    for layer in layers:
        edges.append(x)
        x += math.sqrt(layer.in_features) + GAP
    return edges


def matrix(
    ax: Axes, x: float, layer: nn.Linear, number: int, pieces: list[tuple[str, float, float]]
) -> None:
    """重みの行列です。pieces は (ワーカー, 横の割合, 縦の割合) で、左か上から順に並べます。"""
    width, height = math.sqrt(layer.in_features), math.sqrt(layer.out_features)
    left, high = x, height / 2
    for worker, across, down in pieces:
        color, hatch = WORKERS[worker]
        wide, tall = width * across, height * down
        ax.add_patch(Rectangle((left, high - tall), wide, tall, facecolor=color, alpha=0.45,
                               edgecolor="black", hatch=hatch))
        ax.add_patch(Rectangle((left, high - tall), wide, tall, fill=False, linewidth=1.5))
        ax.text(left + wide / 2, high - tall / 2, worker, ha="center", va="center", fontsize=12,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})
        left, high = (left + wide, high) if across < 1 else (left, high - tall)
    for step in range(1, 8):
        ax.plot([x + width * step / 8] * 2, [-height / 2, height / 2], color="black", linewidth=0.3)
        ax.plot([x, x + width], [-height / 2 + height * step / 8] * 2, color="black", linewidth=0.3)
    ax.text(x + width / 2, -height / 2 - 1, f"fc{number + 1} の重み\n{layer.out_features}×"
            f"{layer.in_features}", ha="center", va="top", fontsize=10)


def arrow(ax: Axes, start: float, end: float, y: float, words: str, style: str = "->") -> None:
    """横向きの矢印と、その上に書く言葉です。"""
    ax.annotate("", xy=(end, y), xytext=(start, y), arrowprops={"arrowstyle": style, "linewidth": 2})
    ax.text((start + end) / 2, y + 0.6, words, ha="center", va="bottom", fontsize=10,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
