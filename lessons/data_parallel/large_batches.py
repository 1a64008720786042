"""大きなミニバッチ: 人数を増やすと、ミニバッチが大きくなり、更新回数が減ります。

    η_k = k η_1        ミニバッチが k 倍なら、学習率も k 倍にします          (7)

学習するのは、シードを変えた 3 つのネットワークを束ねた lessons.networks.Networks です。
訓練データを見る回数（エポック）は、どのミニバッチでも同じです。
出典: Goyal ほか 2017, arXiv:1706.02677 (linear scaling rule。原文は未確認で、紹介する文章で確かめました)
"""

import torch
import torch.nn.functional as F

from lessons.data import digits
from lessons.data_parallel.flat_network import WIDTHS
from lessons.networks import Networks, accuracies
from lessons.training import one_thread

SEEDS = [0, 1, 2]
BASE_BATCH, BASE_LR, EPOCHS = 16, 0.1, 20


def updates(batch: int) -> int:
    """EPOCHS エポックの更新回数です。1 エポックの最後に余ったデータは使いません。"""
    return EPOCHS * (len(digits().x_train) // batch)


@one_thread()
def accuracy_after(batch: int, lr: float, warm_up: int = 0) -> list[float]:
    """ミニバッチ batch 件、学習率 lr の SGD で EPOCHS エポック学んだ、シードごとの正解率 (%) です。

    warm_up: 学習率を 0 から lr まで、更新のたびに同じだけ上げていくエポックの数
    """
    data, networks = digits(), Networks(WIDTHS, SEEDS)
    optimizer = torch.optim.SGD(networks.parameters(), lr)
    rising = max(1, warm_up * (len(data.x_train) // batch))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: min(1.0, (t + 1) / rising))
    generators = [torch.Generator().manual_seed(seed) for seed in SEEDS]
    for _ in range(EPOCHS):
        order = torch.stack([torch.randperm(len(data.x_train), generator=g) for g in generators])
        for rows in order.split(batch, dim=1):
            if rows.shape[1] < batch:
                continue
            z = networks(data.x_train[rows])
            loss = F.cross_entropy(z.flatten(0, 1), data.y_train[rows].flatten(), reduction="sum")
            optimizer.zero_grad()
            (loss / batch).backward()
            optimizer.step()
            schedule.step()
    return accuracies(networks, data.x_test, data.y_test)
