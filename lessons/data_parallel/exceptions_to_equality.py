"""同期型が「大きなミニバッチの 1 人」と同じにならない 4 つの場合です。

どの関数も、分けて求めた勾配 ĝ と、まとめて求めた勾配 g のずれを、比で返します。

    ずれ = max|ĝ - g| / max|g|

出典: バッチ正規化は Ioffe, Szegedy 2015, arXiv:1502.03167
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons.data_parallel.digit_network import first_theta, gradient, training_rows
from lessons.data_parallel.flat_network import WIDTHS
from lessons.data_parallel.one_worker import minibatches
from lessons.training import mlp, one_thread

SIZES = (32, 16)  # 2 人のワーカーの件数。大きさのちがう分担です。


def difference(split: Tensor, whole: Tensor) -> float:
    """分けて求めた勾配のずれを、まとめて求めた勾配の大きさとの比で返します。"""
    return float((split - whole).abs().max() / whole.abs().max())


def batch_of(seed: int) -> Tensor:
    """48 件のミニバッチ [48, 65] です。"""
    return next(minibatches(training_rows(), sum(SIZES), 1, seed))


def with_sizes(average: Callable, sizes: tuple[int, ...], seed: int) -> float:
    """ミニバッチを sizes 件ずつに分けたときのずれです。

    average: average(勾配のリスト, 件数のリスト) が、1 つにまとめた勾配を返す関数
    """
    rows, theta = batch_of(seed), first_theta(seed)
    split = [gradient(theta, shard) for shard in rows.split(list(sizes))]
    return difference(average(split, list(sizes)), gradient(theta, rows))


def plain_mean(gradients: list[Tensor], batch_sizes: list[int]) -> Tensor:
    """件数を見ずに、ワーカーの数で割ります。"""
    return sum(gradients) / len(gradients)


def plain_sum(gradients: list[Tensor], batch_sizes: list[int]) -> Tensor:
    """平均せずに、足すだけです。"""
    return sum(gradients)


def with_layer(layer: Callable[[int], nn.Module], average: Callable, seed: int) -> float:
    """隠れ層のあとに layer(幅) を入れたネットワークで、24 件ずつ 2 人に分けたときのずれです。"""
    rows = batch_of(seed)
    first, relu, last = mlp(WIDTHS, seed)
    network = nn.Sequential(first, layer(WIDTHS[1]), relu, last)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # ドロップアウトが引く乱数
        split = [network_gradient(network, shard) for shard in rows.tensor_split(2)]
        whole = network_gradient(network, rows)
    return difference(average(split, [24, 24]), whole)


def network_gradient(network: nn.Module, rows: Tensor) -> Tensor:
    """表 rows で平均した損失の勾配を、1 本のベクトルに並べます。"""
    loss = F.cross_entropy(network(rows[:, :-1]), rows[:, -1].long())
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(network.parameters()))])


@one_thread()
def all_cases(average: Callable, seed: int) -> dict[str, float]:
    """同じになる分け方 2 つと、同じにならない 4 つの場合のずれです。

    average: 演習の average_gradients と同じ約束の関数
    """
    return {
        "同じ件数、件数で重みを付けた平均": with_sizes(average, (24, 24), seed),
        "ちがう件数、件数で重みを付けた平均": with_sizes(average, SIZES, seed),
        "ちがう件数、ただの平均": with_sizes(plain_mean, SIZES, seed),
        "バッチ正規化のある層": with_layer(nn.BatchNorm1d, average, seed),
        "ドロップアウト（割合 0.5）": with_layer(lambda width: nn.Dropout(0.5), average, seed),
        "平均せずに和": with_sizes(plain_sum, (24, 24), seed),
    }
