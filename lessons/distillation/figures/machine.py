"""動く図: 教師と生徒、2 つの損失、ロジットを押す矢印、競走を、1 枚に描きます。"""

import functools
from collections.abc import Callable

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from lessons.distillation.losses import soft_targets
from lessons.distillation.machine import LAST, Race, Terms, terms
from lessons.plots import BLUE, GREY, ORANGE, VERMILION, box
from lessons.still import StillFigure

STRONGEST = 1.3  # 矢印の軸の端
TEACHER_Y, STUDENT_Y = 2.35, 1.05  # 流れの図の 2 つの段


def machine(
    race: Race, loss: Callable, updates: int, temperature: float, alpha: float, squared: bool,
    frozen: bool,
) -> tuple[Figure, str]:
    """race を更新回数 updates まで進め、図の上に損失までの流れ、下に矢印と競走を描きます。

    loss: distillation_loss と同じ約束の関数。矢印は、この関数の勾配です。
    """
    race.go_to(updates, temperature, alpha, squared, frozen)
    image, label, student, teacher = race.shown()
    now = terms(loss, student, teacher, label, temperature, alpha, squared)
    fig = frame().begin()
    flow, pulls, running = fig.axes
    draw_networks(flow, image, label, student, teacher, temperature, frozen)
    draw_losses(flow, now, temperature, alpha, squared, frozen)
    draw_pulls(pulls, now)
    draw_race(running, race.history)
    return fig, told(race, label, now, temperature, alpha)


@functools.cache
def frame() -> StillFigure:
    """動かない部分: 流れ、矢印、競走の 3 つの座標軸と、2 つの凡例です。"""
    fig = StillFigure(8.4, 5.8)
    flow = fig.add_axes((0, 0.44, 1, 0.56))
    flow.set(xlim=(0, 8.4), ylim=(0, 3.25))
    flow.set_axis_off()
    flow.set_title("教師と生徒から損失まで", visible=False)
    draw_flow(flow)
    pulls = fig.add_axes((0.085, 0.09, 0.4, 0.31))
    pulls.set(xlim=(-0.6, 9.6), ylim=(-STRONGEST, STRONGEST), xticks=range(10), yticks=[-1, 0, 1],
              xlabel="生徒のロジット（クラス）", ylabel="押す強さ")
    key(pulls, ["左: ラベルの項", "右: 教師の項"], [BLUE, ORANGE])
    pulls.axhline(0, color="black", linewidth=0.8)
    running = fig.add_axes((0.575, 0.09, 0.41, 0.31))
    running.set(xlim=(-10, LAST + 10), ylim=(0, 104), xticks=range(0, LAST + 1, 100),
                yticks=[0, 50, 100], xlabel="更新回数", ylabel="テストの正解率 (%)")
    key(running, ["▲: 教師", "■: ラベルだけの生徒", "●: 蒸留の生徒"], [GREY, BLUE, ORANGE])
    return fig.freeze()


def draw_flow(ax: Axes) -> None:
    """画像から、2 つのネットワークを通り、損失までの、動かない部分です。"""
    box(ax, 1.98, STUDENT_Y + 0.1, "生徒", BLUE)
    for y, letter in ((TEACHER_Y, "p"), (STUDENT_Y, "q")):
        ax.text(3.6, y + 0.57, "ロジット", ha="center", fontsize=10)
        ax.text(4.53, y, "softmax", ha="center", va="top", fontsize=9)
        ax.text(5.5, y + 0.57, f"確率 {letter}", ha="center", fontsize=10)
        ax.hlines([y, y], [2.95, 4.85], [4.25, 6.15], color="black", linewidth=0.8)
        arrows(ax, [((1.1, 1.92), (1.4, y + 0.1)), ((2.6, y + 0.1), (2.88, y + 0.1)),
                    ((4.3, y + 0.1), (4.78, y + 0.1))])
    arrows(ax, [((6.22, TEACHER_Y + 0.1), (6.52, 2.12)), ((6.22, STUDENT_Y + 0.2), (6.52, 1.95)),
                ((6.22, STUDENT_Y + 0.05), (6.52, STUDENT_Y + 0.05))])
    ax.plot([7.4, 7.4, 1.98], [0.78, 0.4, 0.4], color=VERMILION, linewidth=2)
    arrows(ax, [((1.98, 0.4), (1.98, STUDENT_Y - 0.08))], VERMILION)


def draw_networks(
    ax: Axes, image: Tensor, label: int, student: Tensor, teacher: Tensor, temperature: float,
    frozen: bool,
) -> None:
    """画像、教師、ロジット、温度つきの確率です。"""
    edges = np.linspace(0, 0.96, 9)
    ax.pcolormesh(0.1 + edges, 2.4 - edges, image.reshape(8, 8).numpy(), cmap="gray_r")
    ax.text(0.58, 1.2, f"正解は {label}", ha="center", fontsize=10)
    box(ax, 1.98, TEACHER_Y + 0.1, "教師（固定）" if frozen else "教師（動く）", ORANGE)
    for y, logits, color in ((TEACHER_Y, teacher, ORANGE), (STUDENT_Y, student, BLUE)):
        ax.text(4.53, y + 0.2, f"÷{temperature:g}", ha="center", fontsize=11)
        places = 0.13 * np.arange(len(logits)) + 0.065
        heights = torch.cat([logits / 25, 0.5 * soft_targets(logits, temperature)]).numpy()
        ax.vlines(np.concatenate([2.95 + places, 4.85 + places]), y, y + heights, color=color, linewidth=6)


def draw_losses(
    ax: Axes, now: Terms, temperature: float, alpha: float, squared: bool, frozen: bool
) -> None:
    """2 つの損失と、生徒へ戻る矢印です。"""
    soft = alpha * now.kl * (temperature**2 if squared else 1)
    hard = (1 - alpha) * now.cross_entropy
    factor = f"{alpha:.1f}×{temperature:g}²×" if squared else f"{alpha:.1f}×"
    box(ax, 7.4, 2.05, f"教師の項 {soft:.3f}\n{factor}KL {now.kl:.3f}", ORANGE)
    box(ax, 7.4, 1.1, f"ラベルの項 {hard:.3f}\n{1 - alpha:.1f}×CE {now.cross_entropy:.3f}", BLUE)
    whose = "生徒の重みだけ" if frozen else "生徒と教師の重み"
    ax.text(4.6, 0.14, f"逆伝播: 損失 {soft + hard:.3f} を減らす向きへ、{whose}を直します", ha="center",
            fontsize=10, color=VERMILION)
    if not frozen:
        ax.plot([7.4, 7.4, 1.98], [2.32, 3.12, 3.12], color=VERMILION, linewidth=2)
        arrows(ax, [((1.98, 3.12), (1.98, TEACHER_Y + 0.28))], VERMILION)


def draw_pulls(ax: Axes, now: Terms) -> None:
    """生徒の 10 個のロジットを押す、2 本ずつの矢印です。"""
    classes = np.arange(len(now.soft))
    for shift, force, color in ((-0.2, now.hard.numpy(), BLUE), (0.2, now.soft.numpy(), ORANGE)):
        ax.vlines(classes + shift, 0, force, color=color, linewidth=4)
        for tip, marker in ((force > 0.03, "^"), (force < -0.03, "v")):
            ax.plot(classes[tip] + shift, force[tip], marker, color=color, markersize=8)


def draw_race(ax: Axes, history: list[tuple[int, float, float, float]]) -> None:
    """更新回数と正解率です。点が、測ったところです。"""
    updates, *curves = zip(*history, strict=True)
    for (color, marker), curve in zip(((ORANGE, "o"), (BLUE, "s"), (GREY, "^")), curves, strict=True):
        ax.plot(updates, curve, color=color, marker=marker, markersize=4, linewidth=1)


def key(ax: Axes, names: list[str], colors: list[str]) -> None:
    """凡例を、右下から上へ書きます。"""
    for row, (name, color) in enumerate(zip(names, colors, strict=True)):
        ax.text(0.98, 0.06 + 0.12 * row, name, color=color, fontsize=10, ha="right",
                transform=ax.transAxes)


def arrows(
    ax: Axes, pairs: list[tuple[tuple[float, float], tuple[float, float]]], color: str = GREY
) -> None:
    """始点から終点へ進む矢印です。まとめて描くと、1 本ずつの annotate より速く描けます。"""
    starts, ends = np.array(pairs).swapaxes(0, 1)
    ax.quiver(*starts.T, *(ends - starts).T, angles="xy", scale_units="xy", scale=1, color=color,
              units="inches", width=0.022, headwidth=6, headlength=6, headaxislength=6)


def told(race: Race, label: int, now: Terms, temperature: float, alpha: float) -> str:
    """図の内容を言う文です。"""
    updates, student, rival, teacher = race.history[-1]
    return (f"T = {temperature:g}、α = {alpha:g} で、正解の {label} のロジットを押す強さは、"
            f"教師の項が {float(now.soft[label]):z.3f}、ラベルの項が {float(now.hard[label]):z.3f} です。"
            f"{updates} 回の更新のあとの正解率は、蒸留の生徒が {student:.1f} %、"
            f"ラベルだけの生徒が {rival:.1f} %、教師が {teacher:.1f} % です。")
