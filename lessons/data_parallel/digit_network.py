"""手書き数字の小さなネットワークを、1 本のベクトル θ で表します。

    h = ReLU(x W₁ᵀ + b₁),   z = h W₂ᵀ + b₂,   L = -(1/n) Σ log softmax(z)[y]

データは表 [n, 65] で渡します。はじめの 64 列が画素 x、最後の列がクラスの番号 y です。
θ [P] は、W₁, b₁, W₂, b₂ を順に並べたものです。
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons.data import digits
from lessons.training import mlp

WIDTHS = [64, 32, 10]


def training_rows(dtype: torch.dtype = torch.float32) -> Tensor:
    """訓練データの表 [1257, 65] です。"""
    data = digits()
    return table_of(data.x_train, data.y_train).to(dtype)


def test_rows() -> Tensor:
    """テストデータの表 [540, 65] です。"""
    data = digits()
    return table_of(data.x_test, data.y_test)


def table_of(x: Tensor, y: Tensor) -> Tensor:
    """画像 [n, 64] とクラスの番号 [n] を、1 つの表 [n, 65] にします。"""
    return torch.cat([x, y[:, None].to(x.dtype)], dim=1)


def first_theta(seed: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """種 seed の初期値 θ [P] です。"""
    return flat(mlp(WIDTHS, seed)).to(dtype)


def flat(network: nn.Module) -> Tensor:
    """ネットワークの重みとバイアスを、1 本のベクトルに並べます。"""
    return torch.cat([p.detach().flatten() for p in network.parameters()])


def logits(theta: Tensor, x: Tensor) -> Tensor:
    """θ [P] と画像 [n, 64] から、ロジット [n, 10] を計算します。"""
    n_in, hidden, n_out = WIDTHS
    w1, b1, w2, b2 = theta.split([n_in * hidden, hidden, hidden * n_out, n_out])
    h = (x @ w1.view(hidden, n_in).T + b1).relu()
    return h @ w2.view(n_out, hidden).T + b2


def gradient(theta: Tensor, rows: Tensor) -> Tensor:
    """表 rows [n, 65] の件で平均した損失の勾配 [P] です。"""
    theta = theta.detach().requires_grad_()
    loss = F.cross_entropy(logits(theta, rows[:, :-1]), rows[:, -1].long())
    return torch.autograd.grad(loss, theta)[0]


@torch.no_grad()
def accuracy_of(theta: Tensor, rows: Tensor) -> float:
    """表 rows [n, 65] での正解率 (%) です。"""
    right = logits(theta, rows[:, :-1].to(theta.dtype)).argmax(dim=1) == rows[:, -1].long()
    return 100 * int(right.sum()) / len(rows)
