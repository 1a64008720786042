"""結合を切ったあとに、働かなくなったニューロンを、出力を変えずに取り除きます。

    c = ReLU(b_in)              入る結合のないニューロンが、いつも出す値                    (1)
    b_out ← b_out + W_out c     その値の分を、次の層のバイアスに足します                    (2)

出る結合のないニューロンでは、W_out の列が 0 なので、式 (2) は何も変えません。
1 つ取り除くと、そのニューロンとしかつながっていなかったニューロンも、働かなくなります。
"""

from collections.abc import Callable
from itertools import pairwise

from torch import Tensor, nn

from lessons.training import linear_layers

Layers = list[tuple[Tensor, Tensor]]  # 層ごとの重み [out, in] とバイアス [out]


def layers_of(model: nn.Module) -> Layers:
    """各全結合層の重みとバイアスを、CPU の float64 で返します。"""
    return [(layer.weight.detach().cpu().double(), layer.bias.detach().cpu().double())
            for layer in linear_layers(model)]


def masked(layers: Layers, masks: list[Tensor]) -> Layers:
    """マスクが False の重みを 0 にした層です。"""
    return [(w * mask, b) for (w, b), mask in zip(layers, masks, strict=True)]


def outputs(layers: Layers, x: Tensor) -> Tensor:
    """層の間が ReLU のネットワークの出力です。x: [n, in] → [n, out]"""
    h = x.double()
    for w, b in layers[:-1]:
        h = (h @ w.T + b).relu()
    w, b = layers[-1]
    return h @ w.T + b


def dead_in_each_layer(
    masks: list[Tensor], dead_neurons: Callable[[Tensor, Tensor], Tensor]
) -> list[Tensor]:
    """働かないニューロンが True の bool [hidden] を、隠れ層ごとに返します。

    働かないニューロンの結合も切れたとみなして、増えなくなるまで探します。
    """
    masks, found = [mask.clone() for mask in masks], -1
    while True:
        dead = [dead_neurons(*pair) for pair in pairwise(masks)]
        for gone, (incoming, outgoing) in zip(dead, pairwise(masks), strict=True):
            incoming[gone] = False
            outgoing[:, gone] = False
        total = sum(int(gone.sum()) for gone in dead)
        if total == found:
            return dead
        found = total


def without(layers: Layers, dead: list[Tensor], remove_neurons: Callable) -> Layers:
    """式 (1)(2): 働かないニューロンを、入力に近い層から順に取り除いた層です。"""
    layers = list(layers)
    for i, gone in enumerate(dead):
        (w_in, b_in), (w_out, b_out) = layers[i], layers[i + 1]
        constant = b_in[gone].relu()
        w_in, b_in, w_out_left = remove_neurons(w_in, b_in, w_out, ~gone)
        layers[i], layers[i + 1] = (w_in, b_in), (w_out_left, b_out + w_out[:, gone] @ constant)
    return layers


def products(layers: Layers) -> int:
    """画像 1 枚の推論での、掛け算の回数です。密な行列では、重みの数と同じです。"""
    return sum(w.numel() for w, _ in layers)


def largest_difference(before: Layers, after: Layers, x: Tensor) -> tuple[float, int]:
    """出力の差の最大値と、予測が変わった画像の枚数です。x: [n, in]"""
    first, second = outputs(before, x), outputs(after, x)
    changed = (first.argmax(dim=1) != second.argmax(dim=1)).sum()
    return float((first - second).abs().max()), int(changed)
