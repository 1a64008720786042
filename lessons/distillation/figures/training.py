"""学習の比較の図です。どの関数も (Figure, 文) を返します。"""

import statistics

from matplotlib.figure import Figure

from lessons.networks import mean_and_sd
from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION

LOOKS = [(BLUE, "-", "o"), (VERMILION, "--", "s"), (GREEN, ":", "^"), (ORANGE, "-.", "D"),
         (GREY, "-", "x")]


def means_with_spread(
    groups: dict[str, dict[str, list[float]]], lowest: float = 0.0
) -> tuple[Figure, str]:
    """学習方法ごとの正解率です。点はシードについての平均、縦線は標準偏差です。最初の方法が、比べる相手です。"""
    fig = Figure(figsize=(8.4, 3.4))
    text, gap = [], 0.085
    width = (0.9 + gap) / len(groups) - gap
    for i, (title, results) in enumerate(groups.items()):
        ax = fig.add_axes((0.085 + i * (width + gap), 0.16, width, 0.74))
        for j, (name, values) in enumerate(results.items()):
            color, marker = (VERMILION, "o") if j else (BLUE, "s")
            ax.errorbar([name], [statistics.mean(values)], yerr=[statistics.stdev(values)],
                        capsize=5, color=color, marker=marker, markersize=7)
        first = next(iter(results))
        ax.axhline(statistics.mean(results[first]), color=BLUE, linestyle=":", label=f"{first}の平均")
        ax.set(ylabel="テストの正解率 (%)", xlabel="学習方法", title=title, ylim=(lowest, 102))
        ax.margins(x=0.12)
        ax.tick_params("x", labelsize=9)
        if lowest:
            ax.text(0.02, 0.02, f"縦軸は {lowest:g} % から", transform=ax.transAxes, fontsize=9)
        shown = "、".join(f"{name} {mean_and_sd(v)} %" for name, v in results.items())
        text.append(f"{title}では、{shown} です。")
    fig.axes[0].legend(fontsize=9, loc="lower right")
    return fig, "".join(text)


def accuracy_over_updates(curves: dict[str, dict[int, list[float]]]) -> tuple[Figure, str]:
    """更新回数と、シードについて平均した正解率です。横軸は対数です。点が、測ったところです。"""
    fig = Figure(figsize=(8.4, 3.4))
    ax = fig.add_axes((0.09, 0.15, 0.89, 0.82))
    text = []
    for (name, curve), (color, line, marker) in zip(curves.items(), LOOKS, strict=False):
        means = {updates: statistics.mean(values) for updates, values in curve.items()}
        ax.plot(list(means), list(means.values()), color=color, linestyle=line, marker=marker,
                label=name)
        first, last = list(means)[0], list(means)[-1]
        text.append(f"{name}では、{first} 回で {means[first]:.1f} %、{last} 回で {means[last]:.1f} % です。")
    updates = list(next(iter(curves.values())))
    ax.set(xscale="log", xlabel="更新回数（対数目盛り）", ylabel="テストの正解率 (%)", ylim=(0, 102),
           xticks=updates, xticklabels=map(str, updates))
    ax.minorticks_off()
    ax.legend(fontsize=9, loc="lower right")
    return fig, "".join(text)


def teacher_that_moves(
    histories: dict[str, list[tuple[int, float, float, float]]]
) -> tuple[Figure, str]:
    """教師を固定した学習と固定しない学習の、損失と正解率です。"""
    fig = Figure(figsize=(8.4, 3.4))
    left = fig.add_axes((0.1, 0.16, 0.36, 0.74))
    right = fig.add_axes((0.58, 0.16, 0.4, 0.74))
    text = []
    for (name, history), (color, line, _) in zip(histories.items(), LOOKS, strict=False):
        steps, losses, student, teacher = zip(*history, strict=True)
        left.plot(steps, losses, color=color, linestyle=line, marker="o", label=name)
        right.plot(steps, student, color=color, linestyle=line, marker="o", label=f"{name}: 生徒")
        right.plot(steps, teacher, color=color, linestyle=line, marker="s", markerfacecolor="white",
                   label=f"{name}: 教師")
        text.append(f"{name}と、損失は {losses[-1]:.2g} に、正解率は生徒が {student[-1]:.1f} %、"
                    f"教師が {teacher[-1]:.1f} % になります。")
    left.set(yscale="log", xlabel="更新回数", ylabel="ソフトターゲットの損失（対数目盛り）")
    right.set(xlabel="更新回数", ylabel="テストの正解率 (%)", ylim=(0, 102))
    left.legend(fontsize=9)
    right.legend(fontsize=8, loc="center right")
    return fig, "".join(text)
