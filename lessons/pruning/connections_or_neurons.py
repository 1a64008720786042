"""切ったネットワークは、本当に小さく、速くなるのでしょうか。

結合を切っても、0 を密な行列に持ったままでは、大きさも時間も変わりません。
小さくするには、0 を除いて保存する (CSR 形式) か、ニューロンごと取り除きます。

    d* = (R·C·v - (R + 1)·i) / (R·C·(v + i))

式 (7) は lessons.pruning のものです。
記号: d* 密と CSR のバイト数が等しくなる密度 (0 でない値の割合),
      R rows, C columns, v value_bytes, i index_bytes
"""

import copy
import warnings
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn

from lessons.data import Dataset
from lessons.gpu import shortest
from lessons.pruning.compact import csr_bytes, remove_neurons
from lessons.pruning.network import (
    EPOCHS,
    RETRAIN_EPOCHS,
    WIDTHS,
    dense_network,
    magnitude_masks,
    retrain,
    weights,
)
from lessons.training import accuracy, apply_masks, linear_layers, mlp, one_thread

FLOAT32_BYTES = 4


@dataclass(frozen=True, eq=False)
class EqualWeightsResult:
    """同じ本数の重みを、結合として切った場合と、ニューロンとして取り除いた場合の結果です。

    removed_percent は取り除いた重みの割合 (%) です。正解率の単位も % です。
    scratch は、小さいネットワークを乱数の初期値から学習した正解率です。
    """

    removed_percent: float
    connections: nn.Module
    neurons: nn.Module
    connections_before: float
    connections_after: float
    neurons_before: float
    neurons_after: float
    scratch: float


def count_weights(widths: list[int]) -> int:
    """層の幅が widths の全結合ネットワークの、重みの本数です。バイアスは数えません。"""
    return sum(n_in * n_out for n_in, n_out in pairwise(widths))


def smaller_widths(widths: list[int], removed_percent: float) -> list[int]:
    """隠れ層を同じ比率で細くし、重みを removed_percent % 以上減らす、最も広い幅を返します。"""
    budget = count_weights(widths) * (1 - removed_percent / 100)
    for first in range(widths[1], 0, -1):
        hidden = [max(1, round(width * first / widths[1])) for width in widths[1:-1]]
        narrow = [widths[0], *hidden, widths[-1]]
        if count_weights(narrow) <= budget:
            return narrow
    raise ValueError(f"隠れ層を 1 個にしても、重みを {removed_percent} % 減らせません。")


@torch.no_grad()
def remove_hidden_neurons(model: nn.Module, widths: list[int]) -> nn.Sequential:
    """式 (7) の重要度の高いニューロンだけを残し、層の幅が widths のネットワークを作ります。"""
    w = weights(model)
    b = [layer.bias.detach() for layer in linear_layers(model)]
    for i, width in enumerate(widths[1:-1]):
        importance = w[i].norm(dim=1) * w[i + 1].norm(dim=0)   # [hidden]
        keep = torch.zeros_like(importance, dtype=torch.bool)
        keep[importance.topk(width).indices] = True
        w[i], b[i], w[i + 1] = remove_neurons(w[i], b[i], w[i + 1], keep)
    small = mlp(widths, seed=0).to(w[0].device)
    for layer, weight, bias in zip(linear_layers(small), w, b, strict=True):
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    return small


def compare_at_equal_weights(
    model: nn.Module, data: Dataset, removed_percent: float, seed: int
) -> EqualWeightsResult:
    """同じ本数の重みを、結合として切る場合とニューロンとして取り除く場合を比べます。"""
    test = data.x_test, data.y_test
    widths = smaller_widths(WIDTHS, removed_percent)
    neurons = remove_hidden_neurons(model, widths)
    neurons_before = accuracy(neurons, *test)
    retrain(neurons, data, seed)

    connections = copy.deepcopy(model)
    removed_share = 1 - count_weights(widths) / count_weights(WIDTHS)
    masks = magnitude_masks(connections, [round(removed_share * w.numel()) for w in weights(model)])
    apply_masks(connections, masks)
    connections_before = accuracy(connections, *test)
    retrain(connections, data, seed, partial(apply_masks, connections, masks))

    scratch = dense_network(data, seed, widths=widths, epochs=EPOCHS + RETRAIN_EPOCHS)
    return EqualWeightsResult(
        100 * removed_share, connections, neurons, connections_before,
        accuracy(connections, *test), neurons_before, accuracy(neurons, *test),
        accuracy(scratch, *test))


def csr_layers(model: nn.Module) -> list[tuple[Tensor, Tensor]]:
    """各全結合層を (CSR 形式の重み [out, in], バイアス [out]) に変えます。"""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta state")
        return [(layer.weight.detach().to_sparse_csr(), layer.bias.detach())
                for layer in linear_layers(model)]


def csr_forward(layers: list[tuple[Tensor, Tensor]], x: Tensor) -> Tensor:
    """CSR 形式の重みで、層の間が ReLU のネットワークを計算します。x [n, in] → [n, out]"""
    *hidden, (last_weight, last_bias) = layers
    h = x.T                                                    # [in, n]
    for weight, bias in hidden:
        h = (weight @ h + bias[:, None]).relu()
    return (last_weight @ h + last_bias[:, None]).T


def weight_bytes(model: nn.Module, index_bytes: int) -> tuple[int, int]:
    """全結合層の重みの大きさを (密な float32, CSR 形式) の順にバイト数で返します。"""
    matrices = weights(model)
    dense = sum(w.numel() * FLOAT32_BYTES for w in matrices)
    csr = sum(csr_bytes(len(w), int(w.count_nonzero()), FLOAT32_BYTES, index_bytes)
              for w in matrices)
    return dense, csr


def csr_break_even(rows: int, columns: int, value_bytes: int, index_bytes: int) -> float:
    """密と CSR のバイト数が等しくなる密度です。これより疎なら CSR が小さくなります。"""
    size = rows * columns
    return (size * value_bytes - (rows + 1) * index_bytes) / (size * (value_bytes + index_bytes))


@one_thread()
@torch.no_grad()
def forward_milliseconds(
    dense: nn.Module, connections: nn.Module, neurons: nn.Module, x: Tensor, rounds: int
) -> dict[str, float]:
    """推論 1 回の時間 (ms) を、重みの 4 つの持ち方で、1 つのスレッドで交互に測ります。x: [n, in]"""
    layers = csr_layers(connections)
    seconds = shortest({
        "元の密行列": partial(dense, x),
        "0 を含む密行列": partial(connections, x),
        "CSR 形式": partial(csr_forward, layers, x),
        "小さい密行列": partial(neurons, x),
    }, rounds)
    return {name: 1000 * s for name, s in seconds.items()}
