"""はじめの図: 3 つの正解率と、2 つのファイルの大きさです。"""

import statistics

from matplotlib.figure import Figure

from lessons.networks import mean_and_sd
from lessons.plots import BLUE, GREY, ORANGE


def why_distil(
    teacher: float, alone: list[float], helped: list[float], sizes: tuple[int, int]
) -> tuple[Figure, str]:
    """教師と 2 通りの生徒の正解率 (%)、それに、教師と生徒のファイルの大きさ (byte) です。"""
    fig = Figure(figsize=(8.4, 3.2))
    left, right = fig.add_axes((0.21, 0.18, 0.36, 0.79)), fig.add_axes((0.69, 0.18, 0.3, 0.79))
    names = ["教師", "生徒\n（ラベルだけ）", "生徒\n（教師の確率だけ）"]
    means = [teacher, statistics.mean(alone), statistics.mean(helped)]
    spreads = [0, statistics.stdev(alone), statistics.stdev(helped)]
    left.barh(names, means, xerr=spreads, color=[GREY, BLUE, ORANGE], edgecolor="black", capsize=4)
    for row, value in enumerate(means):
        left.text(3, row, f"{value:.1f} %", va="center", color="white" if row < 2 else "black")
    left.set(xlabel="テストの正解率 (%)", ylabel="ネットワーク", xlim=(0, 102), ylim=(2.6, -0.6))
    kilobytes = [size / 1000 for size in sizes]
    right.barh(["教師", "生徒"], kilobytes, color=[GREY, BLUE], edgecolor="black", height=0.5)
    for row, value in enumerate(kilobytes):
        right.text(value + 8, row, f"{value:.1f} kB", va="center")
    right.set(xlabel="ファイルの大きさ (kB)", ylabel="ネットワーク", xlim=(0, 1.4 * kilobytes[0]), ylim=(1.6, -0.6))
    return fig, (
        f"教師の正解率は {teacher:.1f} %、ファイルは {kilobytes[0]:.1f} kB です。"
        f"生徒のファイルは {kilobytes[1]:.1f} kB です。"
        f"生徒の正解率は、ラベルだけでは {mean_and_sd(alone)} %、"
        f"教師の確率だけでは {mean_and_sd(helped)} % です。")
