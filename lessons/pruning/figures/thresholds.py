"""しきい値で切れる重みの図です。"""

import math

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from lessons.plots import BLUE, GREEN, ORANGE, VERMILION
from lessons.pruning.masks import gaussian_pruned_percent, pruned_percent, threshold_mask


def weight_histogram(weight: Tensor, initial: Tensor, alpha: float) -> tuple[Figure, str]:
    """1 つの層の重みの分布と、しきい値 ±ασ で切れる部分です。initial は、学習する前の重みです。"""
    w, start = (t.detach().cpu().flatten() for t in (weight, initial))
    sigma, mean = float(w.std(correction=0)), float(w.mean())
    threshold = alpha * sigma
    edge = max(4 * sigma, 1.1 * threshold)
    half = np.linspace(0, edge, 41)
    # しきい値に最も近い区切りをしきい値へ動かし、塗った面積が切れる割合になるようにする。
    half[1 + np.abs(half[1:] - threshold).argmin()] = threshold
    bins = np.unique(np.concatenate([-half, half]))
    density = np.histogram(w.numpy(), bins)[0] / (len(w) * np.diff(bins))
    cut = np.abs((bins[:-1] + bins[1:]) / 2) < threshold

    fig = Figure(figsize=(7.6, 3.8))
    ax = fig.add_axes((0.10, 0.15, 0.87, 0.68))
    ax.stairs(np.where(cut, 0, density), bins, fill=True, color=BLUE, alpha=0.75, label="残す重み")
    ax.stairs(np.where(cut, density, 0), bins, fill=True, facecolor=ORANGE, edgecolor="black",
              hatch="///", linewidth=0, label="切る重み")
    even = np.linspace(-edge, edge, 41)
    ax.stairs(np.histogram(start.numpy(), even)[0] / (len(start) * np.diff(even)), even, color=GREEN,
              linewidth=1.5, label="学習する前の重み")
    x = np.linspace(-edge, edge, 200)
    normal = np.exp(-((x - mean) / sigma) ** 2 / 2) / (sigma * math.sqrt(2 * math.pi))
    ax.plot(x, normal, color="black", linewidth=1.5, label="同じ σ の正規分布")
    for value in (-threshold, threshold):
        ax.axvline(value, color=VERMILION, linestyle="--", linewidth=1.5)
    ax.plot([], [], color=VERMILION, linestyle="--", label=f"しきい値 ±{alpha:.1f}σ = ±{threshold:.4f}")
    ax.set(xlabel="重みの値", ylabel="確率密度", xlim=(-edge, edge))
    fig.legend(loc="upper center", ncols=3, fontsize=9.5, frameon=False)

    measured = pruned_percent([threshold_mask(w, alpha)])
    text = (f"α = {alpha:.1f} のとき、この層の結合の {measured:.1f} % を切ります。"
            f"重みが正規分布なら {gaussian_pruned_percent(alpha):.1f} % です。")
    return fig, text
