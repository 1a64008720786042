"""同じネットワークの 5 つの大きさの図です。(Figure, 文) を返します。"""

from matplotlib.figure import Figure

from lessons.overview.five_sizes import Size
from lessons.plots import BLUE, GREEN, ORANGE

PANELS = (
    ("大きさ (kB)", BLUE, lambda size: size.bytes / 1000, "{:,.0f} kB"),
    ("画像 100 枚の推論の時間 (ms)", ORANGE, lambda size: size.milliseconds, "{:.2f} ms"),
    ("正解率 (%)", GREEN, lambda size: size.accuracy, "{:.1f} %"),
)


def five_bars(sizes: list[Size]) -> tuple[Figure, str]:
    """大きさ・時間・正解率を、上から順に棒で比べます。どの棒も 0 から始まります。"""
    fig = Figure(figsize=(5.2, 6.8))
    names = [size.name for size in sizes]
    for row, (label, colour, of, form) in enumerate(PANELS):
        ax = fig.add_axes((0.49, 0.715 - 0.32 * row, 0.49, 0.235))
        values = [of(size) for size in sizes]
        bars = ax.barh(names, values, color=colour, edgecolor="black")
        ax.bar_label(bars, [form.format(value) for value in values], padding=3, fontsize=10)
        ax.invert_yaxis()
        ax.tick_params(axis="y", labelsize=10)
        ax.set(title=label, xlabel=label, ylabel="持ち方", xlim=(0, 1.5 * max(values)))
        ax.xaxis.set_visible(False)  # 値は棒の横に書いてある
    first, last = sizes[0], sizes[-1]
    text = (f"{first.name}の大きさは {first.bytes / 1000:,.0f} kB、"
            f"{last.name}は {last.bytes / 1000:,.0f} kB です。"
            f"正解率は、{min(s.accuracy for s in sizes):.1f} % から "
            f"{max(s.accuracy for s in sizes):.1f} % までに収まります。")
    return fig, text
