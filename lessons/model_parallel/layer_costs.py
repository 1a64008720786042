"""VGG-16 の層ごとの計算・重み・出力を数え、連続した組に分けます。

形は Simonyan と Zisserman 2015, arXiv:1409.1556, 表 1 の D です。画像は 224×224 画素の 3 チャネルです。
計算の回数は lessons.overview の式で数えます。バイアスとプーリングは数えません。
"""

from collections.abc import Callable

from lessons.overview import LayerCost, conv2d_cost, linear_cost

# 畳み込み層の (出力のチャネル数, 画像の 1 辺)。フィルタはどれも 3×3 です。
CONVOLUTIONS = ((64, 224), (64, 224), (128, 112), (128, 112), (256, 56), (256, 56), (256, 56),
                (512, 28), (512, 28), (512, 28), (512, 14), (512, 14), (512, 14))
FULLY_CONNECTED = ((512 * 7 * 7, 4096), (4096, 4096), (4096, 1000))
FLOAT_BYTES = 4
Groups = list[list[int]]


def vgg16(batch: int) -> dict[str, LayerCost]:
    """batch 件を通すときの、16 層の名前と LayerCost です。入力に近い順に並びます。"""
    costs, channels = {}, 3
    for number, (out, size) in enumerate(CONVOLUTIONS, 1):
        costs[f"畳み込み {number}"] = conv2d_cost(batch, channels, out, 3, size, size)
        channels = out
    for number, (n_in, n_out) in enumerate(FULLY_CONNECTED, 1):
        costs[f"全結合 {number}"] = linear_cost(batch, n_in, n_out)
    return costs


def gflops(batch: int) -> list[float]:
    """層ごとの順伝播の計算 (GFLOP) です。"""
    return [cost.flops / 1e9 for cost in vgg16(batch).values()]


def grouped(layers: int, cuts: list[int]) -> Groups:
    """層の番号 0 から layers-1 を、cuts の各番号の前で切った組です。空の組もありえます。"""
    starts, ends = [0, *sorted(cuts)], [*sorted(cuts), layers]
    return [list(range(start, end)) for start, end in zip(starts, ends, strict=True)]


def totals(costs: list[float], groups: Groups) -> list[float]:
    """組ごとの合計です。"""
    return [sum(costs[i] for i in group) for group in groups]


def best_groups(
    costs: list[float], n_workers: int, bottleneck: Callable[[list[float], int], float]
) -> Groups:
    """最も忙しいワーカーが bottleneck(costs, n_workers) を超えないように、前から詰めた組です。"""
    limit = bottleneck(costs, n_workers) * (1 + 1e-12)
    cuts, filled = [], 0.0
    for i, cost in enumerate(costs):
        if filled + cost > limit:
            cuts.append(i)
            filled = 0.0
        filled += cost
    missing = n_workers - 1 - len(cuts)
    return grouped(len(costs), cuts + [len(costs)] * missing)


def activation_bytes(batch: int, groups: Groups) -> list[int]:
    """逆伝播のために各組が取っておく、層の入力の大きさ (byte) です。"""
    layers = list(vgg16(batch).values())
    return [FLOAT_BYTES * sum(layers[i].inputs for i in group) for group in groups]
