"""連合学習のシミュレーションです。クライアントの学習を 1 つの束で進め、平均だけを関数に任せます。

    1 回の通信: サーバが θ を配る → 各クライアントが手元のデータで E エポック学習する → 平均する

分け方: 「全クラス」は無作為に、「2 クラスずつ」はラベルの順に 2 K 個へ切り、1 人に 2 個ずつ配ります。
形:     K = クライアントの数, S = シードの数, P = パラメータの数。束は [S K, P]
出典:   McMahan ほか 2017, arXiv:1602.05629
"""

from collections.abc import Callable

import torch
from torch import Tensor

from lessons.data import Dataset
from lessons.data_parallel.flat_network import (
    accuracy_of,
    initial_parameters,
    mean_gradient,
    named_parameters,
    one_vector,
)
from lessons.data_parallel.stale_training import SEEDS

CLIENTS = 10
LOCAL_BATCH = 16
LOCAL_LR = 0.3
Average = Callable[[list[dict[str, Tensor]], list[int]], dict[str, Tensor]]


def split_evenly(labels: Tensor, clients: int, seed: int) -> list[Tensor]:
    """行番号を無作為に分けます。どのクライアントも、すべてのクラスを持ちます。"""
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    return list(order.tensor_split(clients))


def split_by_class(labels: Tensor, clients: int, seed: int) -> list[Tensor]:
    """ラベルの順に 2 K 個へ切り、1 人に 2 個ずつ配ります。ほぼ 2 クラスずつになります。"""
    pieces = labels.argsort(stable=True).tensor_split(2 * clients)
    order = torch.randperm(2 * clients, generator=torch.Generator().manual_seed(seed)).tolist()
    return [torch.cat([pieces[a], pieces[b]]) for a, b in zip(order[::2], order[1::2], strict=True)]


def classes_of(labels: Tensor, shards: list[Tensor]) -> list[list[int]]:
    """クライアントごとの、クラス別の枚数 [K][10] です。"""
    return [torch.bincount(labels[shard], minlength=10).tolist() for shard in shards]


def locally_trained(
    theta: Tensor, data: Dataset, shards: list[Tensor], epochs: int, generator: torch.Generator
) -> Tensor:
    """束 [n, P] の i 番目を、行番号 shards[i] の画像だけで epochs エポック学習して返します。

    1 エポックは、最も少ないクライアントの枚数までです。余った画像は、次のエポックで選ばれます。
    """
    batches = min(map(len, shards)) // LOCAL_BATCH
    for _ in range(epochs):
        order = torch.stack([shard[torch.randperm(len(shard), generator=generator)]
                             [: batches * LOCAL_BATCH] for shard in shards])
        for rows in order.split(LOCAL_BATCH, dim=1):
            theta = theta - LOCAL_LR * mean_gradient(theta, data.x_train[rows], data.y_train[rows])
    return theta


def train_federated(
    average: Average, data: Dataset, split: Callable[[Tensor, int, int], list[Tensor]], *,
    epochs: int, rounds: int, seeds: list[int] = SEEDS,
) -> list[list[float]]:
    """連合学習を rounds 回の通信だけ進め、通信ごとの正解率 (%) [rounds][S] を返します。

    average: federated_average と同じ働きの関数。epochs: 1 回の通信の間に手元で学習するエポック数
    """
    clients = [split(data.y_train, CLIENTS, seed) for seed in seeds]
    generator = torch.Generator().manual_seed(0)
    server, history = initial_parameters(seeds), []
    for _ in range(rounds):
        local = locally_trained(server.repeat_interleave(CLIENTS, dim=0), data,
                                sum(clients, []), epochs, generator)
        server = torch.stack([
            one_vector(average([named_parameters(theta) for theta in group], list(map(len, shards))))
            for group, shards in zip(local.split(CLIENTS), clients, strict=True)])
        history.append(accuracy_of(server, data))
    return history


def alone(data: Dataset, split: Callable[[Tensor, int, int], list[Tensor]], epochs: int) -> list[float]:
    """平均せずに、クライアントが 1 人で epochs エポック学習したときの正解率 (%) です。"""
    shards = split(data.y_train, CLIENTS, 0)
    theta = initial_parameters([0]).expand(CLIENTS, -1)
    return accuracy_of(
        locally_trained(theta, data, shards, epochs, torch.Generator().manual_seed(0)), data)


def bytes_of_rounds(rounds: int, clients: int, parameters: int) -> int:
    """float32 のパラメータを、毎回の通信で全員に配り、全員から集めるときの byte です。"""
    return 2 * 4 * rounds * clients * parameters


def rounds_to(history: list[list[float]], target: float) -> int | None:
    """正解率の平均がはじめて target (%) に届いた通信の番号です。届かなければ None です。"""
    for number, accuracies in enumerate(history, 1):
        if sum(accuracies) / len(accuracies) >= target:
            return number
    return None
