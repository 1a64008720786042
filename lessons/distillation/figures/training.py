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
    """学び方ごとの正解率です。点は種についての平均、縦線は標準偏差です。最初の学び方が比べる相手です。"""
    fig = Figure(figsize=(8.4, 3.4))
    text = []
    for i, (title, results) in enumerate(groups.items()):
        ax = fig.add_axes((0.09 + i * 0.92 / len(groups), 0.16, 0.9 / len(groups) - 0.08, 0.72))
        for j, (name, values) in enumerate(results.items()):
            color, marker = (VERMILION, "o") if j else (BLUE, "s")
            ax.errorbar([name], [statistics.mean(values)], yerr=[statistics.stdev(values)],
                        capsize=5, color=color, marker=marker, markersize=7)
        ax.axhline(statistics.mean(next(iter(results.values()))), color=BLUE, linestyle=":")
        ax.set(ylabel="テストの正解率 (%)", xlabel="生徒の学び方", title=title, ylim=(lowest, 102))
        ax.margins(x=0.12)
        ax.tick_params("x", labelsize=9)
        shown = "、".join(f"{name} {mean_and_sd(v)} %" for name, v in results.items())
        text.append(f"{title}では、{shown} です。")
    return fig, "".join(text)


def accuracy_over_steps(curves: dict[str, dict[int, float]]) -> tuple[Figure, str]:
    """歩数と正解率です。横軸は対数です。"""
    fig = Figure(figsize=(8.4, 3.4))
    ax = fig.add_axes((0.09, 0.15, 0.88, 0.8))
    for (name, curve), (color, line, marker) in zip(curves.items(), LOOKS, strict=False):
        ax.plot(list(curve), list(curve.values()), color=color, linestyle=line, marker=marker,
                label=name)
    steps = list(next(iter(curves.values())))
    ax.set(xscale="log", xlabel="学習の歩数（対数目盛り）", ylabel="テストの正解率 (%)", ylim=(0, 100),
           xticks=steps, xticklabels=map(str, steps))
    ax.minorticks_off()
    ax.legend(fontsize=9)
    first, last = steps[0], steps[-1]
    shown = "、".join(f"{name}は {curve[first]:.1f} % から {curve[last]:.1f} %"
                      for name, curve in curves.items())
    return fig, f"{first} 歩から {last} 歩までに、{shown} になります。"


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
        left.plot(steps, losses, color=color, linestyle=line, label=name)
        right.plot(steps, student, color=color, linestyle=line, marker="o", label=f"{name}: 生徒")
        right.plot(steps, teacher, color=color, linestyle=line, marker="s", markerfacecolor="white",
                   label=f"{name}: 教師")
        text.append(f"{name}と、損失は {losses[-1]:.2g} に、正解率は生徒が {student[-1]:.1f} %、"
                    f"教師が {teacher[-1]:.1f} % になります。")
    left.set(yscale="log", xlabel="学習の歩数", ylabel="やわらかい損失（対数目盛り）")
    right.set(xlabel="学習の歩数", ylabel="テストの正解率 (%)", ylim=(0, 102))
    left.legend(fontsize=9)
    right.legend(fontsize=8, loc="center right")
    return fig, "".join(text)
