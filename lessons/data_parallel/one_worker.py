"""同期型のワーカー n 人と、n 倍のミニバッチで学ぶ 1 人を、同じデータで比べます。

    θ_n: 1 歩ごとに、ミニバッチを n 人に分け、式 (1) の平均で更新します
    θ_1: 同じミニバッチを、1 人がまとめて計算します
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from lessons.data_parallel.digit_network import first_theta, gradient, training_rows
from lessons.training import one_thread

BATCH = 32  # ワーカー 1 人が 1 歩で受け持つ件数


def minibatches(rows: Tensor, size: int, steps: int, seed: int) -> Iterator[Tensor]:
    """表 rows から、毎回ちがう size 件を steps 回取り出します。"""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        yield rows[torch.randperm(len(rows), generator=generator)[:size]]


@one_thread()
def trained(
    sync_sgd: Callable, shards: int, batch: int, *, seed: int, lr: float = 0.5, steps: int = 200,
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """batch 件のミニバッチを shards 個に分けて学習し、最後の θ [P] を返します。

    sync_sgd: 演習の sync_sgd と同じ約束の関数。ミニバッチごとに 1 歩ずつ呼びます。
    """
    theta = first_theta(seed, dtype)
    for rows in minibatches(training_rows(dtype), batch, steps, seed):
        theta = sync_sgd(gradient, theta, list(rows.tensor_split(shards)), lr, 1)
    return theta
