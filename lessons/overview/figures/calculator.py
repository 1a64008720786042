"""メモリと計算を見積もる図です。どの関数も (Figure, 文) を返し、軸の範囲は変わりません。"""

from matplotlib.figure import Figure

from lessons.overview.calculator import (
    LayerCost,
    conv2d_cost,
    energy_picojoules,
    linear_cost,
    model_bytes,
)
from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION

# 値の個数は、順に Fashion-MNIST の 784-300-100-10、Han ほか 2015 (arXiv:1506.02626) の要旨の 2 つ、
# Dean ほか 2012 (DistBelief, NIPS) の最も大きなネットワーク。後の 3 つは論文に書かれた概数。
NETWORKS = {"この講座の例": 266_610, "AlexNet": 61_000_000, "VGG-16": 138_000_000,
            "DistBelief": 1_700_000_000}
KINDS = ("全結合", "畳み込み 3×3")
IMAGE = 14
PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def with_prefix(value: float, unit: str) -> str:
    """4200000 byte → 4.2 Mbyte のように、10 の累乗の接頭語をつけて書きます。"""
    size, prefix = next(((s, p) for s, p in PREFIXES if value >= s), (1, ""))
    return f"{value / size:,.3g} {prefix}{unit}"


def memory_of_networks(network: str, bits: int) -> tuple[Figure, str]:
    """いくつかのネットワークを bits ビットで持つ大きさです。灰色の枠は 32 bit の大きさです。"""
    fig = Figure(figsize=(5.2, 3.4))
    ax = fig.add_axes((0.26, 0.17, 0.71, 0.71))
    for name, count in NETWORKS.items():
        chosen = name == network
        ax.barh(name, model_bytes(count, bits), color=BLUE if chosen else GREY,
                alpha=1 if chosen else 0.4, edgecolor="black", hatch="" if chosen else "//")
        ax.barh(name, model_bytes(count, 32), color="none", edgecolor=VERMILION, linestyle="--")
    ax.invert_yaxis()
    ax.set(xscale="log", xlim=(1e4, 1e11), xlabel="重みとバイアスの大きさ (byte)", ylabel="ネットワーク",
           title=f"1 個 {bits} bit（破線の枠は 32 bit）")
    size = model_bytes(NETWORKS[network], bits)
    text = (f"{network}の値は約 {NETWORKS[network]:,} 個です。1 個 {bits} bit なら、"
            f"大きさは {size:,} byte（約 {with_prefix(size, 'B')}）です。"
            f"32 bit の大きさ{'と同じ' if bits == 32 else f'の {32 // bits} 分の 1 '}です。")
    return fig, text


def cost_of(kind: str, batch: int, width: int) -> LayerCost:
    """入力と出力の幅（畳み込みならチャネル数）が width の層の LayerCost です。"""
    if kind == KINDS[0]:
        return linear_cost(batch, width, width)
    return conv2d_cost(batch, width, width, 3, IMAGE, IMAGE)


def cost_of_a_layer(kind: str, batch: int, width: int) -> tuple[Figure, str]:
    """1 つの層の、計算の回数・動かすデータ・エネルギーの内訳です。"""
    cost = cost_of(kind, batch, width)
    moved, (arithmetic, memory) = cost.bytes_moved(4), energy_picojoules(cost)
    share = 100 * memory / (arithmetic + memory)
    fig = Figure(figsize=(5.2, 4.6))
    top, middle, bottom = (fig.add_axes((0.06, y, 0.88, 0.13)) for y in (0.8, 0.47, 0.14))
    for ax, value, colour, title, unit in (
        (top, cost.flops, BLUE, "計算の回数", "FLOP"), (middle, moved, ORANGE, "動かすデータ", "byte"),
    ):
        ax.barh([0], [value], color=colour, edgecolor="black")
        ax.set(xscale="log", xlim=(1e3, 1e13), xlabel=unit, yticks=[],
               title=f"{title}: {with_prefix(value, unit)}")
    bottom.barh([0], [100 - share], color=GREEN, edgecolor="black", label="計算")
    bottom.barh([0], [share], left=[100 - share], color=VERMILION, edgecolor="black", hatch="//",
                label="メモリ（DRAM）")
    bottom.set(xlim=(0, 100), xlabel="%", yticks=[],
               title=f"エネルギーの内訳: 計算 {100 - share:.1f} %、メモリ {share:.1f} %")
    shape = f"{width} → {width}" + ("" if kind == KINDS[0] else f" チャネル、{IMAGE}×{IMAGE} 画素")
    text = (f"{kind}の層（{shape}）に {batch} 件を通すと、計算は {with_prefix(cost.flops, 'FLOP')}、"
            f"動かすデータは {with_prefix(moved, 'byte')} です。"
            f"1 byte あたりの計算は {cost.flops / moved:.3g} FLOP です。"
            f"エネルギーの見積もりでは、{share:.1f} % をメモリとのやりとりに使います。")
    return fig, text
