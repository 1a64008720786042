"""同期型のデータ並列を、本物の 2 つ以上のプロセスで行います。

    g = (1/k) Σ_i g_i       k 個のワーカーが同じ件数を受け持つので、重みの要らない平均です。

手で書いた all-reduce、DistributedDataParallel、ミニバッチが k 倍の 1 つのプロセスを比べます。
設定: 手書き数字、層の幅 64-128-10、ワーカーごとに 32 件、SGD、学習率 0.1、200 回の更新。
動かし方: run_or_stored("lessons.data_parallel.two_processes:train", 2)
          torchrun --nproc-per-node 2 -m lessons.data_parallel.two_processes
"""

import statistics
import time
from collections.abc import Callable, Iterator
from itertools import islice

import torch
import torch.nn.functional as F
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel
from torch.nn.utils import parameters_to_vector

from lessons.data import digits
from lessons.training import accuracy, mlp, sgd_step

WIDTHS = [64, 128, 10]
BATCH_A_WORKER = 32
STEPS = 200
LR = 0.1


def train(rank: int, n_workers: int) -> dict:
    """3 つの方法で同じ学習をして、1 つのプロセスの結果と比べます。

    戻り値: ワーカー 0 は次の辞書を、ほかのワーカーは空の辞書を返します。
        largest_difference: 1 つのプロセスで学習したパラメータとの差の最大
        step_seconds:       更新 1 回の時間の中央値 (s)
        accuracy:           テストデータの正解率 (%)
    どれも方法の名前で引く辞書です。名前は all_reduce と ddp で、時間と正解率には alone もあります。
    """
    share = slice(rank * BATCH_A_WORKER, (rank + 1) * BATCH_A_WORKER)
    by_hand, ddp, alone = (mlp(WIDTHS, seed=0) for _ in range(3))
    seconds = {
        "all_reduce": sgd(by_hand, n_workers, share, all_reduce_gradients),
        "ddp": sgd(DistributedDataParallel(ddp), n_workers, share),
    }
    if rank > 0:
        return {}
    seconds["alone"] = sgd(alone, n_workers, slice(None))
    data = digits()
    models = {"all_reduce": by_hand, "ddp": ddp, "alone": alone}
    return {
        "largest_difference": {name: difference(models[name], alone)
                               for name in ("all_reduce", "ddp")},
        "step_seconds": seconds,
        "accuracy": {name: accuracy(model, data.x_test, data.y_test)
                     for name, model in models.items()},
    }


def sgd(
    model: nn.Module, n_workers: int, share: slice, after_backward: Callable = lambda model: None,
) -> float:
    """model をその場で学習し、更新 1 回の時間の中央値 (s) を返します。

    share:          全員のミニバッチの中で、自分が受け持つ行
    after_backward: 逆伝播と更新の間に、model を渡して呼ぶ関数
    """
    seconds = []
    for x, y in islice(batches(n_workers * BATCH_A_WORKER), STEPS):
        start = time.perf_counter()
        F.cross_entropy(model(x[share]), y[share]).backward()
        after_backward(model)
        sgd_step(model, LR)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def all_reduce_gradients(model: nn.Module) -> None:
    """すべてのワーカーの勾配を足し、ワーカーの数で割ります。戻ると、全員が同じ勾配を持ちます。"""
    for parameter in model.parameters():
        distributed.all_reduce(parameter.grad)
        parameter.grad /= distributed.get_world_size()


def batches(size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """全員のミニバッチの列です。どのプロセスでも同じ順序です。"""
    data = digits()
    generator = torch.Generator().manual_seed(0)
    while True:
        order = torch.randperm(len(data.x_train), generator=generator)
        for rows in order[:len(order) // size * size].split(size):     # 半端な最後は使わない。
            yield data.x_train[rows], data.y_train[rows]


@torch.no_grad()
def difference(one: nn.Module, other: nn.Module) -> float:
    """2 つのネットワークのパラメータの差の最大です。"""
    a, b = (parameters_to_vector(model.parameters()) for model in (one, other))
    return (a - b).abs().max().item()


if __name__ == "__main__":
    distributed.init_process_group("gloo")      # torchrun が、番号と待ち合わせの場所を環境変数で渡す。
    result = train(distributed.get_rank(), distributed.get_world_size())
    for key, values in result.items():
        print(key, values)
    distributed.destroy_process_group()
