"""非同期型のパラメータサーバを、本物のプロセスで動かします。

    ワーカー: θ を受け取る (pull) → 自分のミニバッチで勾配を求める → 勾配を送る (push) → 繰り返す。
    サーバ:   勾配が届いた順に θ ← θ - η g とし、送った相手だけに新しい θ を返す。

設定: 手書き数字、層の幅 64-32-10、ミニバッチ 32、学習率 0.05、300 回の更新。番号 0 がサーバです。
通信: torch.distributed の send と、相手を決めない recv を使います。
      torch.distributed.rpc でも書けますが、その文書は保守だけの段階 (maintenance mode) だと言っています。
動かし方: run_or_stored("lessons.data_parallel.server_process:train", 4)     # サーバと 3 ワーカー
"""

import math
import random
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, distributed
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from lessons.data import Dataset, digits
from lessons.training import accuracy, mlp

WIDTHS = [64, 32, 10]
BATCH_SIZE = 32
UPDATES = 300
LR = 0.05
SERVER = 0
PAUSE = 0.01        # 秒。最も速いワーカーが、勾配を 1 回求めるたびに休む時間の目安
SLOWEST = 0.5       # 最も遅いワーカーの速さ。最も速いワーカーは 1 です。
SPREAD = 0.2        # 同じワーカーの中での、対数で見た時間のばらつき


def train(rank: int, n_workers: int) -> dict[str, dict]:
    """番号 0 がサーバに、ほかがワーカーになり、UPDATES 回の更新を 2 通り行います。

    戻り値: "alike" は、どのワーカーも休まずに続けた結果です。
            "uneven" は、重い計算のかわりに休んだ結果です。長さは、ワーカーとそのときどきで違います。
    サーバ (番号 0) は、それぞれ次の辞書を返します。
        arrivals:  更新ごとの、勾配を送ってきたワーカーの番号 (1 以上)
        staleness: 更新ごとの、そのワーカーが θ を受け取ってから送るまでに、サーバが行った更新の回数
        updates_per_second: 1 秒あたりの更新回数 (回/s)
        accuracy:  最後の θ の、テストデータの正解率 (%)
    ワーカーは、それぞれ losses (自分のミニバッチの損失を、求めた順に並べたもの) の辞書を返します。
    ValueError: サーバのほかに、ワーカーがいないとき。
    """
    if n_workers < 2:
        raise ValueError(f"サーバのほかに、ワーカーが 1 個以上要ります: {n_workers}")
    data = digits()
    distributed.barrier()       # 先にデータを読み終えたワーカーだけで、更新が進まないように。
    if rank == SERVER:
        return {"alike": serve(n_workers, data), "uneven": serve(n_workers, data)}
    return {"alike": work(rank, data, lambda: 0.0),
            "uneven": work(rank, data, pauses(rank, n_workers - 1))}


def serve(n_workers: int, data: Dataset) -> dict:
    """サーバです。勾配が届くたびに更新し、送った相手だけに新しい θ を返します。"""
    model = mlp(WIDTHS, seed=0)
    theta = parameters_to_vector(model.parameters()).detach()
    gradient = torch.empty_like(theta)
    pulled = {}                                     # ワーカーの番号 → 渡した θ が、何回更新したものか
    for worker in range(1, n_workers):
        answer(worker, 0, theta)
        pulled[worker] = 0
    arrivals, staleness = [], []
    start = time.perf_counter()
    for version in range(UPDATES):
        worker = distributed.recv(gradient)         # 相手を決めず、最初に届いた勾配を受け取る。
        arrivals.append(worker)
        staleness.append(version - pulled[worker])
        theta -= LR * gradient
        answer(worker, version + 1, theta)
        pulled[worker] = version + 1
    seconds = time.perf_counter() - start
    for _ in range(n_workers - 2):                  # まだ計算しているワーカーの勾配は、もう使わない。
        answer(distributed.recv(gradient), UPDATES, theta)
    vector_to_parameters(theta, model.parameters())
    return {"arrivals": arrivals, "staleness": staleness, "updates_per_second": UPDATES / seconds,
            "accuracy": accuracy(model, data.x_test, data.y_test)}


def answer(worker: int, version: int, theta: Tensor) -> None:
    """更新の回数と θ をワーカーに送ります。回数が UPDATES なら、それで終わりです。"""
    distributed.send(torch.tensor(version), dst=worker)
    if version < UPDATES:
        distributed.send(theta, dst=worker)


def work(rank: int, data: Dataset, pause: Callable[[], float]) -> dict:
    """ワーカーです。θ を受け取り、勾配を送ることを、サーバが終わりを告げるまで繰り返します。

    pause: 勾配を送る前に休む時間 (s) を、毎回答える関数
    """
    model = mlp(WIDTHS, seed=0)
    theta = parameters_to_vector(model.parameters()).detach()
    version = torch.tensor(0)
    generator = torch.Generator().manual_seed(rank)
    losses = []
    while True:
        distributed.recv(version, src=SERVER)
        if version == UPDATES:
            return {"losses": losses}
        distributed.recv(theta, src=SERVER)
        vector_to_parameters(theta, model.parameters())
        rows = torch.randint(len(data.x_train), (BATCH_SIZE,), generator=generator)
        loss = F.cross_entropy(model(data.x_train[rows]), data.y_train[rows])
        losses.append(loss.item())
        gradient = torch.autograd.grad(loss, list(model.parameters()))
        time.sleep(pause())
        distributed.send(parameters_to_vector(gradient), dst=SERVER)


def pauses(rank: int, workers: int) -> Callable[[], float]:
    """重い計算のかわりに休む時間 (s) の列です。ワーカーの速さは 1 から SLOWEST まで等間隔です。"""
    speed = 1 - (1 - SLOWEST) * (rank - 1) / max(1, workers - 1)
    draw = random.Random(rank)
    return lambda: PAUSE / speed * math.exp(SPREAD * draw.gauss(0, 1))
