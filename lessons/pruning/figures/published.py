"""公表された表と、この節で測った値を並べる表と図です。"""

import numpy as np
from matplotlib.figure import Figure

from lessons.data import CaffeNetRow
from lessons.plots import BLUE, GREEN, ORANGE, VERMILION
from lessons.pruning.masks import gaussian_pruned_percent
from lessons.pruning.network import PruningResult
from lessons.pruning.published import Total

Table = tuple[list[str], list[list[str]]]
LAYERS = (("FC 1", "fc1", BLUE, "o"), ("FC 2", "fc2", ORANGE, "s"), ("FC 3", "fc3", GREEN, "^"))


def published_table(published: list[CaffeNetRow], totals: list[Total]) -> Table:
    """公表された表と、層ごとの割合から計算し直した全体の割合です。"""
    headers = ["α", "FC 1", "FC 2", "FC 3", "全結合層全体", "正解率", "結合を数えた全体", "3 層の平均"]
    rows = [
        [f"{p.alpha:.1f}", *(f"{v:.2f}" for v in (p.fc1, p.fc2, p.fc3, p.total, p.accuracy)),
         f"{t.counted:.2f}", f"{t.mean:.2f}"]
        for p, t in zip(published, totals, strict=True)
    ]
    return headers, rows


def published_beside_measured(
    published: list[CaffeNetRow], measured: list[PruningResult]
) -> tuple[Figure, str]:
    """左は、α ごとに残した割合（対数目盛り）です。右は、残した割合と正解率です。"""
    fig = Figure(figsize=(9.6, 4.8))
    left = fig.add_axes((0.08, 0.12, 0.39, 0.62))
    right = fig.add_axes((0.57, 0.12, 0.40, 0.62))
    for i, (name, field, color, marker) in enumerate(LAYERS):
        left.plot([row.alpha for row in published], [100 - getattr(row, field) for row in published],
                  color=color, marker=marker, linestyle="none", label=f"{name} 公表")
        left.plot([r.alpha for r in measured], [100 - r.layer_percent[i] for r in measured],
                  color=color, marker=marker, linestyle="none", markerfacecolor="white",
                  label=f"{name} 測定")
    alphas = np.linspace(0.4, 2.7, 60)
    left.plot(alphas, [100 - gaussian_pruned_percent(a) for a in alphas], color="black",
              label="正規分布（式 (2)）")
    left.set(xlabel="しきい値の倍率 α", ylabel="残した結合の割合 (%)", yscale="log",
             title="層ごとに残した割合")
    right.plot([100 - row.total for row in published], [row.accuracy for row in published],
               color=BLUE, marker="o", linestyle="none", label="公表（CaffeNet、Oxford 102）")
    right.plot([100 - r.total_percent for r in measured], [r.accuracy_after for r in measured],
               color=VERMILION, marker="D", linestyle="none", markerfacecolor="white",
               label="測定（784-300-100-10、Fashion-MNIST）")
    right.set(xlabel="全体で残した結合の割合 (%)", ylabel="正解率 (%)", xscale="log",
              title="残した割合と正解率")
    for ax, axes in ((left, "y"), (right, "x")):
        getattr(ax, f"{axes}axis").set_major_formatter("{x:g}")
    fig.legend(*left.get_legend_handles_labels(), loc="upper left", ncols=2, fontsize=9.5,
               bbox_to_anchor=(0.05, 1.0), frameon=False)
    fig.legend(*right.get_legend_handles_labels(), loc="upper left", fontsize=9.5,
               bbox_to_anchor=(0.56, 1.0), frameon=False)
    row = next(p for p in published if p.alpha == 1.0)
    ours = next(r for r in measured if r.alpha == 1.0)
    text = (f"α = 1.0 で残したのは、公表された表では {100 - row.total:.1f} %、測定では "
            f"{100 - ours.total_percent:.1f} %、正規分布では {100 - gaussian_pruned_percent(1.0):.1f} % です。")
    return fig, text
