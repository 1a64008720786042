"""連合学習の図です。どの関数も (Figure, 文) を返します。"""

from statistics import mean

import torch
from matplotlib.figure import Figure
from torch import Tensor

from lessons.plots import BLUE, GREEN, VERMILION

LINES = {1: (BLUE, "o"), 5: (GREEN, "s"), 20: (VERMILION, "D")}


def accuracy_by_round(histories: dict[str, dict[int, list[list[float]]]]) -> tuple[Figure, str]:
    """通信の回数に対する正解率です。帯はシード 3 つの最小から最大までです。

    histories: 分け方の名前 → 手元のエポック数 → 通信ごと、シードごとの正解率 (%)
    """
    fig = Figure(figsize=(8.3, 3.9))
    axes = fig.subplots(1, len(histories))
    fig.subplots_adjust(left=0.09, right=0.98, top=0.9, bottom=0.15, wspace=0.25)
    ends = []
    for ax, (name, by_epochs) in zip(axes, histories.items(), strict=True):
        for epochs, history in by_epochs.items():
            color, marker = LINES[epochs]
            rounds = range(1, len(history) + 1)
            ax.plot(rounds, [mean(a) for a in history], color=color, marker=marker, markersize=4,
                    label=f"手元で {epochs} エポック")
            ax.fill_between(rounds, list(map(min, history)), list(map(max, history)), color=color,
                            alpha=0.2)
            ends.append(f"{name}、{epochs} エポックは {mean(history[-1]):.1f} %")
        ax.set(xlabel="通信の回数", ylabel="テストの正解率 (%)", title=name,
               xlim=(0, len(history) + 0.5), ylim=(0, 100))
    axes[-1].legend(loc="lower right", fontsize=9)
    text = f"{len(history)} 回通信したあとの正解率は、" + "、".join(ends) + "です。"
    return fig, text


def classes_held(counts: dict[str, list[list[int]]]) -> tuple[Figure, str]:
    """クライアントが持つ枚数を、クラスごとに濃さで表します。counts: 分け方の名前 → [K][10]。"""
    fig = Figure(figsize=(8.3, 3.6))
    axes = fig.subplots(1, len(counts))
    fig.subplots_adjust(left=0.08, right=0.98, top=0.9, bottom=0.15, wspace=0.2)
    for ax, (name, table) in zip(axes, counts.items(), strict=True):
        ax.imshow(table, cmap="Blues", vmin=0, vmax=max(max(map(max, t)) for t in counts.values()))
        for client, row in enumerate(table):
            for label, count in enumerate(row):
                ax.text(label, client, count or "", ha="center", va="center", fontsize=8,
                        color="white" if count > 30 else "black")
        ax.set(xlabel="数字（クラス）", ylabel="クライアント", title=name, xticks=range(10),
               yticks=range(len(table)))
        ax.set_aspect("auto")
    most = {name: [sum(c >= 4 for c in row) for row in table] for name, table in counts.items()}
    said = {name: " か ".join(map(str, sorted(set(classes)))) for name, classes in most.items()}
    text = "、".join(f"「{name}」では 1 人が {number} クラス" for name, number in said.items())
    return fig, f"4 枚以上持つクラスを数えると、{text}を持ちます。"


def image_from_gradient(image: Tensor, weight_gradient: Tensor, bias_gradient: Tensor) -> tuple[Figure, str]:
    """1 枚の画像で求めた第 1 層の勾配から、画像を取り出します。

    image: [64]、weight_gradient: [64, 隠れ]、bias_gradient: [隠れ]。同じ列の比が、入力の画素です。
    """
    unit = int(bias_gradient.abs().argmax())
    found = weight_gradient[:, unit] / bias_gradient[unit]
    fig = Figure(figsize=(8.3, 3.0))
    axes = fig.subplots(1, 3)
    fig.subplots_adjust(left=0.02, right=0.98, top=0.86, bottom=0.04)
    pictures = {"クライアントの画像": image, "送られた勾配（第 1 層の 1 列）": weight_gradient[:, unit],
                "勾配から取り出した画像": found}
    for ax, (name, picture) in zip(axes, pictures.items(), strict=True):
        ax.imshow(picture.view(8, 8).numpy(), cmap="gray")
        ax.set_title(name, fontsize=11)
        ax.axis("off")
    gap = float(torch.dist(found, image, p=torch.inf))
    return fig, f"取り出した画像と元の画像の差は、どの画素でも {max(gap, 1e-6):.0e} 以下です。"
