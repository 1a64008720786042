"""KL ダイバージェンスの図: 教師の確率 p と、3 通りの生徒の確率 q です。"""

import math

import numpy as np
from matplotlib.figure import Figure

from lessons.plots import BLUE, ORANGE

TEACHER = (0.6, 0.3, 0.1)
STUDENTS = {"同じ": (0.6, 0.3, 0.1), "少し違う": (0.4, 0.4, 0.2), "大きく違う": (0.1, 0.3, 0.6)}


def divergence_terms(p: tuple[float, ...], q: tuple[float, ...]) -> list[float]:
    """クラスごとの p (log p - log q) です。和が KL(p ‖ q) になります。"""
    return [a * (math.log(a) - math.log(b)) for a, b in zip(p, q, strict=True)]


def three_students() -> tuple[Figure, str]:
    """同じ教師に対する、3 通りの生徒の確率と KL です。"""
    fig = Figure(figsize=(8.4, 2.9))
    places, told = np.arange(len(TEACHER)), []
    for column, (name, q) in enumerate(STUDENTS.items()):
        ax = fig.add_axes((0.075 + 0.325 * column, 0.19, 0.255, 0.66))
        kl = sum(divergence_terms(TEACHER, q))
        ax.bar(places - 0.2, TEACHER, width=0.4, color=ORANGE, edgecolor="black", hatch="//",
               label="教師 p")
        ax.bar(places + 0.2, q, width=0.4, color=BLUE, edgecolor="black", label="生徒 q")
        ax.set(title=f"{name}: KL = {kl:.3f}", ylim=(0, 0.8), xticks=places, xlabel="クラス",
               ylabel="確率")
        told.append(f"「{name}」では {kl:.3f}")
    fig.axes[0].legend(fontsize=9)
    terms = " + ".join(f"({t:.3f})" if t < 0 else f"{t:.3f}"
                       for t in divergence_terms(TEACHER, STUDENTS["少し違う"]))
    return fig, (f"KL は、{'、'.join(told)} です。"
                 f"「少し違う」を式 (2) で計算すると、クラスごとの値は {terms} です。")
