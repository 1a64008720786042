"""はしごの図です。(Figure, 文) を返し、軸の範囲は変わりません。"""

from matplotlib.figure import Figure

from lessons.gpu.ladder import PYTHON
from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION

COLORS = (GREY, ORANGE, BLUE, GREEN, VERMILION)
GFLOPS = (0.001, 1e7)
ALIKE = 1.25  # 測り直すと入れ替わるほどの差は、順位にしない。
TICKS = (0.001, 0.1, 10, 1000, 100_000)


def ladder(n: int, speeds: dict[str, dict[int, float]]) -> tuple[Figure, str]:
    """n×n の積の速さを、段ごとの棒にします。speeds は climbed の戻り値です。"""
    fig = Figure(figsize=(8.0, 3.6))
    ax = fig.add_axes((0.26, 0.16, 0.71, 0.74))
    for row, found in enumerate(speeds.values()):
        gflops = found.get(n, 0) / 1e9
        ax.barh(row, gflops, color=COLORS[min(row, len(COLORS) - 1)], edgecolor="black")
        number = f"{gflops:,.0f}" if gflops > 100 else f"{gflops:.3g}"
        said = f"{number} GFLOPS" if gflops else "測っていません"
        ax.text(max(gflops, GFLOPS[0]) * 1.15, row, said, va="center", fontsize=10)
    ax.set_yticks(range(len(speeds)), [step.replace(": ", ":\n") for step in speeds], fontsize=9)
    ax.invert_yaxis()
    ax.set(xscale="log", xlim=GFLOPS, xlabel="速さ (GFLOPS)", ylabel="段", title=f"{n}×{n} の行列の積")
    ax.set_xticks(TICKS, [f"{tick:,}" for tick in TICKS])
    found = {step: at[n] for step, at in speeds.items() if n in at}
    slow, fast = min(found, key=found.get), max(found, key=found.get)
    times = found[fast] / found[slow]
    text = (f"n = {n} で最も速い段は「{fast}」で、最も遅い「{slow}」の "
            f"{times:,.{0 if times > 10 else 1}f} 倍の速さです。") if times > ALIKE else (
            f"n = {n} では、測ったどの段の速さもほとんど同じです。")
    if PYTHON not in found:
        text += "純粋な Python は時間がかかるので、この大きさでは測っていません。"
    return fig, text
