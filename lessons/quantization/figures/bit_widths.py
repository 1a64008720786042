"""学習したネットワークを少ないビット数で表した結果の図です。どの関数も (Figure, 文) を返します。"""

from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION, puzzle_verdict
from lessons.quantization.bit_budget import accuracy_with_bits, packed_bytes
from lessons.quantization.bit_widths import BitWidthResult


def bits_and_accuracy(
    uniform: list[BitWidthResult], powers: list[BitWidthResult], retrained: dict[int, float]
) -> tuple[Figure, str]:
    """重みのビット数と正解率です。再学習しない等間隔と 2 の累乗、再学習した等間隔を比べます。"""
    fig = Figure(figsize=(8.4, 3.8))
    ax = fig.add_axes((0.09, 0.14, 0.56, 0.8))
    for results, color, line, marker, label in (
            (uniform, BLUE, "-", "o", "等間隔（学習後に丸めるだけ）"),
            (powers, VERMILION, "--", "s", "2 の累乗（学習後に丸めるだけ）")):
        ax.plot([r.bits for r in results], [r.accuracy for r in results], color=color,
                linestyle=line, marker=marker, label=label)
    ax.plot(list(retrained), list(retrained.values()), color=GREEN, linestyle=":", marker="^",
            label="等間隔（丸めたまま再学習）")
    bits = sorted({r.bits for r in uniform})
    ax.set(xscale="log", xticks=bits, xticklabels=[str(b) for b in bits],
           xlabel="重み 1 つのビット数（対数目盛り）", ylabel="テストの正解率 (%)", ylim=(0, 100))
    ax.minorticks_off()
    ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize=9)
    shown = "、".join(f"{r.bits} bit {r.accuracy:.1f} %" for r in uniform)
    again = "、".join(f"{b} bit {a:.1f} %" for b, a in retrained.items())
    text = f"等間隔に丸めるだけの正解率は、{shown} です。丸めたまま再学習すると、{again} です。"
    return fig, text


def levels_on_weights(
    weight: Tensor, rounded: Callable[[Tensor, int], Tensor], name: str, bits: int
) -> tuple[Figure, str]:
    """重みの分布に、丸めたあとに使う値を縦線で重ねます。"""
    approximate = rounded(weight, bits)
    levels = approximate.unique()
    error = float((approximate - weight).square().mean().sqrt() / weight.square().mean().sqrt())
    fig = Figure(figsize=(8.4, 3.6))
    ax = fig.add_axes((0.1, 0.15, 0.87, 0.77))
    largest = float(weight.abs().max())
    counts, edges = np.histogram(weight.flatten().numpy(), bins=120, range=(-largest, largest))
    ax.stairs(counts, edges, fill=True, color=GREY, alpha=0.6, label="学習した重み")
    ax.vlines(levels.numpy(), 0, max(counts), color=VERMILION, linewidth=1.2,
              label=f"使う値 {len(levels)} 個")
    ax.set(xlabel="重み", ylabel="個数", title=f"{name} {bits} bit")
    ax.legend(fontsize=9, loc="upper right")
    text = (f"{name} {bits} bit では、{len(levels)} 個の値を使います。"
            f"重みの誤差は、重みの大きさの {100 * error:.1f} % です。")
    return fig, text


def milliseconds_of_formats(milliseconds: dict[str, float], title: str) -> tuple[Figure, str]:
    """型ごとの時間を、float32 の時間との比とともに棒で並べます。"""
    single = milliseconds["float32"]
    fig = Figure(figsize=(8.4, 3.2))
    ax = fig.add_axes((0.24, 0.17, 0.73, 0.71))
    colors = [BLUE if name == "float32" else ORANGE for name in milliseconds]
    bars = ax.barh(list(milliseconds), list(milliseconds.values()), color=colors, edgecolor="black")
    labels = [f"{ms:.3g} ms（float32 の {single / ms:.2g} 倍の速さ）" for ms in milliseconds.values()]
    ax.bar_label(bars, labels, padding=3, fontsize=9)
    ax.invert_yaxis()
    ax.set(xlabel="時間 (ms)", ylabel="型と計算のしかた", xlim=(0, 1.9 * max(milliseconds.values())), title=title)
    return fig, "、".join(f"{name} {ms:.3g} ms" for name, ms in milliseconds.items()) + " です。"


def bits_puzzle(
    weights: list[Tensor], x: Tensor, y: Tensor, bits: list[int], budget: int, target: float
) -> tuple[Figure, str]:
    """層ごとのビット数を決めたときの、大きさと正解率です。予算と目標を線で示します。"""
    size, measured = packed_bytes(weights, bits), accuracy_with_bits(weights, bits, x, y)
    fig = Figure(figsize=(8.4, 3.4))
    left = fig.add_axes((0.09, 0.16, 0.5, 0.74))
    right = fig.add_axes((0.72, 0.16, 0.26, 0.74))
    bottom = 0.0
    for layer, (weight, b, hatch, color) in enumerate(
            zip(weights, bits, ("", "//", ".."), (BLUE, ORANGE, GREEN), strict=True), 1):
        share = packed_bytes([weight], [b])
        left.barh(["大きさ"], [share], left=[bottom], color=color, hatch=hatch, edgecolor="black",
                  label=f"FC {layer}: {weight.numel():,} 個 × {b} bit")
        bottom += share
    left.axvline(budget, color=VERMILION, linestyle="--", linewidth=2, label=f"予算 {budget:,} byte")
    left.set(xlabel="大きさ (byte)", xlim=(0, packed_bytes(weights, [8] * len(weights))), ylim=(-1, 2),
             yticks=[])
    left.legend(fontsize=9, loc="upper right")
    right.bar(["正解率"], [measured], color=BLUE, edgecolor="black", width=0.5)
    right.axhline(target, color=VERMILION, linestyle="--", linewidth=2)
    right.set(ylabel="正解率 (%)", ylim=(0, 100), xlim=(-0.6, 0.6),
              title=f"{measured:.1f} %（目標 {target:.1f} %）")
    right.title.set_fontsize(10)
    verdict = puzzle_verdict(fits=size <= budget, good=measured >= target)
    text = (f"ビット数 {bits} の大きさは {size:,} byte、正解率は {measured:.1f} % です。{verdict}")
    return fig, text
