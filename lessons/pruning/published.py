"""公表された表の「全結合層全体」の列を、CaffeNet の層の大きさから計算し直します。

表が数えているのが結合なら、層ごとの割合を結合の数で重みづけると、全体の列になるはずです。
CaffeNet の全結合層は、9216 → 4096 → 4096 → 102 です（最後は花の種類の数）。
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from lessons.data import caffenet_table, csv_rows

CONNECTIONS = {"fc1": 9216 * 4096, "fc2": 4096 * 4096, "fc3": 4096 * 102}
SCALE = 256  # この数の分の 1 の長さのマスクで数える


@dataclass(frozen=True)
class Total:
    """全体の割合 (%) です。counted は結合を数えた値、mean は層ごとの割合の平均です。"""

    alpha: float
    published: float
    counted: float
    mean: float


def recomputed_totals(pruned_percent: Callable[[list[Tensor]], float]) -> list[Total]:
    """公表された層ごとの割合から、全体の割合を pruned_percent で計算します。"""
    totals = []
    for row in caffenet_table():
        cut = {name: getattr(row, name) for name in CONNECTIONS}
        masks = [torch.arange(n // SCALE) >= round(cut[name] / 100 * n / SCALE)
                 for name, n in CONNECTIONS.items()]
        mean = sum(cut.values()) / len(cut)
        totals.append(Total(row.alpha, row.total, pruned_percent(masks), mean))
    return totals


@dataclass(frozen=True)
class Headline:
    """論文の要旨にある、パラメータの数です。単位は 100 万個です。"""

    network: str
    before: float
    after: float


def han_headlines() -> list[Headline]:
    """Han ほかの論文の要旨にある、AlexNet と VGG-16 の値です。"""
    return [Headline(row["network"], float(row["before"]), float(row["after"]))
            for row in csv_rows("han_pruning.csv")]
