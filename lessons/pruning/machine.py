"""1 つのネットワークを切り、数え、働かないニューロンを取り除きます。計算には、渡された関数を使います。"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lessons.data import Dataset
from lessons.pruning.connections_or_neurons import FLOAT32_BYTES
from lessons.pruning.network import PruningResult, weights
from lessons.pruning.removal import (
    Layers,
    dead_in_each_layer,
    largest_difference,
    layers_of,
    masked,
    outputs,
    products,
    without,
)
from lessons.training import accuracy

FIXED = 0.1  # 講義の例のしきい値
RULES = ("α·σ で切る", "0.1 で切る")
COMPARED = 200  # 出力の差を調べる画像の枚数
INDEX_BYTES = 4


@dataclass(frozen=True, eq=False)
class Cut:
    """1 つの切り方の結果です。割合と正解率の単位は % です。

    dead: 隠れ層ごとの、働かないニューロン。layers では、removed が真なら取り除いてあります。
    accuracies: 再学習の前とあとの正解率。測っていなければ None です。
    difference: 取り除く前とあとの、出力の差の最大値。changed は、予測が変わった画像の枚数です。
    """

    rule: str
    layers: Layers
    dead: list[Tensor]
    removed: bool
    layer_percent: list[float]
    percent: float
    products: int
    dense_bytes: int
    csr_bytes: int
    accuracies: tuple[float, float | None]
    difference: float
    changed: int


class Machine:
    """学習したネットワークと、切って数えるための 5 つの関数です。

    results: 再学習の前とあとの正解率。alphas は、この中の α と 0 です。
    """

    def __init__(
        self, dense: nn.Module, data: Dataset, results: list[PruningResult],
        threshold_mask: Callable, pruned_percent: Callable, dead_neurons: Callable,
        remove_neurons: Callable, csr_bytes: Callable,
    ):
        self.threshold_mask, self.pruned_percent = threshold_mask, pruned_percent
        self.dead_neurons, self.remove_neurons = dead_neurons, remove_neurons
        self.csr_bytes = csr_bytes
        self.layers, self.images = layers_of(dense), data.x_test[:COMPARED].cpu()
        self.weights = [w.cpu() for w in weights(dense)]
        whole = accuracy(dense, data.x_test, data.y_test)
        self.measured = {0.0: (whole, whole)}
        self.measured |= {r.alpha: (r.accuracy_before, r.accuracy_after) for r in results}
        self.alphas = list(self.measured)
        self.fixed = [FIXED / float(w.std(correction=0)) for w in self.weights]
        cut = masked(self.layers, self.masks(self.fixed))
        right = outputs(cut, data.x_test.cpu()).argmax(dim=1) == data.y_test.cpu()
        self.accuracy_fixed = 100 * float(right.double().mean())

    def masks(self, factors: list[float]) -> list[Tensor]:
        """層ごとの倍率 factors を σ に掛けた、しきい値のマスクです。"""
        return [self.threshold_mask(w, a) for w, a in zip(self.weights, factors, strict=True)]

    def at(self, rule: str, alpha: float, remove: bool) -> Cut:
        """切り、数えます。remove が真なら、働かないニューロンを取り除きます。

        rule: RULES の 1 つ。2 つ目なら、α を使わず、どの層でもしきい値を FIXED にします。
        """
        by_sigma = rule == RULES[0]
        masks = self.masks([alpha] * len(self.weights) if by_sigma else self.fixed)
        dead = dead_in_each_layer(masks, self.dead_neurons)
        layers = before = masked(self.layers, masks)
        difference, changed = 0.0, 0
        if remove:
            layers = without(before, dead, self.remove_neurons)
            difference, changed = largest_difference(before, layers, self.images)
        stored = [self.csr_bytes(len(w), int(torch.count_nonzero(w)), FLOAT32_BYTES, INDEX_BYTES)
                  for w, _ in layers]
        return Cut(
            f"しきい値 {alpha:.1f}σ" if by_sigma else f"しきい値 {FIXED}", layers, dead, remove,
            [self.pruned_percent([mask]) for mask in masks], self.pruned_percent(masks),
            products(layers), FLOAT32_BYTES * products(layers), sum(stored),
            self.measured[alpha] if by_sigma else (self.accuracy_fixed, None), difference, changed)
