"""しきい値で切れる重みの図です。"""

import functools
import math

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from torch import Tensor

from lessons.plots import BLUE, GREEN, ORANGE, VERMILION
from lessons.pruning.masks import gaussian_pruned_percent, pruned_percent, threshold_mask
from lessons.still import StillFigure

EDGE = 4  # 軸の端。σ の倍数
KEPT = {"fill": True, "color": BLUE, "alpha": 0.75}
CUT = {"fill": True, "facecolor": ORANGE, "edgecolor": "black", "hatch": "///", "linewidth": 0}
BEFORE = {"color": GREEN, "linewidth": 1.5}
NORMAL = {"color": "black", "linewidth": 1.5}
LIMIT = {"color": VERMILION, "linestyle": "--", "linewidth": 1.5}


def weight_histogram(weight: Tensor, initial: Tensor, alpha: float) -> tuple[Figure, str]:
    """1 つの層の重みの分布と、しきい値 ±ασ で切れる部分です。initial は、学習する前の重みです。"""
    w, start = (t.detach().cpu().flatten() for t in (weight, initial))
    sigma, mean = float(w.std(correction=0)), float(w.mean())
    threshold = alpha * sigma
    half = np.linspace(0, EDGE, 41) * sigma
    # しきい値に最も近い区切りをしきい値へ動かし、塗った面積が切れる割合になるようにする。
    half[1 + np.abs(half[1:] - threshold).argmin()] = threshold
    bins = np.unique(np.concatenate([-half, half]))
    density = np.histogram(w.numpy(), bins)[0] / (len(w) * np.diff(bins))
    cut = np.abs((bins[:-1] + bins[1:]) / 2) < threshold
    even = np.linspace(-EDGE, EDGE, 41) * sigma
    before = np.histogram(start.numpy(), even)[0] / (len(start) * np.diff(even))
    x = np.linspace(-EDGE, EDGE, 200) * sigma
    normal = np.exp(-((x - mean) / sigma) ** 2 / 2) / (sigma * math.sqrt(2 * math.pi))

    fig = frame(round(sigma, 6), round(1.15 * max(before.max(), normal.max()), 1)).begin()
    ax = fig.axes[0]
    ax.stairs(np.where(cut, 0, density), bins, label="残す重み", **KEPT)
    ax.stairs(np.where(cut, density, 0), bins, label="切る重み", **CUT)
    ax.stairs(before, even, label="学習する前の重み", **BEFORE)
    ax.plot(x, normal, **NORMAL)
    ax.vlines([-threshold, threshold], 0, ax.get_ylim()[1], **LIMIT)
    ax.set_title(f"しきい値 ±{alpha:.1f}σ = ±{threshold:.4f}", fontsize=10.5)
    measured = pruned_percent([threshold_mask(w, alpha)])
    text = (f"α = {alpha:.1f} のとき、この層の結合の {measured:.1f} % を切ります。"
            f"重みが正規分布なら {gaussian_pruned_percent(alpha):.1f} % です。")
    return fig, text


@functools.lru_cache(maxsize=4)
def frame(sigma: float, highest: float) -> StillFigure:
    """動かない部分: 軸と凡例です。軸の範囲は、層ごとに決まります。"""
    fig = StillFigure(7.6, 3.8)
    ax = fig.add_axes((0.10, 0.15, 0.87, 0.62))
    ax.set(xlabel="重みの値", ylabel="確率密度", xlim=(-EDGE * sigma, EDGE * sigma), ylim=(0, highest))
    fig.legend(handles=[Patch(**KEPT, label="残す重み"), Patch(**CUT, label="切る重み"),
                        Line2D([], [], **BEFORE, label="学習する前の重み"),
                        Line2D([], [], **NORMAL, label="同じ σ の正規分布"),
                        Line2D([], [], **LIMIT, label="しきい値 ±ασ")],
               loc="upper center", ncols=3, fontsize=9.5, frameon=False)
    return fig.freeze()
