"""全結合ネットワークを作り、学習し、正解率と時間を測ります。

学習: SGD (Nesterov のモーメンタム 0.9)、ミニバッチ 64、学習率は余弦で lr から 0 まで下げます。
乱数: 重みの初期値は seed、データの順序は generator だけで決まります。
場所: 計算は、渡したテンソルと同じデバイスで行います。
"""

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

BATCH_SIZE = 64


def mlp(widths: list[int], seed: int) -> nn.Sequential:
    """層の幅が widths の全結合ネットワークを作ります。層の間は ReLU です。

    重みとバイアスの初期値は ±1/√(入力の数) の一様乱数で、nn.Linear の既定と同じ分布です。
    ValueError: widths が 2 個に満たないとき。
    """
    if len(widths) < 2:
        raise ValueError(f"層の幅は 2 個以上要ります: {widths}")
    generator = torch.Generator().manual_seed(seed)
    layers: list[nn.Module] = []
    for n_in, n_out in pairwise(widths):
        # nn.Linear をふつうに作ると、全体で 1 つの乱数列が進んでしまう。
        linear = nn.utils.skip_init(nn.Linear, n_in, n_out)
        bound = 1 / math.sqrt(n_in)
        nn.init.uniform_(linear.weight, -bound, bound, generator=generator)
        nn.init.uniform_(linear.bias, -bound, bound, generator=generator)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """この中では、1 つのスレッドで計算します。

    小さな行列を何千回も掛ける学習では、スレッドを増やすと、待ち合わせのぶんだけ遅くなります。
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def linear_layers(model: nn.Module) -> list[nn.Linear]:
    """全結合層を、入力に近い順に返します。"""
    return [module for module in model.modules() if isinstance(module, nn.Linear)]


@torch.no_grad()
def apply_masks(model: nn.Module, masks: list[Tensor]) -> None:
    """各全結合層で、マスクが False の重みを 0 にします。model をその場で変えます。"""
    for layer, mask in zip(linear_layers(model), masks, strict=True):
        layer.weight.mul_(mask)


@torch.no_grad()
def sgd_step(model: nn.Module, lr: float) -> None:
    """モーメンタムのない SGD で、model をその場で 1 回更新し、勾配を消します。

    torch.optim.SGD と同じ値になります。始めたばかりのプロセスでは、torch.optim の準備に 1 秒以上かかります。
    """
    for parameter in model.parameters():
        parameter -= lr * parameter.grad
        parameter.grad = None


def train(
    model: nn.Module, x: Tensor, y: Tensor, *, epochs: int, lr: float, weight_decay: float,
    generator: torch.Generator, after_step: Callable[[], None] | None = None,
) -> None:
    """交差エントロピーを小さくするように、model をその場で学習します。

    x: [n, 特徴数]、y: int64 [n]、generator: CPU の乱数生成器。
    after_step: 更新のたびに呼ぶ関数。切った結合を 0 に保つときなどに使います。
    """
    model.to(x.device).train()
    optimizer = torch.optim.SGD(
        model.parameters(), lr, momentum=0.9, nesterov=True, weight_decay=weight_decay, fused=True)
    steps = epochs * math.ceil(len(x) / BATCH_SIZE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator).to(x.device)
        for rows in order.split(BATCH_SIZE):
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
            schedule.step()
            if after_step is not None:
                after_step()


@torch.no_grad()
def accuracy(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """正解率 (%) を返します。x: [n, 特徴数]、y: int64 [n]。"""
    model.eval()
    correct = model(x).argmax(dim=1) == y
    return 100 * int(correct.sum()) / len(y)


def milliseconds_side_by_side(
    calls: dict[str, Callable[[], object]], rounds: int
) -> dict[str, float]:
    """引数のない関数を順番に rounds 周まわして実行し、それぞれの最短の時間 (ms) を返します。

    交互に測るので、計算機が途中で混み合っても、一つの関数だけが損をすることはありません。
    """
    best = dict.fromkeys(calls, math.inf)
    for _ in range(rounds + 1):  # 最初の 1 周は準備の時間を含むが、最小値には残らない。
        for name, call in calls.items():
            wait_for_gpu()
            start = time.perf_counter()
            call()
            wait_for_gpu()
            best[name] = min(best[name], 1000 * (time.perf_counter() - start))
    return best


def wait_for_gpu() -> None:
    """GPU があれば、頼んだ計算がすべて終わるまで待ちます。"""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
