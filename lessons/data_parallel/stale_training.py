"""時計の順に、小さなネットワークを学習します。シードと学習率を変えた学習を、1 つの束で進めます。

    非同期型  θ ← θ - η' g_i(θ_古い)        θ_古い は、そのワーカーが pull したパラメータです
              η' = η  または  η' = η / max(1, ステイルネス)
    同期型    θ ← θ - η (1/k) Σ_i g_i(θ)    全員が同じ θ を使います

形:   S = 束ねた学習の数, P = パラメータの数, k = ワーカーの数。θ [S, P]、η [S, 1]
出典: ステイルネスで割るのは Zhang ほか 2015, arXiv:1511.05950
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from lessons.data import Dataset
from lessons.data_parallel.event_clock import Push, Step
from lessons.data_parallel.flat_network import accuracy_of, initial_parameters, mean_gradient

BATCH = 32
SEEDS = [0, 1, 2]


@dataclass
class Curve:
    """1 つの学習率の記録です。時刻 (s)、更新の番号と、シードごとの正解率 (%) accuracy [n][S] です。"""

    seconds: list[float] = field(default_factory=list)
    updates: list[int] = field(default_factory=list)
    accuracy: list[list[float]] = field(default_factory=list)

    @property
    def final(self) -> list[float]:
        """最後の正解率 (%) です。"""
        return self.accuracy[-1]

    def at(self, update: int) -> list[float]:
        """更新の番号 update での正解率 (%) です。"""
        return self.accuracy[self.updates.index(update)]


def mean_removed(data: Dataset) -> Dataset:
    """画素ごとに、訓練の画像の平均を引いたデータです。"""
    mean = data.x_train.mean(dim=0)
    return replace(data, x_train=data.x_train - mean, x_test=data.x_test - mean)


def worker_gradient(data: Dataset, seeds: list[int], workers: int) -> Callable[[Tensor, int], Tensor]:
    """gradient(θ, worker) を作ります。worker は自分の分担から 32 枚を引き、勾配 [S, P] を返します。

    訓練の画像は、シードごとに違う並べ方で workers 個に分けます。
    """
    rows = [torch.randperm(len(data.x_train), generator=torch.Generator().manual_seed(seed))
            for seed in seeds]
    shards = torch.stack(rows).tensor_split(workers, dim=1)
    generators = [torch.Generator().manual_seed(1000 + i) for i in range(workers)]

    def gradient(theta: Tensor, worker: int) -> Tensor:
        picked = torch.randint(shards[worker].shape[1], (BATCH,), generator=generators[worker])
        batch = shards[worker][:, picked]
        return mean_gradient(theta, data.x_train[batch], data.y_train[batch])

    return gradient


def train_asynchronously(
    data: Dataset, pushes: list[Push], rates: list[float], *, by_staleness: bool = False,
    seeds: list[int] = SEEDS, measured: set[int] | None = None,
) -> dict[float, Curve]:
    """push の順に更新し、学習率ごとの Curve を返します。

    by_staleness: 学習率をステイルネスで割るかどうか
    measured:     正解率を測る更新の番号。渡さないと、等間隔に 20 回測ります。
    """
    theta, lr = every_pair(seeds, rates)
    gradient = worker_gradient(data, seeds * len(rates), 1 + max(push.worker for push in pushes))
    pulled = {push.worker: theta for push in pushes}
    measured = measured or evenly(len(pushes))
    curves = {rate: Curve() for rate in rates}
    for update, push in enumerate(pushes, 1):
        scaled = lr / max(1, push.staleness) if by_staleness else lr
        theta = theta - scaled * gradient(pulled[push.worker], push.worker)
        pulled[push.worker] = theta
        if update in measured:
            record(curves, push.pushed, update, accuracy_of(theta, data))
    return curves


def train_synchronously(
    data: Dataset, steps: list[Step], rates: list[float], *, seeds: list[int] = SEEDS,
    measured: set[int] | None = None,
) -> dict[float, Curve]:
    """1 歩ごとに全員の勾配を平均して更新し、学習率ごとの Curve を返します。"""
    theta, lr = every_pair(seeds, rates)
    workers = len(steps[0].finished)
    gradient = worker_gradient(data, seeds * len(rates), workers)
    measured = measured or evenly(len(steps))
    curves = {rate: Curve() for rate in rates}
    for update, step in enumerate(steps, 1):
        theta = theta - lr * torch.stack([gradient(theta, i) for i in range(workers)]).mean(dim=0)
        if update in measured:
            record(curves, step.ended, update, accuracy_of(theta, data))
    return curves


def every_pair(seeds: list[int], rates: list[float]) -> tuple[Tensor, Tensor]:
    """学習率とシードのすべての組の、はじめの θ [S, P] と η [S, 1] です。"""
    theta = initial_parameters(seeds).repeat(len(rates), 1)
    return theta, torch.tensor(rates).repeat_interleave(len(seeds))[:, None]


def evenly(updates: int, times: int = 20) -> set[int]:
    """更新の番号を、等間隔に times 個選びます。最後の更新を必ず含みます。"""
    return {round(updates * i / times) for i in range(1, times + 1)}


def record(curves: dict[float, Curve], second: float, update: int, accuracy: list[float]) -> None:
    """束の正解率を、学習率ごとの記録に分けて加えます。"""
    for i, curve in enumerate(curves.values()):
        seeds = len(accuracy) // len(curves)
        curve.seconds.append(second)
        curve.updates.append(update)
        curve.accuracy.append(accuracy[i * seeds : (i + 1) * seeds])
