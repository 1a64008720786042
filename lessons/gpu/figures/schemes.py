"""SIMD、SIMT、MIMD の 3 つを、同じプログラムで比べる図です。(Figure, 文) を返します。"""

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lessons.gpu.schemes import (
    CYCLES_ELSE,
    CYCLES_IF,
    ELSE,
    IDLE,
    IF,
    SCHEMES,
    WASTED,
    cycles,
    taken_by,
    timetable,
)
from lessons.plots import BLUE, ORANGE

LOOKS = {IF: (BLUE, ""), ELSE: (ORANGE, "///"), WASTED: ("#D8D8D8", "xxx"), IDLE: ("white", "")}
COMMANDS = {"SIMD": "命令 1 つ、データ 8 個", "SIMT": "命令 1 つ、スレッド 8 個",
            "MIMD": "命令 8 つ、データ 8 個"}


def three_schemes(count: int) -> tuple[Figure, str]:
    """8 個のデータのうち count 個が if に進むときの、3 つの方式の時間割です。0 ≦ count ≦ 8。"""
    taken = taken_by(count)
    fig = Figure(figsize=(9.2, 3.9), layout="constrained")
    for ax, scheme in zip(fig.subplots(1, 3, sharey=True), SCHEMES, strict=True):
        done = [(lane, cycle, doing) for lane, steps in enumerate(timetable(scheme, taken))
                for cycle, doing in enumerate(steps)]
        for what, (color, hatch) in LOOKS.items():
            places = [(lane, cycle) for lane, cycle, doing in done if doing == what]
            lanes, starts = zip(*places, strict=True) if places else ((), ())
            ax.barh(lanes, 1, left=starts, height=0.9, color=color, hatch=hatch,
                    edgecolor="#555555", linewidth=0.6)
        end = cycles(scheme, taken)
        ax.axvline(end, color="black", linestyle="--", linewidth=1)
        ax.set(xlim=(0, CYCLES_IF + CYCLES_ELSE + 0.4), ylim=(7.6, -0.6), yticks=range(8),
               xlabel="時間 (サイクル)", ylabel="データの番号", title=f"{scheme}: {end} サイクル\n{COMMANDS[scheme]}")
    fig.legend(handles=[Patch(facecolor=color, hatch=hatch, edgecolor="#555555", label=doing)
                        for doing, (color, hatch) in LOOKS.items()],
               loc="outside lower center", ncols=4, frameon=False)
    told = "、".join(f"{scheme} は {cycles(scheme, taken)} サイクル" for scheme in SCHEMES)
    return fig, f"8 個のデータのうち {count} 個が if に進みます。終わるまでに、{told}です。"
