"""手書き数字のデータを 1 つの表にし、演習の gradient(theta, shard) の形で勾配を求めます。

表 [n, 65] のはじめの 64 列が画素、最後の列がクラスの番号です。
θ [P] は、flat_network の小さなネットワークの、すべてのパラメータです。
"""

import torch
from torch import Tensor

from lessons.data import digits
from lessons.data_parallel.flat_network import (
    accuracy_of,
    initial_parameters,
    mean_gradient,
)


def training_rows(dtype: torch.dtype = torch.float32) -> Tensor:
    """訓練データの表 [1257, 65] です。"""
    data = digits()
    return torch.cat([data.x_train, data.y_train[:, None]], dim=1).to(dtype)


def first_theta(seed: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """シード seed の初期値 θ [P] です。"""
    return initial_parameters([seed])[0].to(dtype)


def gradient(theta: Tensor, rows: Tensor) -> Tensor:
    """表 rows [n, 65] の件で平均した損失の、θ [P] についての勾配 [P] です。"""
    return mean_gradient(theta[None], rows[None, :, :-1], rows[None, :, -1].long())[0]


def digit_accuracy(theta: Tensor) -> float:
    """テストデータの正解率 (%) です。"""
    return accuracy_of(theta[None].float(), digits())[0]
