"""1 つのワーカーに収まるかどうかの図です。(Figure, 文) を返し、軸の範囲は変わりません。"""

from matplotlib.figure import Figure

from lessons.overview import model_bytes
from lessons.plots import BLUE, VERMILION

# パラメータの個数。2 番目からは論文に書かれた概数で、順に Han ほか 2015 (arXiv:1506.02626) の要旨、
# Dean ほか 2012 (DistBelief)、Brown ほか 2020 (arXiv:2005.14165) の要旨。
NETWORKS = {"この講座の例": 266_610, "VGG-16": 138_000_000, "DistBelief": 1_700_000_000,
            "GPT-3": 175_000_000_000}
VALUES_PER_PARAMETER = 4  # 重み、勾配、Adam が覚えておく 2 つの値


def training_bytes(parameters: int) -> int:
    """Adam で学習するときに、float32 で持つ値の大きさ (byte) です。層の出力は数えません。"""
    return VALUES_PER_PARAMETER * model_bytes(parameters, 32)


def memory_per_worker(workers: int, gigabytes: int) -> tuple[Figure, str]:
    """学習に要る値を workers 個のワーカーに等しく分けたときの、1 つ分の大きさです。

    gigabytes: 1 つのワーカーのメモリ (GB)。1 GB は 10^9 byte です。
    """
    each = {name: training_bytes(count) / workers / 1e9 for name, count in NETWORKS.items()}
    fig = Figure(figsize=(7.2, 3.3))
    ax = fig.add_axes((0.18, 0.18, 0.66, 0.70))
    for name, size in each.items():
        fits = size <= gigabytes
        ax.barh(name, size, color=BLUE if fits else VERMILION, edgecolor="black",
                hatch="" if fits else "//")
        ax.text(1.02, name, f"{'○' if fits else '×'} {shown(size)}", va="center",
                transform=ax.get_yaxis_transform())
    ax.axvline(gigabytes, color="black", linestyle="--")
    ax.invert_yaxis()
    ax.set(xscale="log", xlim=(1e-5, 1e4), xticks=[10.0**n for n in range(-5, 5)],
           xlabel="1 つのワーカーが持つ値 (GB)、1 目盛りで 10 倍",
           ylabel="ネットワーク",
           title=f"ワーカー {workers} 個で分ける（破線は 1 個のメモリ {gigabytes} GB）")
    ax.minorticks_off()
    left_out = [name for name, size in each.items() if size > gigabytes]
    text = f"メモリ {gigabytes} GB のワーカーが {workers} 個あると、"
    text += f"{' と '.join(left_out)} は収まりません。" if left_out else "どのネットワークも収まります。"
    return fig, text + f"GPT-3 は、1 個あたり {shown(each['GPT-3'])} です。"


def shown(gigabytes: float) -> str:
    """3 桁の大きさです。0.1 GB に満たないときは、MB で書きます。"""
    if gigabytes >= 100:
        return f"{gigabytes:,.0f} GB"
    return f"{gigabytes:.3g} GB" if gigabytes >= 0.1 else f"{1000 * gigabytes:.3g} MB"
