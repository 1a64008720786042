"""結合のプルーニングの図です。どの関数も (Figure, 文) を返します。文は図と同じ数値から作ります。"""

import math

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from lessons.data import CaffeNetRow
from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION
from lessons.pruning.masks import gaussian_pruned_percent, pruned_percent, threshold_mask
from lessons.pruning.network import PruningResult


def weight_histogram(weight: Tensor, alpha: float) -> tuple[Figure, str]:
    """1 つの層の重みの分布と、しきい値 ±ασ で切れる部分です。"""
    w = weight.detach().cpu().flatten()
    sigma, mean = float(w.std(correction=0)), float(w.mean())
    threshold = alpha * sigma
    edge = max(4 * sigma, 1.1 * threshold)
    half = np.linspace(0, edge, 41)
    # しきい値に最も近い区切りをしきい値へ動かし、塗った面積が切れる割合になるようにする。
    half[1 + np.abs(half[1:] - threshold).argmin()] = threshold
    bins = np.unique(np.concatenate([-half, half]))
    density = np.histogram(w.numpy(), bins)[0] / (len(w) * np.diff(bins))
    cut = np.abs((bins[:-1] + bins[1:]) / 2) < threshold

    fig = Figure(figsize=(7, 3.6))
    ax = fig.add_axes((0.10, 0.16, 0.87, 0.73))
    ax.stairs(np.where(cut, 0, density), bins, fill=True, color=BLUE, alpha=0.75, label="残す重み")
    ax.stairs(np.where(cut, density, 0), bins, fill=True, facecolor=ORANGE, edgecolor="black",
              hatch="///", linewidth=0, label="切る重み")
    x = np.linspace(-edge, edge, 200)
    normal = np.exp(-((x - mean) / sigma) ** 2 / 2) / (sigma * math.sqrt(2 * math.pi))
    ax.plot(x, normal, color="black", linewidth=1.5, label="同じ σ の正規分布")
    for value in (-threshold, threshold):
        ax.axvline(value, color=VERMILION, linestyle="--", linewidth=1.5)
    ax.plot([], [], color=VERMILION, linestyle="--", label=f"しきい値 ±{alpha:.1f}σ = ±{threshold:.4f}")
    ax.set(xlabel="重みの値", ylabel="確率密度", xlim=(-edge, edge))
    fig.legend(loc="upper center", ncols=4, fontsize=9, frameon=False)

    measured = pruned_percent([threshold_mask(w, alpha)])
    text = (f"α = {alpha:.1f} のとき、この層の結合の {measured:.1f} % を切ります。"
            f"重みが正規分布なら {gaussian_pruned_percent(alpha):.1f} % です。")
    return fig, text


def published_beside_measured(
    published: list[CaffeNetRow], measured: list[PruningResult]
) -> tuple[Figure, str]:
    """公表された表と測定値です。左は α と切った割合、右は切った割合と正解率です。"""
    fig = Figure(figsize=(9.6, 4.2))
    left = fig.add_axes((0.07, 0.13, 0.40, 0.78))
    right = fig.add_axes((0.57, 0.13, 0.40, 0.78))
    layers = zip(("FC 1", "FC 2", "FC 3"), ("fc1", "fc2", "fc3"), (BLUE, ORANGE, GREEN), "os^",
                 strict=True)
    for i, (name, field, color, marker) in enumerate(layers):
        left.plot([row.alpha for row in published], [getattr(row, field) for row in published],
                  color=color, marker=marker, label=f"{name} 公表値")
        left.plot([r.alpha for r in measured], [r.layer_percent[i] for r in measured],
                  color=color, marker=marker, linestyle="--", markerfacecolor="white",
                  label=f"{name} 測定値")
    left.set(xlabel="しきい値の倍率 α", ylabel="切った結合の割合 (%)", title="層ごとに切った割合")
    left.legend(fontsize=9)
    right.plot([row.total for row in published], [row.accuracy for row in published],
               color=BLUE, marker="o", label="公表値 (CaffeNet、Oxford 102)")
    right.plot([r.total_percent for r in measured], [r.accuracy_after for r in measured],
               color=VERMILION, marker="D", linestyle="--", markerfacecolor="white",
               label="測定値 (784-300-100-10、Fashion-MNIST)")
    right.set(xlabel="全結合層全体で切った割合 (%)", ylabel="正解率 (%)", title="再学習の後の正解率")
    right.legend(fontsize=9, loc="lower left")

    first, last, ours = published[0], published[-1], measured[-1]
    text = (f"公表値では、切る割合を {first.total:.1f} % から {last.total:.1f} % に上げると、"
            f"正解率は {first.accuracy:.1f} % から {last.accuracy:.1f} % に変わります。"
            f"測定値では、{measured[0].total_percent:.1f} % から {ours.total_percent:.1f} % に上げると、"
            f"{measured[0].accuracy_after:.1f} % から {ours.accuracy_after:.1f} % に変わります。")
    return fig, text


def before_and_after_retraining(
    results: list[PruningResult], dense_accuracy: float
) -> tuple[Figure, str]:
    """α ごとの、再学習の前と後の正解率です。"""
    alphas = [r.alpha for r in results]
    before = [r.accuracy_before for r in results]
    after = [r.accuracy_after for r in results]
    fig = Figure(figsize=(7, 3.8))
    ax = fig.add_axes((0.10, 0.15, 0.87, 0.81))
    ax.axhline(dense_accuracy, color=GREY, linestyle=":", label=f"切る前 {dense_accuracy:.1f} %")
    ax.fill_between(alphas, before, after, color=GREEN, alpha=0.15, label="再学習で戻った分")
    ax.plot(alphas, after, color=BLUE, marker="o", label="再学習の後")
    ax.plot(alphas, before, color=VERMILION, marker="s", linestyle="--", label="再学習の前")
    ax.set(xlabel="しきい値の倍率 α", ylabel="正解率 (%)", ylim=(0, 100))
    ax.legend(loc="lower left", fontsize=9)

    most = max(results, key=lambda r: r.accuracy_after - r.accuracy_before)
    text = (f"再学習の効果は α = {most.alpha:.1f} で最も大きく、正解率は {most.accuracy_before:.1f} % から "
            f"{most.accuracy_after:.1f} % に戻ります。")
    return fig, text
