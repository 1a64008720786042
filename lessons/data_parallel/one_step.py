"""同期型の 1 歩を、手で確かめられる数で行います。

    y = θ x,   L = (1/n) Σ ½ (θ x - y)²,   g = (1/n) Σ (θ x - y) x

パラメータは θ 1 つ、データは (x, y) の 6 件です。
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

ROWS = torch.tensor([[1, 3], [2, 3], [3, 4], [1, 2], [2, 5], [2, 4]], dtype=torch.float64)
THETA, LR = 1.0, 0.1


def gradient(theta: Tensor, rows: Tensor) -> Tensor:
    """表 rows [n, 2] の件で平均した、損失 L の勾配です。theta と同じ形です。"""
    x, y = rows.T
    return ((theta * x - y) * x).mean().reshape(theta.shape)


@dataclass(frozen=True)
class Step:
    """1 歩の途中の数です。ワーカー i の分担 shards[i]、勾配 gradients[i]、平均 mean、新しい θ updated です。"""

    shards: tuple[Tensor, ...]
    gradients: tuple[float, ...]
    mean: float
    updated: float


def one_step(average_gradients: Callable, n_workers: int) -> Step:
    """6 件を n_workers 人に分けて、θ を 1 回更新します。

    average_gradients: 演習の average_gradients と同じ約束の関数
    """
    theta = torch.tensor([THETA], dtype=torch.float64)
    shards = ROWS.tensor_split(n_workers)
    gradients = [gradient(theta, shard) for shard in shards]
    mean = average_gradients(gradients, [len(shard) for shard in shards])
    return Step(tuple(shards), tuple(map(float, gradients)), float(mean), float(theta - LR * mean))
