"""通信の予算: 何人で、1 人何件ずつ、何 bit で送り、学習率をいくつにするかを選びます。

    θ(t+1) = θ(t) - (η/n) Σ_i Q_b( g_i(θ(t)) )                                   (8)

記号: n workers, b bits, η lr, Q_b 最大の絶対値を端にした 2^b - 1 個の等間隔の値への丸め
全員で訓練データを EPOCHS 回見るので、1 人が計算する件数は、人数が多いほど減ります。
1 人は、更新のたびに、all-reduce で式 (3) のバイト数を送ります。
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons.data import digits
from lessons.data_parallel.flat_network import PARAMETERS, WIDTHS
from lessons.networks import Networks, accuracies
from lessons.training import one_thread

SEEDS = [0, 1, 2]
EPOCHS = 12
SECONDS_PER_EXAMPLE = 0.001  # 1 人が 1 件の勾配を求める時間
SECONDS, KILOBYTES, TARGET = 4.0, 400, 94.0  # 時間と通信の上限、正解率 (%) の目標


@dataclass(frozen=True)
class Plan:
    """分担のしかた: workers 人が batch 件ずつ計算し、値 1 つを bits bit で送り、学習率 lr で更新します。"""

    workers: int
    batch: int
    bits: int
    lr: float

    @property
    def updates(self) -> int:
        """更新回数です。全員で訓練データを EPOCHS 回見ます。"""
        return EPOCHS * training_count() // (self.batch * self.workers)

    @property
    def seconds(self) -> float:
        """1 人が計算にかける秒数です。通信の時間は含みません。"""
        return self.updates * self.batch * SECONDS_PER_EXAMPLE

    def kilobytes(self, allreduce_bytes: Callable) -> float:
        """1 人が学習の終わりまでに送る量 (kB) です。"""
        return self.updates * allreduce_bytes(PARAMETERS, self.workers, self.bits // 8) / 1000


@functools.cache
def training_count() -> int:
    """訓練データの件数です。"""
    return len(digits().x_train)


def rounded(values: Tensor, bits: int) -> Tensor:
    """ワーカーごとの値 [S, n, …] を、それぞれの最大の絶対値を端にした 2^bits - 1 個の値に丸めます。"""
    if bits == 32:
        return values
    top = 2 ** (bits - 1) - 1
    step = values.abs().amax(dim=tuple(range(2, values.dim())), keepdim=True).clamp_min(1e-30) / top
    return (values / step).round() * step


@functools.cache
@one_thread()
def accuracies_of(plan: Plan) -> tuple[float, ...]:
    """シードごとの、最後の正解率 (%) です。"""
    data, n = digits(), plan.workers
    networks = Networks(WIDTHS, [seed for seed in SEEDS for _ in range(n)])
    generators = [torch.Generator().manual_seed(seed) for seed in SEEDS]
    for _ in range(plan.updates):
        rows = torch.stack([torch.randperm(len(data.x_train), generator=g)[: n * plan.batch]
                            for g in generators]).view(len(SEEDS) * n, plan.batch)
        z = networks(data.x_train[rows])
        loss = F.cross_entropy(z.flatten(0, 1), data.y_train[rows].flatten(), reduction="sum")
        networks.zero_grad()
        (loss / plan.batch).backward()
        update(networks, plan)
    return tuple(accuracies(networks, data.x_test, data.y_test)[::n])


@torch.no_grad()
def update(networks: Networks, plan: Plan) -> None:
    """式 (8): 丸めた勾配の平均で、全員のパラメータを同じだけ動かします。"""
    for p in networks.parameters():
        sent = rounded(p.grad.unflatten(0, (len(SEEDS), plan.workers)), plan.bits)
        p -= plan.lr * sent.mean(dim=1, keepdim=True).expand_as(sent).flatten(0, 1)
