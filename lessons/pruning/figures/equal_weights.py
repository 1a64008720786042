"""同じ本数の重みを減らす 2 つの方法の、正解率と時間の図です。"""

from statistics import mean

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION
from lessons.pruning.connections_or_neurons import EqualWeightsResult

METHODS = (
    ("結合のプルーニング", "connections_after", BLUE, "o"),
    ("ニューロンのプルーニング", "neurons_after", VERMILION, "s"),
    ("小さいネットワークをはじめから学習", "scratch", GREEN, "^"),
)


def connections_or_neurons(
    results: dict[int, list[EqualWeightsResult]], milliseconds: dict[str, float]
) -> tuple[Figure, str]:
    """左は、減らす割合 (%) ごとに、シードごとの正解率の点です。右は、推論 1 回の時間です。"""
    fig = Figure(figsize=(9.6, 4.2))
    left = fig.add_axes((0.07, 0.14, 0.40, 0.58))
    draw_accuracies(left, results)
    fig.legend(*left.get_legend_handles_labels(), loc="upper left", bbox_to_anchor=(0.06, 1.0),
               fontsize=10, frameon=False)
    right = fig.add_axes((0.69, 0.14, 0.29, 0.58))
    bars = right.barh(list(milliseconds), list(milliseconds.values()),
                      color=(GREY, ORANGE, BLUE, VERMILION), edgecolor="black")
    for bar, hatch in zip(bars, ("", "///", "...", "xx"), strict=True):
        bar.set_hatch(hatch)
    right.bar_label(bars, fmt="%.2f ms", padding=3)
    right.invert_yaxis()
    right.set(xlabel="1,000 枚の推論の時間 (ms)", ylabel="重みの持ち方", title="90 % を減らしたときの時間",
              xlim=(0, 1.35 * max(milliseconds.values())))
    return fig, sentence(results, milliseconds)


def draw_accuracies(ax: Axes, results: dict[int, list[EqualWeightsResult]]) -> None:
    """シードごとの点と、平均を示す短い横線です。"""
    for i, percent in enumerate(results):
        for j, (name, field, colour, marker) in enumerate(METHODS):
            found = [getattr(result, field) for result in results[percent]]
            x = i + 0.25 * (j - 1)
            ax.plot([x] * len(found), found, color=colour, marker=marker, linestyle="none",
                    markerfacecolor="white", label=name if i == 0 else None)
            ax.plot([x - 0.09, x + 0.09], [mean(found)] * 2, color=colour, linewidth=2.5)
    ax.set_xticks(range(len(results)), [f"{percent} %" for percent in results])
    ax.set(xlabel="減らした重みの割合（目標）", ylabel="正解率 (%)",
           xlim=(-0.5, len(results) - 0.5))


def sentence(results: dict[int, list[EqualWeightsResult]], milliseconds: dict[str, float]) -> str:
    """90 % を減らしたときの正解率の平均と、時間です。"""
    at_90 = results[90]
    means = "、".join(f"{name} {mean(getattr(r, field) for r in at_90):.1f} %"
                     for name, field, *_ in METHODS)
    dense = milliseconds["元の密行列"]
    others = [f"{name}は{compared(ms, dense)}" for name, ms in milliseconds.items() if ms != dense]
    return (f"重みの 90 % を減らしたときの正解率の平均は、{means} です。"
            f"推論の時間は、元の密行列と比べて、{'、'.join(others)}です。")


def compared(milliseconds: float, base: float) -> str:
    """時間の比を、速いか遅いかで言い分けます。"""
    if 1 / 1.2 < milliseconds / base < 1.2:
        return "ほぼ同じ"
    if milliseconds < base:
        return f" {base / milliseconds:.1f} 倍の速さ"
    return f" {milliseconds / base:.1f} 倍の時間"
