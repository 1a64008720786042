"""2 つのプロセスで測った通信と、更新 1 回の時間の図です。(Figure, 文) を返します。"""

import numpy as np
from matplotlib.figure import Figure

from lessons.model_parallel.two_process_times import ONE_WAY_BYTES, Times
from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION


def loopback_and_steps(loopback: dict[str, list], times: Times) -> tuple[Figure, str]:
    """左は往復で測った片道の時間、右は更新 1 回の時間の見積もりと測定です。"""
    fig = Figure(figsize=(8.2, 3.9))
    left = fig.add_axes((0.09, 0.16, 0.36, 0.73))
    right = fig.add_axes((0.72, 0.16, 0.26, 0.73))
    sizes = np.geomspace(loopback["bytes"][0], loopback["bytes"][-1], 60)
    left.plot(sizes, 1000 * (times.latency + sizes / times.bandwidth), color=GREY, linestyle="--",
              label="待ち時間 + 大きさ / 速さ")
    left.plot(loopback["bytes"], [1000 * s for s in loopback["seconds"]], color=BLUE, marker="o",
              linestyle="none", label="測った時間")
    left.axvline(ONE_WAY_BYTES, color=VERMILION, linestyle=":", label="学習で片道に通る大きさ")
    left.set(xscale="log", yscale="log", ylim=(0.01, 100), xlabel="送る大きさ (byte)", ylabel="片道の時間 (ms)",
             title="プロセスの間の通信")
    left.legend(fontsize=9)
    names = ("1 つのプロセス（測定）", "式 (3) の見積もり\n（同時に計算）",
             "式 (7) の見積もり\n（交代で計算）", "2 つのプロセス（測定）")
    values = [1000 * s for s in (times.alone, times.together, times.in_turns, times.measured)]
    bars = right.barh(names, values, color=(GREY, ORANGE, GREEN, BLUE), edgecolor="black")
    for bar, hatch in zip(bars, ("", "///", "...", "xx"), strict=True):
        bar.set_hatch(hatch)
    right.bar_label(bars, fmt="%.2f ms", padding=3)
    right.invert_yaxis()
    right.set(xlabel="更新 1 回の時間 (ms)", ylabel="方法", title="更新 1 回の時間",
              xlim=(0, 1.45 * max(values)))
    right.yaxis.label.set_visible(False)
    text = (f"待ち時間は {1e6 * times.latency:.0f} µs、通信の速さは {times.bandwidth / 1e6:,.0f} MB/s です。"
            f"更新 1 回は、1 つのプロセスで {values[0]:.2f} ms、2 つのプロセスで {values[3]:.2f} ms です。"
            f"見積もりは、同時に計算すると {values[1]:.2f} ms、交代で計算すると {values[2]:.2f} ms です。")
    return fig, text
