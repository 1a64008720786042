"""大きなモデルを分ける今の方法を、4 つのワーカーで並べた図です。(Figure, 文) を返します。"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lessons.model_parallel.figures.matrices import WORKERS

LAYERS = SLICES = 4  # モデルを 4 層、どの層の行列も 4 列で描く
EMPTY = "#FFFFFF"


def held(way: str, worker: int, layer: int, part: int) -> bool:
    """way で、worker が、layer 番の層の part 番の列をいつも持つかどうかです。どの番号も 0 からです。"""
    return {
        "データ並列": True,
        "FSDP（ZeRO 3）": part == worker,
        "テンソル並列": part == worker,
        "パイプライン並列": layer == worker,
        "テンソル 2 × パイプライン 2": part // 2 == worker % 2 and layer // 2 == worker // 2,
    }[way]


WAYS = {
    "データ並列": "データ: 別々\n動くもの: 勾配",
    "FSDP（ZeRO 3）": "データ: 別々\n動くもの: 使う層のパラメータと勾配",
    "テンソル並列": "データ: 同じ\n動くもの: 層ごとの出力と、その勾配",
    "パイプライン並列": "データ: 同じ（流れ作業）\n動くもの: 切れ目の出力と、その勾配",
    "テンソル 2 × パイプライン 2": "データ: 同じ（流れ作業）\n動くもの: 上の 2 行の両方",
}


def five_ways() -> tuple[Figure, str]:
    """5 つの方法で、4 つのワーカーがいつも持つ部分と、ワーカーの間を動くものです。"""
    fig = Figure(figsize=(8.2, 6.9))
    ax = fig.add_axes((0, 0, 1, 6.6 / 6.9))
    ax.set(xlim=(0, 41), ylim=(0, 33), title="4 つのワーカーがいつも持つ部分と、ワーカーの間を動くもの")
    ax.axis("off")
    for worker in range(4):
        ax.text(10.7 + 5 * worker, 32, f"ワーカー {worker}", ha="center", va="center", fontsize=10)
    for row, (way, moves) in enumerate(WAYS.items()):
        bottom = 26 - 6.3 * row
        ax.text(0.5, bottom + 2, way.replace(" × ", "\n× "), va="center", fontsize=10.5)
        for worker in range(4):
            model(ax, 8.7 + 5 * worker, bottom, way, worker)
        ax.text(28.3, bottom + 2, moves, va="center", fontsize=9.5)
    text = ("4 層のモデルを 4 つのワーカーに分けます。色のマスは、そのワーカーがいつも持つ部分です。"
            "データ並列だけは、全員がすべてを持ちます。残りの 4 つの方法では、1 つのワーカーが持つのは 4 分の 1 です。"
            "FSDP とテンソル並列は、持ち方が同じでも、動かすものが違います。")
    return fig, text


def model(ax: Axes, left: float, bottom: float, way: str, worker: int) -> None:
    """1 つのワーカーが持つ部分です。1 段が 1 つの層で、上が入力に近い層です。"""
    color, hatch = WORKERS[worker]
    for layer in range(LAYERS):
        for part in range(SLICES):
            has = held(way, worker, layer, part)
            ax.add_patch(Rectangle(
                (left + part, bottom + LAYERS - 1 - layer), 1, 0.85, facecolor=color if has else EMPTY,
                hatch=hatch if has else "", edgecolor="black", linewidth=0.6))
