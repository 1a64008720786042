"""深い生徒の学習のしくみの図です: どの層を、何を手本にして学習するのか。"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION, arrow, box

STAGES = {
    "BP": "正解ラベルだけを手本に、生徒のすべての層を学習します。教師は使いません。",
    "KD": "正解ラベルと教師の出力の確率を手本に、生徒のすべての層を学習します。",
    "HT 第 1 段階": "教師の 2 番目の隠れ層の出力 u を手本に、生徒の前半と行列 R を学習します。"
                "後半の層は動きません。",
    "HT 第 2 段階": "第 1 段階で育てた前半から始めて、KD と同じ損失で、すべての層を学習します。",
}
TEACHER, STUDENT = (2.0, 4.2, 6.4), tuple(1.5 + 0.7 * k for k in range(9))
GUIDED, TEACHER_Y, STUDENT_Y = 4, 4.3, 1.1


def who_learns_from_what(stage: str) -> tuple[Figure, str]:
    """教師と生徒の層、その間の矢印です。色の付いた層を学習し、白い層は動かしません。"""
    fig = Figure(figsize=(8.4, 4.2))
    ax = fig.add_axes((0.01, 0.01, 0.98, 0.89))
    ax.set(xlim=(0, 10), ylim=(0, 5.4))
    ax.axis("off")
    ax.set_title(f"{stage}: 色の付いた層を学習します")
    network(ax, TEACHER_Y, TEACHER, 1.5, [False] * len(TEACHER))
    first_stage = stage == "HT 第 1 段階"
    trained = [k <= GUIDED or not first_stage for k in range(len(STUDENT))]
    network(ax, STUDENT_Y, STUDENT, 0.7, trained)
    ax.text(0.1, TEACHER_Y + 0.62, f"教師\n浅くて太い\n（{'使わない' if stage == 'BP' else '固定'}）", va="center", fontsize=10)
    ax.text(0.1, STUDENT_Y - 0.75, "生徒: 深くて細い", va="center", fontsize=10)
    if first_stage:
        hint(ax)
    else:
        outputs(ax, with_teacher=stage != "BP")
    return fig, STAGES[stage]


def network(ax: Axes, y: float, hidden: tuple, height: float, trained: list[bool]) -> None:
    """左から右へ、入力、隠れ層、出力を並べ、矢印でつなぎます。"""
    ends = (hidden[0] - 0.75, hidden[-1] + (1.3 if len(hidden) > 3 else 2.0))
    places = (ends[0], *hidden, ends[1])
    for left, right in zip(places[:-1], places[1:], strict=True):
        arrow(ax, (left + 0.16, y), (right - 0.16, y), GREY)
    for x, moves in zip(hidden, trained, strict=True):
        ax.add_patch(Rectangle((x - 0.14, y - height / 2), 0.28, height, edgecolor="black",
                               facecolor=ORANGE if moves else "white", hatch="//" if moves else ""))
    ax.text(ends[0], y, "画像", ha="right", va="center", fontsize=10)
    ax.text(ends[1], y, "出力", ha="left", va="center", fontsize=10)


def hint(ax: Axes) -> None:
    """教師の 2 番目の隠れ層から、生徒の中央の層へのヒントです。"""
    x, u = STUDENT[GUIDED], TEACHER[1]
    ax.text(x, 2.15, "行列 R", ha="center", va="center", fontsize=10, bbox={
        "facecolor": ORANGE, "edgecolor": "black", "boxstyle": "round,pad=0.3"})
    arrow(ax, (x, STUDENT_Y + 0.37), (x, 1.95), BLUE)
    ax.text(x, 2.9, "u と Rv の差", ha="center", va="center", fontsize=10, color=VERMILION)
    arrow(ax, (x, 2.38), (x, 2.72), BLUE)
    arrow(ax, (u, TEACHER_Y - 0.77), (x - 0.1, 3.1), VERMILION)
    ax.text(u - 0.15, 3.3, "ヒント u", ha="right", va="center", fontsize=10, color=VERMILION)
    ax.text(x + 0.2, 1.66, "v", va="center", fontsize=10, color=BLUE)


def outputs(ax: Axes, with_teacher: bool) -> None:
    """生徒の出力を、正解ラベルと、あれば教師の出力に比べます。"""
    x = 8.75
    box(ax, x, 2.35, "損失", VERMILION)
    arrow(ax, (x, STUDENT_Y + 0.2), (x, 2.05), BLUE)
    ax.text(6.4, 2.35, "正解ラベル", ha="center", va="center", fontsize=10, color=GREEN)
    arrow(ax, (7.1, 2.35), (x - 0.42, 2.35), GREEN)
    if with_teacher:
        arrow(ax, (x, TEACHER_Y - 0.2), (x, 2.65), VERMILION)
        ax.text(x - 0.12, 3.4, "教師の確率", ha="right", va="center", fontsize=10, color=VERMILION)
