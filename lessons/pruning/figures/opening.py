"""プルーニングの前とあとの、パラメータの大きさの図です。"""

from matplotlib.figure import Figure

from lessons.plots import BLUE, GREY
from lessons.pruning.connections_or_neurons import FLOAT32_BYTES
from lessons.pruning.published import han_headlines


def published_sizes() -> tuple[Figure, str]:
    """Han ほかの論文の要旨にある 2 つのネットワークの、float32 で持つときの大きさ (MB) です。"""
    fig = Figure(figsize=(7, 2.7))
    ax = fig.add_axes((0.20, 0.22, 0.77, 0.75))
    lines, names = [], []
    for headline in han_headlines():
        before, after = (FLOAT32_BYTES * n for n in (headline.before, headline.after))
        y = len(names)
        names += [f"{headline.network} 前", f"{headline.network} あと"]
        bars = ax.barh([y, y + 1], [before, after], color=(GREY, BLUE), edgecolor="black")
        ax.bar_label(bars, [f"{before:.0f} MB", f"{after:.0f} MB（{before / after:.0f} 分の 1）"],
                     padding=4)
        lines.append(f"{headline.network} のパラメータは、{100 * headline.before:,.0f} 万個から "
                     f"{100 * headline.after:,.0f} 万個になりました。")
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set(xlabel="float32 で持つときの大きさ (MB)", ylabel="ネットワーク", xlim=(0, 640))
    return fig, "".join(lines) + "正解率は下がらなかったと、論文の要旨にあります。"
