"""講座の図です。数値を受け取り、matplotlib の Figure と、図の内容を述べる文を返します。"""

import matplotlib
import matplotlib_fontja
from matplotlib.axes import Axes

# matplotlib_fontja は読み込むと日本語のフォントを登録する。
# IPAexGothic にない記号 (≤ や ∑ など) は DejaVu Sans で描く。
matplotlib_fontja.japanize()
matplotlib.rcParams["font.family"] = ["IPAexGothic", "DejaVu Sans"]

# Okabe と Ito の配色から選んだ、色覚によらず見分けやすい色。
BLUE, ORANGE, GREEN, VERMILION, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#7A7A7A"


def box(ax: Axes, x: float, y: float, text: str, color: str) -> None:
    """中央が (x, y) の、枠で囲んだ文字です。"""
    frame = {"facecolor": "white", "edgecolor": color, "linewidth": 2.5, "boxstyle": "round,pad=0.6"}
    ax.text(x, y, text, ha="center", va="center", fontsize=10.5, bbox=frame)


def arrow(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str, linestyle: str = "-"
) -> None:
    """start から end への矢印です。"""
    look = {"arrowstyle": "-|>", "color": color, "linestyle": linestyle, "linewidth": 1.8}
    ax.annotate("", end, start, arrowprops=look)


def puzzle_verdict(fits: bool, good: bool) -> str:
    """予算に収まるか (fits)、目標に届くか (good) を、1 つの文にします。"""
    if fits and good:
        return "予算と目標の両方を満たします。"
    if fits:
        return "予算には収まりますが、正解率が目標に届きません。"
    return "正解率は足りますが、予算を超えます。" if good else "予算も目標も満たしません。"
