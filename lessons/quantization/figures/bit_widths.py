"""学習したネットワークを少ないビット数で表した結果の図です。どの関数も (Figure, 文) を返します。"""

import functools

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION, puzzle_verdict
from lessons.quantization.bit_budget import accuracy_with_bits, packed_bytes
from lessons.quantization.bit_widths import BitWidthResult
from lessons.quantization.speed_told import compared
from lessons.still import StillFigure

LAYER_LOOKS = tuple({"facecolor": c, "hatch": h} for c, h in ((BLUE, ""), (ORANGE, "//"), (GREEN, "..")))
COLUMNS = ("64", "32", "bf16", "fp16", "8", "6", "5", "4", "3", "2", "1")


def size_and_accuracy(
    results: list[BitWidthResult], memory: int, computer: str
) -> tuple[Figure, str]:
    """重みの大きさと正解率を、同じ行に並べます。memory (byte) は、小さな計算機 computer のメモリです。"""
    names = [r.name for r in results]
    fig = Figure(figsize=(8.8, 3.4))
    left = fig.add_axes((0.13, 0.16, 0.47, 0.7))
    right = fig.add_axes((0.65, 0.16, 0.32, 0.7))
    bars = left.barh(names, [r.bytes / 1000 for r in results], color=BLUE, edgecolor="black")
    left.bar_label(bars, [f"{r.bytes / 1000:,.0f} kB" for r in results], padding=3,
                   bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
    left.axvline(memory / 1000, color=VERMILION, linestyle="--", zorder=0)
    left.set(xlabel="重みの大きさ (kB)", ylabel="重みの形式", xlim=(0, 1.22 * results[0].bytes / 1000),
             title=f"破線: {computer} のメモリ {memory / 1000:.0f} kB")
    left.invert_yaxis()
    right.hlines(range(len(results)), 0, 100, color=GREY, linewidth=0.5)
    right.plot([r.accuracy for r in results], range(len(results)), color=ORANGE, marker="o",
               markersize=9, markeredgecolor="black", linestyle="none")
    for y, r in enumerate(results):
        right.text(r.accuracy + (-4 if r.accuracy > 50 else 4), y, f"{r.accuracy:.1f} %",
                   ha="right" if r.accuracy > 50 else "left", va="bottom")
    right.set(xlabel="テストの正解率 (%)", xlim=(0, 100), yticks=[], ylim=left.get_ylim(),
              title="丸めるだけで、学習し直さない")
    for ax in (left, right):
        ax.title.set_fontsize(10.5)
    shown = "、".join(f"{r.name} は {r.bytes / 1000:,.0f} kB で {r.accuracy:.1f} %" for r in results)
    return fig, f"重みの大きさと正解率は、{shown} です。"


def bits_and_accuracy(
    rounded: list[BitWidthResult], powers: list[BitWidthResult], retrained: dict[int, list[float]]
) -> tuple[Figure, str]:
    """重みのビット数と正解率です。測った点だけを描きます。

    rounded、powers: 学習後に丸めた結果。retrained: ビット数ごとの、再学習した正解率 (シードごと)
    """
    fig = Figure(figsize=(8.8, 4.0))
    ax = fig.add_axes((0.08, 0.13, 0.58, 0.84))

    def place(result: BitWidthResult) -> int:
        return COLUMNS.index({"bfloat16": "bf16", "float16": "fp16"}.get(result.name, str(result.bits)))

    groups = (
        ([r for r in rounded if r.name.startswith("float") or r.name == "bfloat16"], 0, GREY, "D",
         "浮動小数点の形式"),
        ([r for r in rounded if r.name.startswith("対称")], 0, BLUE, "o", "対称量子化（丸めるだけ）"),
        ([r for r in rounded if r.name.startswith("±α")], 0, ORANGE, "*", "±α（丸めるだけ）"),
        (powers, 0.2, VERMILION, "s", "2 の累乗（丸めるだけ）"),
    )
    for results, offset, color, marker, label in groups:
        ax.plot([place(r) + offset for r in results], [r.accuracy for r in results], color=color,
                marker=marker, markersize=13 if marker == "*" else 8, linestyle="none",
                markeredgecolor="black", label=label)
    again = [(COLUMNS.index(str(b)) - 0.2, a) for b, values in retrained.items() for a in values]
    ax.plot(*zip(*again, strict=True), color=GREEN, marker="^", markersize=8, linestyle="none",
            markerfacecolor="none", markeredgewidth=1.6, label="丸めたまま再学習\n（シードごとに 1 点）")
    ax.set(xticks=range(len(COLUMNS)), xticklabels=COLUMNS, xlim=(-0.6, len(COLUMNS) - 0.4),
           xlabel="重み 1 つのビット数（bf16、fp16 は 16 bit）", ylabel="テストの正解率 (%)", ylim=(0, 100))
    ax.grid(axis="y", alpha=0.3)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=10, labelspacing=1)
    shown = "、".join(f"{r.name} で {r.accuracy:.1f} %" for r in rounded[-4:])
    spread = "、".join(f"{b} bit で {min(a):.1f} 〜 {max(a):.1f} %" for b, a in retrained.items())
    return fig, f"丸めるだけの正解率は、{shown} です。丸めたまま再学習すると、{spread} です。"


def milliseconds_of_formats(milliseconds: dict[str, float], title: str) -> tuple[Figure, str]:
    """型ごとの時間を、float32 の時間との比とともに棒で並べます。"""
    single = milliseconds["float32"]
    fig = Figure(figsize=(8.8, 3.4))
    ax = fig.add_axes((0.27, 0.16, 0.71, 0.73))
    colors = [BLUE if "float32" in name else ORANGE for name in milliseconds]
    bars = ax.barh(list(milliseconds), list(milliseconds.values()), color=colors, edgecolor="black")
    labels = [f"{ms:.3g} ms" + ("" if name == "float32" else f"（{compared(ms, single)}）")
              for name, ms in milliseconds.items()]
    ax.bar_label(bars, labels, padding=3)
    ax.invert_yaxis()
    ax.set(xlabel="時間 (ms)", ylabel="型と計算のしかた", xlim=(0, 1.75 * max(milliseconds.values())), title=title)
    return fig, "時間は、" + "、".join(f"{name} {ms:.3g} ms" for name, ms in milliseconds.items()) + " です。"


def bits_puzzle(
    weights: list[Tensor], x: Tensor, y: Tensor, bits: list[int], budget: int, target: float
) -> tuple[Figure, str]:
    """層ごとのビット数を決めたときの、大きさと正解率です。予算と目標を線で示します。"""
    size, measured = packed_bytes(weights, bits), accuracy_with_bits(weights, bits, x, y)
    fig = puzzle_frame(packed_bytes(weights, [8] * len(weights)), budget).begin()
    left, right = fig.axes
    bottom = 0
    for layer, (weight, b, look) in enumerate(zip(weights, bits, LAYER_LOOKS, strict=True), 1):
        share = packed_bytes([weight], [b])
        left.barh([0], [share], left=[bottom], edgecolor="black", **look)
        name = f"FC {layer}: {weight.numel():,} 個 × {b} bit"
        left.text(0.98, 0.95 - 0.09 * layer, name, ha="right", transform=left.transAxes, fontsize=9)
        bottom += share
    left.vlines(budget, -1, 2, color=VERMILION, linestyle="--", linewidth=2)
    right.plot([0], [measured - target], color=BLUE, marker="o", markersize=13, markeredgecolor="black")
    right.set_title(f"正解率 {measured:.2f} %（目標 {target:.2f} %）", fontsize=10)
    verdict = puzzle_verdict(fits=size <= budget, good=measured >= target)
    text = (f"ビット数 {bits} の大きさは {size:,} byte、正解率は {measured:.2f} % です。{verdict}")
    return fig, text


@functools.lru_cache(maxsize=4)
def puzzle_frame(largest: int, budget: int) -> StillFigure:
    """動かない部分: 8 bit のときの大きさ largest (byte) までの軸と、予算、目標との差の軸です。"""
    fig = StillFigure(8.4, 3.4)
    left = fig.add_axes((0.09, 0.16, 0.5, 0.74))
    right = fig.add_axes((0.74, 0.16, 0.23, 0.74))
    left.set(xlabel="大きさ (byte)", xlim=(0, largest), ylim=(-1, 2), yticks=[])
    left.text(0.98, 0.95, f"破線: 予算 {budget:,} byte", ha="right", transform=left.transAxes,
              fontsize=9, color=VERMILION)
    for row, look in enumerate(LAYER_LOOKS, 1):
        left.add_patch(Rectangle((0.61, 0.945 - 0.09 * row), 0.05, 0.05, edgecolor="black",
                                 transform=left.transAxes, **look))
    right.axhline(0, color=VERMILION, linestyle="--", linewidth=2)
    right.set_yscale("symlog", linthresh=1)
    right.set(ylabel="目標との差（ポイント）", ylim=(-100, 10), xlim=(-1, 1), xticks=[])
    right.set_yticks([-100, -10, -1, 0, 1, 10], ["−100", "−10", "−1", "0", "1", "10"])
    return fig.freeze()
