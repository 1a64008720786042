"""深い生徒の図です。どの関数も (Figure, 文) を返します。"""

import statistics

from matplotlib.figure import Figure

from lessons.distillation.figures.training import LOOKS
from lessons.networks import mean_and_sd


def accuracy_against_depth(results: dict[str, dict[int, list[float]]]) -> tuple[Figure, str]:
    """隠れ層の数と正解率です。学習の方法ごとに、平均と標準偏差を示します。"""
    fig = Figure(figsize=(8.4, 3.8))
    ax = fig.add_axes((0.09, 0.14, 0.88, 0.81))
    depths = sorted({depth for measured in results.values() for depth in measured})
    for (name, measured), (color, line, marker) in zip(results.items(), LOOKS, strict=False):
        ax.errorbar(list(measured), list(map(statistics.mean, measured.values())),
                    yerr=list(map(statistics.stdev, measured.values())), color=color,
                    linestyle=line, marker=marker, capsize=4, label=name)
    ax.set(xlabel="隠れ層の数", ylabel="テストの正解率 (%)", ylim=(0, 102), xticks=depths)
    ax.legend(fontsize=9, loc="lower left")
    deepest = max(depths)
    shown = "、".join(f"{name} {mean_and_sd(measured[deepest])} %"
                     for name, measured in results.items() if deepest in measured)
    return fig, f"隠れ層が {deepest} 個のとき、{shown} です。"


def spread_through_layers(spreads: dict[str, list[float]], layer: int) -> tuple[Figure, str]:
    """学習前のネットワークで、画像による出力の違いが、層を通るたびにどうなるかです。"""
    fig = Figure(figsize=(8.4, 3.4))
    ax = fig.add_axes((0.1, 0.15, 0.87, 0.8))
    for (name, spread), (color, line, marker) in zip(spreads.items(), LOOKS, strict=False):
        ax.plot(range(1, len(spread) + 1), spread, color=color, linestyle=line, marker=marker,
                markevery=3, label=name)
    ax.axvline(layer, color="black", linewidth=1)
    ax.set(yscale="log", xlabel="層の番号（入力に近い順）", xlim=(0.5, max(map(len, spreads.values())) + 0.5), ylabel="出力の標準偏差（対数目盛り）")
    ax.legend(fontsize=9)
    shown = "、".join(f"{name}は {spread[layer - 1] / spread[0]:.2g} 倍"
                     for name, spread in spreads.items())
    return fig, f"{layer} 層目の違いは、1 層目と比べて、{shown}です。"
