"""教師から来る勾配の大きさ: 温度を上げると 1/T² に縮み、T² を掛けると戻ります。

式の番号は lessons.distillation のものです。
出典: Hinton, Vinyals, Dean 2015, arXiv:1503.02531, 2.1 節
"""

import functools
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons.distillation.losses import soft_loss


def limit_gradient(student_logits: Tensor, teacher_logits: Tensor, temperature: float) -> Tensor:
    """式 (5): 温度が高いときの近似です。ロジットは画像ごとに平均を 0 にし、画像の枚数で平均します。"""
    gap = student_logits - teacher_logits
    return (gap - gap.mean(dim=1, keepdim=True)) / (gap.numel() * temperature**2)


def without_t_squared(
    student_logits: Tensor, teacher_logits: Tensor, labels: Tensor, temperature: float, alpha: float
) -> Tensor:
    """T² を忘れた損失です。温度を上げると、教師から来る勾配が 1/T² に縮みます。"""
    soft = soft_loss(student_logits, teacher_logits, temperature)
    return alpha * soft + (1 - alpha) * F.cross_entropy(student_logits, labels)


def with_gradient(loss: Callable) -> Callable:
    """loss の値と、生徒のロジットについての勾配を返す関数です。yours で、損失どうしを比べます。"""
    @functools.wraps(loss)
    def found(student_logits: Tensor, *arguments: object) -> tuple[Tensor, Tensor]:
        z = student_logits.clone().requires_grad_()
        value = loss(z, *arguments)
        return value.detach(), torch.autograd.grad(value, z)[0]

    return found
