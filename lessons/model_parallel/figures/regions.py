"""モデル並列とデータ並列の、送る大きさを比べる図です。(Figure, 文) を返し、軸の範囲は変わりません。"""

import numpy as np
from matplotlib.figure import Figure

from lessons.model_parallel.layer_cut import cut_traffic
from lessons.model_parallel.speedup import BYTES_PER_VALUE, LAYERS, equal_batch, parameters_of
from lessons.plots import BLUE, GREY, ORANGE

BATCHES = (1, 1e6)
PARAMETERS = (1e5, 1e11)
# Adam の学習で、パラメータ 1 個のために持つ値: パラメータ、勾配、1 次と 2 次のモーメント。
BYTES_PER_PARAMETER = 4 * BYTES_PER_VALUE


def widths_of(scale: int) -> list[int]:
    """784-300-100-10 の、2 つの隠れ層の幅を scale 倍にしたネットワークの、層の幅です。"""
    return [784, 300 * scale, 100 * scale, 10]


def bytes_against_batch(scale: int, batch: int) -> tuple[Figure, str]:
    """widths_of(scale) の 2 つの並列化で、1 回の更新にワーカーの間を通る大きさです。

    モデル並列は最初の層のあとで切ります。データ並列は、勾配を送り、新しいパラメータを受け取ります。
    """
    widths = widths_of(scale)
    width, parameters = widths[1], parameters_of(widths)
    batches = np.geomspace(*BATCHES, 61)
    data = 2 * BYTES_PER_VALUE * parameters
    model = cut_traffic(widths[1:], [0], batch, BYTES_PER_VALUE)
    even = equal_batch(parameters, width)

    fig = Figure(figsize=(8.0, 4.2))
    ax = fig.add_axes((0.10, 0.14, 0.87, 0.72))
    ax.plot(batches, 2 * BYTES_PER_VALUE * width * batches, color=BLUE, label="モデル並列（切れ目 1 つ）")
    ax.axhline(data, color=ORANGE, linestyle="--", label="データ並列（勾配とパラメータ）")
    ax.plot([batch], [model], color=BLUE, marker="o", markersize=9, markeredgecolor="black",
            linestyle="none", label=f"{batch:,} 件のモデル並列")
    ax.plot([batch], [data], color=ORANGE, marker="s", markersize=9, markeredgecolor="black",
            linestyle="none", label=f"{batch:,} 件のデータ並列")
    ax.axvline(even, color=GREY, linestyle=":", label=f"等しくなる件数 {even:,.0f}")
    ax.set(xscale="log", yscale="log", xlim=BATCHES, ylim=(1e2, 1e12),
           xlabel="1 回の更新に使う件数", ylabel="通る大きさ (byte)")
    fig.legend(loc="upper center", ncols=3, fontsize=9, frameon=False)
    less = "モデル並列" if model < data else "データ並列"
    name = "-".join(map(str, widths))
    text = (f"{name} のパラメータは {parameters:,} 個です。1 回に {batch:,} 件を使うと、"
            f"モデル並列は {model:,} byte、データ並列は {data:,} byte で、{less}のほうが少なくなります。"
            f"等しくなるのは {even:,.0f} 件です。")
    return fig, text


def crossing_values(parameters: float | np.ndarray, way: str) -> float | np.ndarray:
    """同じ幅の全結合層を重ねたネットワークで、1 件あたり、切れ目を通る値の個数です。"""
    width = np.sqrt(parameters / LAYERS)
    return width if way == "層で 1 か所" else LAYERS * width


def regions(way: str, gigabytes: float, parameters: float, batch: int) -> tuple[Figure, str]:
    """パラメータの数と件数の平面で、送る大きさが少ないほうの並列化です。

    way: "層で 1 か所" か "全部の層を行列で"。gigabytes: 1 つのワーカーのメモリ (GB)。
    parameters, batch: 印をつけるネットワークと件数
    """
    counts = np.geomspace(*PARAMETERS, 61)
    border = equal_batch(counts, crossing_values(counts, way))
    most = gigabytes * 1e9 / BYTES_PER_PARAMETER

    fig = Figure(figsize=(8.0, 4.6))
    ax = fig.add_axes((0.10, 0.13, 0.87, 0.80))
    ax.fill_between(counts, border, BATCHES[1], facecolor=ORANGE, alpha=0.35)
    ax.fill_between(counts, BATCHES[0], border, facecolor=BLUE, alpha=0.35)
    ax.plot(counts, border, color="black", linewidth=1.5)
    ax.fill_between([most, PARAMETERS[1]], *BATCHES, facecolor="none", edgecolor="black", hatch="//",
                    linewidth=0)
    ax.axvline(most, color="black", linestyle="--")
    ax.plot([parameters], [batch], color="black", marker="o", markersize=10, linestyle="none")
    white = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 2}
    ax.text(5e6, 2e5, "データ並列のほうが少ない", ha="center", va="center", fontsize=11, bbox=white)
    ax.text(5e6, 5, "モデル並列のほうが少ない", ha="center", va="center", fontsize=11, bbox=white)
    ax.text(1.3 * most, 3e3, f"{gigabytes:g} GB に\n入らない", va="center", fontsize=11, bbox=white)
    ax.set(xscale="log", yscale="log", xlim=PARAMETERS, ylim=BATCHES, xlabel="パラメータの数（個）",
           ylabel="1 回の更新に使う件数", title="送る大きさが少ないのはどちらか（斜線は、1 つのワーカーに入らない）")

    even = equal_batch(parameters, crossing_values(parameters, way))
    less = "データ並列" if batch > even else "モデル並列"
    fits = "入ります" if parameters <= most else "入らないので、写しを持つデータ並列は、そのままでは使えません"
    text = (f"パラメータ {parameters:,.0f} 個で {batch:,} 件のとき、送る大きさは{less}のほうが少なくなります。"
            f"境目は {even:,.0f} 件です。学習に要る {parameters * BYTES_PER_PARAMETER / 1e9:,.1f} GB は、"
            f"{gigabytes:g} GB のメモリに{fits}。")
    return fig, text
