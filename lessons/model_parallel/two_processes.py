"""1 層目のあとで切ったネットワークを、本物の 2 つのプロセスで学習します。

    ワーカー 0: h = ReLU(x W_1ᵀ + b_1) を求め、h を送る。∂L/∂h を受け取り、W_1 と b_1 を更新する。
    ワーカー 1: h を受け取り、損失 L と ∂L/∂h を求めて、∂L/∂h を送る。残りの層を更新する。

設定: Fashion-MNIST、層の幅 784-300-100-10、ミニバッチ 64、SGD、学習率 0.1、40 回の更新。
通信: h と ∂L/∂h はどちらも float32 [64, 300] で、76 800 byte です。
動かし方: run_or_stored("lessons.model_parallel.two_processes:train", 2)
"""

import statistics
import time
from collections.abc import Iterator
from itertools import islice

import torch
import torch.nn.functional as F
from torch import Tensor, distributed, nn
from torch.nn.utils import parameters_to_vector

from lessons.data import fashion_mnist
from lessons.training import BATCH_SIZE, mlp, sgd_step

WIDTHS = [784, 300, 100, 10]
CUT = 2                     # mlp の先頭の 2 つ、1 層目と ReLU が前半になる。
STEPS = 40
WARM_UP = 5                 # はじめの数回は、準備の時間を含むので、時間に数えない。
LR = 0.1
SIZES = [4, 1_000, 10_000, 76_800, 1_000_000, 10_000_000]     # 往復させるデータ (byte)
ROUNDS = 50


def train(rank: int, n_workers: int) -> dict:
    """ネットワークを 2 つのワーカーで学習し、1 つのプロセスで学習した結果と比べます。

    戻り値: ワーカー 0 と 1 が、それぞれ自分の辞書を返します。
        losses: 更新ごとの損失。ワーカー 0 では、1 つのプロセスで学習した損失です。
        step_seconds: 更新 1 回の時間 (s)。通信を待つ時間も含みます。
        compute_seconds: そのうち、自分が計算していた時間 (s)
        alone_seconds: 1 つのプロセスでの、更新 1 回の時間 (s)。ワーカー 0 だけが測ります。
        largest_difference: 学習のあとの、2 つの方法のパラメータの差の最大。ワーカー 0 だけが求めます。
        loopback: 通信の速さの測定 loopback() の結果。ワーカー 0 だけが返します。
    時間はどれも、更新ごとの時間の中央値です。
    ValueError: n_workers が 2 でないとき。
    """
    if n_workers != 2:
        raise ValueError(f"前半と後半を、2 つのワーカーで計算します: {n_workers}")
    network = mlp(WIDTHS, seed=0)
    part = (network[:CUT], network[CUT:])[rank]
    step = (first_half, second_half)[rank]
    losses, whole, waited = [], [], []
    for x, y in islice(batches(), STEPS):
        start = time.perf_counter()
        loss, wait = step(part, x, y)
        sgd_step(part, LR)
        losses.append(loss)
        whole.append(time.perf_counter() - start)
        waited.append(wait)
    own = {"losses": losses, "step_seconds": statistics.median(whole[WARM_UP:]),
           "compute_seconds": statistics.median(
               w - wait for w, wait in zip(whole[WARM_UP:], waited[WARM_UP:], strict=True))}
    travel = loopback(rank)
    trained = parameters_to_vector(part.parameters()).detach()
    if rank == 1:
        distributed.send(trained, dst=0)
        return own
    rest = torch.empty(sum(p.numel() for p in network[CUT:].parameters()))
    distributed.recv(rest, src=1)
    alone, alone_losses, alone_seconds = train_alone()
    difference = (torch.cat([trained, rest]) - alone).abs().max().item()
    return own | {"losses": alone_losses, "alone_seconds": alone_seconds,
                  "largest_difference": difference, "loopback": travel}


def batches() -> Iterator[tuple[Tensor, Tensor]]:
    """ミニバッチの列です。どのプロセスでも同じ順序です。"""
    data = fashion_mnist()
    generator = torch.Generator().manual_seed(0)
    while True:
        for rows in torch.randperm(len(data.x_train), generator=generator).split(BATCH_SIZE):
            yield data.x_train[rows], data.y_train[rows]


def first_half(part: nn.Module, x: Tensor, y: Tensor) -> tuple[None, float]:
    """ワーカー 0 の順伝播と逆伝播です。損失は知りません。通信を待った時間 (s) を返します。"""
    h = part(x)
    start = time.perf_counter()
    distributed.send(h.detach(), dst=1)
    gradient = torch.empty_like(h)
    distributed.recv(gradient, src=1)
    wait = time.perf_counter() - start
    h.backward(gradient)
    return None, wait


def second_half(part: nn.Module, x: Tensor, y: Tensor) -> tuple[float, float]:
    """ワーカー 1 の順伝播と逆伝播です。入力の画像は使いません。損失と、通信を待った時間 (s) を返します。"""
    h = torch.empty(len(y), WIDTHS[1])
    start = time.perf_counter()
    distributed.recv(h, src=0)
    wait = time.perf_counter() - start
    loss = F.cross_entropy(part(h.requires_grad_()), y)
    loss.backward()
    start = time.perf_counter()
    distributed.send(h.grad, dst=0)
    return loss.item(), wait + time.perf_counter() - start


def train_alone() -> tuple[Tensor, list[float], float]:
    """同じ学習を 1 つのプロセスで行い、パラメータ、更新ごとの損失、更新 1 回の時間 (s) を返します。"""
    network = mlp(WIDTHS, seed=0)
    losses, seconds = [], []
    for x, y in islice(batches(), STEPS):
        start = time.perf_counter()
        loss = F.cross_entropy(network(x), y)
        loss.backward()
        sgd_step(network, LR)
        losses.append(loss.item())
        seconds.append(time.perf_counter() - start)
    parameters = parameters_to_vector(network.parameters()).detach()
    return parameters, losses, statistics.median(seconds[WARM_UP:])


def loopback(rank: int) -> dict[str, list]:
    """同じ大きさのデータを 2 つのワーカーの間で往復させ、片道の時間を測ります。

    戻り値: bytes は大きさ SIZES (byte)、seconds は片道の時間の中央値 (s) です。
            最小の大きさの時間が、ほぼ遅延(latency)です。最大の大きさを時間で割ると、ほぼ帯域幅です。
    """
    one_way = []
    for size in SIZES:
        message = torch.zeros(size, dtype=torch.uint8)
        seconds = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            for sender in (0, 1):
                if rank == sender:
                    distributed.send(message, dst=1 - rank)
                else:
                    distributed.recv(message, src=1 - rank)
            seconds.append((time.perf_counter() - start) / 2)
        one_way.append(statistics.median(seconds))
    return {"bytes": SIZES, "seconds": one_way}
