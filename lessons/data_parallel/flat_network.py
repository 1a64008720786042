"""64-32-10 の小さなネットワークを、1 本のベクトル θ で表します。サーバが預かる形です。

    h = ReLU(x W_1 + b_1),   z = h W_2 + b_2

形: S = 束ねたネットワークの数, P = 2410 はパラメータの数, B = 件数。θ [S, P]
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons.data import Dataset
from lessons.networks import Networks
from lessons.training import one_thread

WIDTHS = [64, 32, 10]
SHAPES = {"fc1.weight": (64, 32), "fc1.bias": (32,), "fc2.weight": (32, 10), "fc2.bias": (10,)}
SIZES = [math.prod(shape) for shape in SHAPES.values()]
PARAMETERS = sum(SIZES)


def initial_parameters(seeds: list[int]) -> Tensor:
    """シードごとの初期値 [S, P] です。"""
    networks = Networks(WIDTHS, seeds)
    pairs = zip(networks.weights, networks.biases, strict=True)
    return torch.cat([p.detach().flatten(1) for pair in pairs for p in pair], dim=1)


def named_parameters(theta: Tensor) -> dict[str, Tensor]:
    """ベクトル [P] を、名前のついたパラメータに分けます。"""
    pieces = zip(SHAPES.items(), theta.split(SIZES), strict=True)
    return {name: piece.view(shape) for (name, shape), piece in pieces}


def one_vector(parameters: dict[str, Tensor]) -> Tensor:
    """名前のついたパラメータを、ベクトル [P] に戻します。"""
    return torch.cat([parameters[name].flatten() for name in SHAPES])


def logits(theta: Tensor, x: Tensor) -> Tensor:
    """θ [S, P] と入力 [S, B, 64] から、ロジット [S, B, 10] を計算します。"""
    w1, b1, w2, b2 = theta.split(SIZES, dim=1)
    h = torch.baddbmm(b1[:, None], x, w1.view(-1, *SHAPES["fc1.weight"])).relu()
    return torch.baddbmm(b2[:, None], h, w2.view(-1, *SHAPES["fc2.weight"]))


@one_thread()
def mean_gradient(theta: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """交差エントロピーの平均の勾配 [S, P] です。x: [S, B, 64]、y: int64 [S, B]。"""
    theta = theta.detach().requires_grad_()
    z = logits(theta, x)
    loss = F.cross_entropy(z.flatten(0, 1), y.flatten(), reduction="sum") / y.shape[1]
    return torch.autograd.grad(loss, theta)[0]


@torch.no_grad()
def accuracy_of(theta: Tensor, data: Dataset) -> list[float]:
    """テストの画像での、ネットワークごとの正解率 (%) です。発散したものは、ほぼ 10 % になります。"""
    x = data.x_test.expand(len(theta), -1, -1)
    correct = logits(theta, x).argmax(dim=2) == data.y_test
    return (100 * correct.double().mean(dim=1)).tolist()
