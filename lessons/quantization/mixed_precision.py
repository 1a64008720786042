"""数値の形式を変えた学習: 勾配のアンダーフローと、消える小さな更新を再現します。

    g_S = ∂(S·c·L)/∂w = S · ∂(c·L)/∂w        順伝播と逆伝播は dtype で計算        (1)
    w ← Adam(w, g_S / S)                    更新は float32 の重みで行う           (2)

記号: L 損失, c loss_factor (勾配が小さい場面を作る倍率), S loss_scale, w 重み
設定: 手書き数字 8×8 画素。gradient_run では -1 以上 1 以下にして使います。
出典: Micikevicius ほか 2018, Mixed Precision Training, arXiv:1710.03740, 3 節
"""

import copy
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons.data import Dataset, centred
from lessons.training import accuracy, mlp, one_thread


@dataclass(frozen=True, eq=False)
class GradientRun:
    """1 回の学習の結果です。

    accuracies:     エポックごとのテストの正解率 (%)
    true_gradients: 最初の更新での、重みの勾配。損失のスケーリングなしで float32 で計算したもの
    zero_percent:   そのうち 0 でないものが、dtype での計算では 0 になった割合 (%)
    """

    accuracies: tuple[float, ...]
    true_gradients: Tensor
    zero_percent: float


@one_thread()
def gradient_run(
    data: Dataset, dtype: torch.dtype, seed: int, loss_scale: float = 1.0,
    loss_factor: float = 1e-6,
) -> GradientRun:
    """混合精度で 64-64-10 のネットワークを 10 エポック学習します。

    順伝播と逆伝播は dtype、損失と重みの更新は float32 です。loss_factor を 1 にすると、
    勾配が小さい場面を作らない、ふつうの学習になります。
    """
    model = mlp([64, 64, 10], seed).to(data.x_train.device)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3, eps=1e-15)
    x_train, x_test = centred(data.x_train), centred(data.x_test)
    generator = torch.Generator().manual_seed(seed)
    accuracies, true_gradients, zero_percent = [], None, 0.0
    for _ in range(10):
        for rows in torch.randperm(len(x_train), generator=generator).split(64):
            batch = x_train[rows], data.y_train[rows]
            gradients = gradients_in(model, *batch, dtype, loss_factor * loss_scale)
            if true_gradients is None:
                exact = gradients_in(model, *batch, torch.float32, loss_factor)
                true_gradients = weights_only(exact)
                nonzero = true_gradients != 0
                vanished = nonzero & (weights_only(gradients) == 0)
                zero_percent = 100 * int(vanished.sum()) / int(nonzero.sum())
            for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                parameter.grad = gradient.float() / loss_scale
            optimizer.step()
        accuracies.append(accuracy_in(model, x_test, data.y_test, dtype))
    return GradientRun(tuple(accuracies), true_gradients, zero_percent)


def gradients_in(
    model: nn.Module, x: Tensor, y: Tensor, dtype: torch.dtype, factor: float
) -> tuple[Tensor, ...]:
    """式 (1): 重みと入力を dtype にして求めた勾配です。損失は float32 で factor 倍します。"""
    copies = {name: p.detach().to(dtype).requires_grad_() for name, p in model.named_parameters()}
    logits = torch.func.functional_call(model, copies, x.to(dtype))
    loss = factor * F.cross_entropy(logits.float(), y)
    return torch.autograd.grad(loss, tuple(copies.values()))


def weights_only(gradients: tuple[Tensor, ...]) -> Tensor:
    """バイアスを除いた、重みの勾配だけを 1 列に並べます。"""
    return torch.cat([g.flatten() for g in gradients if g.dim() == 2])


def accuracy_in(model: nn.Module, x: Tensor, y: Tensor, dtype: torch.dtype) -> float:
    """重みと入力を dtype にしたときの正解率 (%) です。model は変えません。"""
    return accuracy(copy.deepcopy(model).to(dtype), x.to(dtype), y)


@one_thread()
def swamped_run(data: Dataset, dtype: torch.dtype, seed: int, master: bool) -> tuple[float, ...]:
    """小さな学習率の SGD で 64-32-10 のネットワークを 20 エポック学習し、正解率を返します。

    master: True なら更新用の重み（マスターウェイト）を float32 で、False なら重みを dtype で持ちます。
    """
    held = torch.float32 if master else dtype
    model = mlp([64, 32, 10], seed).to(data.x_train.device, held)
    x_train, x_test = data.x_train, data.x_test  # 中心に寄せない入力のほうが、更新が小さくなる
    generator = torch.Generator().manual_seed(seed)
    accuracies = []
    for _ in range(20):
        for rows in torch.randperm(len(x_train), generator=generator).split(8):
            gradients = gradients_in(model, x_train[rows], data.y_train[rows], dtype, 1.0)
            with torch.no_grad():
                for parameter, gradient in zip(model.parameters(), gradients, strict=True):
                    # 足した結果は、重みを持つ型の最も近い値に丸められる。
                    parameter -= 0.003 * gradient.to(held)
        accuracies.append(accuracy_in(model, x_test, data.y_test, dtype))
    return tuple(accuracies)
