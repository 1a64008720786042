"""切れ目の位置を選ぶ図と、別々に学習した部品をつなぐ図です。どの関数も (Figure, 文) を返します。"""

from collections.abc import Callable
from statistics import mean

from matplotlib.figure import Figure

from lessons.model_parallel.separate_training import TOGETHER, Joined
from lessons.plots import BLUE, GREEN, GREY, ORANGE

LARGEST_BATCH = 1024


def where_to_cut(
    widths: list[int], cut: int, batch: int, traffic: Callable[[list[int], list[int], int, int], int]
) -> tuple[Figure, str]:
    """切れ目を変えたときの、2 つのワーカーが持つ値と、切れ目を通るデータです。

    widths:  入力と各層の出力の個数
    cut:     切れ目の直前の層の番号 (0 から)
    traffic: cut_traffic と同じ引数の関数。値は float32 です。
    """
    layers = len(widths) - 1
    values = [(widths[k] + 1) * widths[k + 1] for k in range(layers)]
    held = [4 * sum(values[: cut + 1]) / 1000, 4 * sum(values[cut + 1 :]) / 1000]
    crossing = [traffic(widths[1:], [k], batch, 4) for k in range(layers - 1)]
    fig = Figure(figsize=(9.6, 2.9))
    left = fig.add_axes((0.11, 0.21, 0.36, 0.66))
    right = fig.add_axes((0.60, 0.21, 0.37, 0.66))
    bars = left.barh(["ワーカー A", "ワーカー B"], held, color=(BLUE, ORANGE), edgecolor="black")
    bars[1].set_hatch("///")
    left.bar_label(bars, fmt="{:,.1f} kB", padding=3)
    left.invert_yaxis()
    left.set(xlim=(0, 1.3 * sum(held)), xlabel="重みとバイアス (kB)", ylabel="持ち主",
             title="どちらのワーカーが持つか")
    names = [f"fc{k + 1} のあと" for k in range(layers - 1)]
    bars = right.barh(names, [size / 1e6 for size in crossing], color=GREY, edgecolor="black", alpha=0.4)
    bars[cut].set(facecolor=GREEN, alpha=1, hatch="..")
    right.bar_label(bars, [f"{size:,} byte" for size in crossing], padding=3)
    right.invert_yaxis()
    most = max(traffic(widths[1:], [k], LARGEST_BATCH, 4) for k in range(layers - 1))
    right.set(xlim=(0, 1.6 * most / 1e6), xlabel="1 回の更新で切れ目を通るデータ (MB)", ylabel="切れ目",
              title=f"{batch} 件での通信")
    text = (f"{names[cut]}で切ると、A が {held[0]:,.1f} kB、B が {held[1]:,.1f} kB を持ちます。"
            f"{batch} 件の更新では、往復で {crossing[cut]:,} byte が切れ目を通ります。")
    return fig, text


def before_and_after_joining(results: list[dict[str, Joined]]) -> tuple[Figure, str]:
    """部品を別々に学習したときの、つなぐ前と後の正解率です。棒は平均、点は 1 つのシードです。"""
    names = list(results[0])
    fig = Figure(figsize=(9.6, 3.6))
    ax = fig.add_axes((0.07, 0.13, 0.91, 0.72))
    parts = (("front", "前の部品だけ", BLUE, ""), ("back", "後ろの部品だけ", ORANGE, "///"),
             ("whole", "つないだ後", GREEN, ".."))
    for place, (field, label, color, hatch) in enumerate(parts):
        for group, name in enumerate(names):
            if name == TOGETHER and field != "whole":
                continue
            scores = [getattr(result[name], field) for result in results]
            x = group if name == TOGETHER else group + 0.27 * (place - 1)
            ax.bar(x, mean(scores), 0.25, color=color, hatch=hatch, edgecolor="black",
                   label=label if group == 1 else None)
            ax.plot([x] * len(scores), scores, "o", color="black", markersize=4, zorder=3)
            ax.text(x, max(scores) + 2, f"{mean(scores):.1f}", ha="center")
    ax.set(xlim=(-0.45, 2.45), ylim=(0, 105), ylabel="正解率 (%)", xticks=range(len(names)), xticklabels=names)
    ax.tick_params(axis="x", length=0)
    ax.set_xlabel("学習のしかた")
    ax.xaxis.set_label_coords(0.5, -0.09)
    fig.legend(loc="upper center", ncols=3, frameon=False)
    wholes = {name: mean(result[name].whole for result in results) for name in names}
    return fig, "つないだ後の正解率の平均は、" + "、".join(
        f"「{name}」で {score:.1f} %" for name, score in wholes.items()) + " です。"
