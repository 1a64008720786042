"""層の並びを 4 つのワーカーに分けるパズルの図です。(Figure, 文) を返し、軸の範囲は変わりません。"""

from matplotlib.figure import Figure

from lessons.model_parallel.layer_costs import FLOAT_BYTES, gflops, grouped, totals, vgg16
from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION

BATCH = 64
HATCHES = ("", "///", "..", "xx")
COLORS = (BLUE, ORANGE, GREEN, GREY)


def partition_puzzle(cuts: tuple[int, int, int], target: float) -> tuple[Figure, str]:
    """VGG-16 の 16 層を、cuts の各番号のあとで切ったときの、4 つのワーカーの計算と重みです。

    cuts:   切る直前の層の番号 (1 から)。小さい順に並べ替えて使います。
    target: 最も忙しいワーカーの計算の、目標 (GFLOP)。これ以下なら達成です。
    """
    costs, layers = gflops(BATCH), vgg16(BATCH)
    groups = grouped(len(costs), list(cuts))
    work = totals(costs, groups)
    megabytes = totals([FLOAT_BYTES * cost.weights / 1e6 for cost in layers.values()], groups)
    busiest = max(work)
    reached = busiest <= target * (1 + 1e-9)

    fig = Figure(figsize=(9.6, 4.9))
    top = fig.add_axes((0.09, 0.60, 0.89, 0.31))
    left = fig.add_axes((0.13, 0.11, 0.42, 0.33))
    right = fig.add_axes((0.66, 0.11, 0.32, 0.33))
    owner = {i: worker for worker, group in enumerate(groups) for i in group}
    for i, cost in enumerate(costs):
        top.bar(i + 1, cost, 0.85, color=COLORS[owner[i]], hatch=HATCHES[owner[i]], edgecolor="black")
    for cut in cuts:
        top.axvline(cut + 0.5, color="black", linestyle="--", linewidth=1.5)
    top.set(xticks=range(1, len(costs) + 1), xlim=(0.4, len(costs) + 0.6), ylim=(0, 260),
            xlabel="層の番号（13 までが畳み込み、14 からが全結合）", ylabel="GFLOP",
            title=f"VGG-16 の層ごとの計算（{BATCH} 件の順伝播）と、3 つの切れ目")

    names = [f"ワーカー {number}" for number in range(4)]
    for ax, values, unit in ((left, work, "%.0f"), (right, megabytes, "%.1f")):
        bars = ax.barh(names, values, color=COLORS, edgecolor="black")
        for bar, hatch in zip(bars, HATCHES, strict=True):
            bar.set_hatch(hatch)
        ax.bar_label(bars, fmt=unit, padding=3)
        ax.invert_yaxis()
        ax.set_ylabel("持ち主")
    left.axvline(target, color=VERMILION, linestyle="--", linewidth=2)
    left.set(xlim=(0, 2200), xlabel="計算 (GFLOP)、赤い破線は目標",
             title=f"{'達成' if reached else 'まだ'}: 最大 {busiest:.0f}、目標 {target:.0f}")
    right.set(xlim=(0, 700), xlabel="重み (MB)", title="同じ分け方での重み")
    text = (f"4 つのワーカーの計算は、{'、'.join(f'{flop:.0f}' for flop in work)} GFLOP です。"
            f"最も忙しいワーカーは {busiest:.0f} GFLOP で、")
    text += ("目標に届きました。" if reached else
             f"目標の {target:.0f} GFLOP より {100 * (busiest / target - 1):.0f} % 多く、まだ縮められます。")
    return fig, text
