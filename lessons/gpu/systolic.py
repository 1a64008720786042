"""シストリックアレイ(systolic array): 積和の部品を格子に並べ、値を隣へ渡しながら行列の積を計算します。

重みは部品に置いたまま動かしません。入力は右へ、途中の和は下へ、1 サイクルに 1 つ進みます。
形: X [m, k]、W [k, n]。部品は k×n 個で、部品 (r, c) が W[r, c] を持ちます。
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Cycle:
    """1 つのサイクルの終わりのようすです。値がないところは nan です。

    x:        部品が持つ入力 [k, n]
    sums:     部品が計算した途中の和 [k, n]
    finished: 下の端から出た答え [m, n]
    """

    x: Tensor
    sums: Tensor
    finished: Tensor


def run(x: Tensor, weight: Tensor) -> list[Cycle]:
    """X·W を計算し、すべてのサイクルのようすを返します。"""
    (m, k), n = x.shape, weight.shape[1]
    held, sums = torch.full((2, k, n), torch.nan)
    finished = torch.full((m, n), torch.nan)
    cycles = []
    for now in range(m + k + n - 2):
        entering = torch.tensor([x[now - r, r] if 0 <= now - r < m else torch.nan for r in range(k)])
        held = torch.cat([entering[:, None], held[:, :-1]], dim=1)
        above = torch.cat([torch.zeros(1, n), sums[:-1]])
        sums = above + held * weight
        finished = finished.clone()
        for column in range(n):
            row = now - (k - 1) - column
            if 0 <= row < m:
                finished[row, column] = sums[-1, column]
        cycles.append(Cycle(held, sums, finished))
    return cycles
