"""深い生徒を測った図と、論文の文章から描いた図です。どの関数も (Figure, 文) を返します。"""

import statistics

from matplotlib.figure import Figure

from lessons.distillation.figures.training import LOOKS
from lessons.networks import mean_and_sd
from lessons.plots import BLUE, GREEN, GREY, VERMILION


def what_the_text_says(numbers: dict) -> tuple[Figure, str]:
    """FitNets の論文の図 2 について、4.1 節の文章が述べる数字です。曲線は描きません。"""
    fig = Figure(figsize=(8.4, 3.4))
    left, right = fig.add_axes((0.08, 0.17, 0.4, 0.68)), fig.add_axes((0.6, 0.17, 0.38, 0.68))
    deepest, seven = numbers["deepest"], numbers["seven_layers"]
    bars = left.barh(list(deepest), list(deepest.values()), height=0.55, edgecolor="black",
                     color=(BLUE, VERMILION, GREEN))
    left.bar_label(bars, [f"{layers} 層まで" for layers in deepest.values()], padding=4)
    left.invert_yaxis()
    left.set(xlabel="学習できた最も深い層の数", ylabel="学習方法", xlim=(0, 17), xticks=(0, 5, 10, 15),
             title="掛け算 およそ 3,000 万回")
    names = ("ヒントなし", "ヒントあり")
    for name, value, color, marker in zip(
            names, seven.values(), (GREY, GREEN), ("o", "^"), strict=True):
        right.plot([name], [value], color=color, marker=marker, markersize=9)
        right.annotate(f"{value:g} %", (name, value), (10, 0), textcoords="offset points",
                       va="center")
    right.set(xlabel="7 層の生徒", ylabel="正解率 (%)", ylim=(89, 90.5), xlim=(-0.4, 1.6),
              title="掛け算 およそ 1 億 700 万回")
    reached = "、".join(f"{name} が {layers} 層" for name, layers in deepest.items())
    gains = numbers["eleven_over_five"]
    return fig, (
        f"論文の文章にある数字です。3,000 万回の予算で学習できた最も深い層の数は、{reached}です。"
        f"1 億 700 万回の予算では、7 層の生徒の正解率が、ヒントで {seven['without_hints']:g} % から "
        f"{seven['with_hints']:g} % になりました。"
        f"ヒントを使うと、11 層は 5 層より、それぞれ {gains['30']:g} ポイント、{gains['107']:g} ポイント"
        "高くなりました。点の間は測られていないので、線で結びません。")


def accuracy_against_depth(results: dict[str, dict[int, list[float]]]) -> tuple[Figure, str]:
    """隠れ層の数と正解率です。学習方法ごとの、シードについての平均と標準偏差で、線では結びません。"""
    fig = Figure(figsize=(8.4, 3.8))
    ax = fig.add_axes((0.09, 0.15, 0.88, 0.8))
    depths = sorted({depth for measured in results.values() for depth in measured})
    middle = (len(results) - 1) / 2
    for k, ((name, measured), (color, _, marker)) in enumerate(
            zip(results.items(), LOOKS, strict=False)):
        places = [depths.index(depth) + 0.13 * (k - middle) for depth in measured]
        ax.errorbar(places, list(map(statistics.mean, measured.values())),
                    yerr=list(map(statistics.stdev, measured.values())), color=color,
                    linestyle="none", marker=marker, markersize=8, capsize=4, label=name)
    ax.set(xlabel="隠れ層の数", ylabel="テストの正解率 (%)", ylim=(0, 102),
           xlim=(-0.5, len(depths) - 0.5), xticks=range(len(depths)), xticklabels=depths)
    ax.legend(fontsize=10, loc="lower left")
    text = []
    for depth in depths:
        shown = "、".join(f"{name} {mean_and_sd(measured[depth])} %"
                         for name, measured in results.items() if depth in measured)
        text.append(f"隠れ層が {depth} 個のとき、{shown} です。")
    return fig, "".join(text)


def spread_through_layers(spreads: dict[str, list[float]], told: int) -> tuple[Figure, str]:
    """画像による出力の違いが、層を通るたびにどうなるかです。文は、told 番目の層について述べます。"""
    fig = Figure(figsize=(8.4, 3.4))
    ax = fig.add_axes((0.1, 0.15, 0.87, 0.8))
    for (name, spread), (color, line, marker) in zip(spreads.items(), LOOKS, strict=False):
        ax.plot(range(1, len(spread) + 1), spread, color=color, linestyle=line, marker=marker,
                markevery=3, label=name)
    ax.set(yscale="log", xlabel="層の番号（入力に近い順）", ylabel="出力の標準偏差（対数目盛り）")
    ax.legend(fontsize=10, loc="lower left")
    shown = "、".join(f"{name}では {spread[told - 1] / spread[0]:.2g} 倍"
                     for name, spread in spreads.items())
    return fig, f"{told} 層目に残る違いは、1 層目と比べて、{shown}です。"
