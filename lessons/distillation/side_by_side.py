"""設定の違う生徒を 1 つの束にして、一度に学習します。別々に学習するより、速く終わります。

束の前から等分した k 番目の生徒たちが、k 番目の損失で学習します。
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from lessons.data import Dataset
from lessons.distillation.losses import distillation_loss
from lessons.distillation.students import taught
from lessons.networks import Networks, accuracies


def each_its_own(losses: list[Callable[..., Tensor]]) -> Callable[..., Tensor]:
    """taught に渡す損失です。束を等分した k 番目の生徒たちの損失は、losses[k] です。"""
    def mean_loss(*arguments: Tensor | float) -> Tensor:
        shares = zip(*(tensor.chunk(len(losses)) for tensor in arguments[:3]), strict=True)
        values = [loss(*share) for loss, share in zip(losses, shares, strict=True)]
        return sum(values) / len(values)

    return mean_loss


def with_settings(
    data: Dataset, teacher_logits: Tensor, per_class: int, settings: list[tuple[float, float]],
    *, seeds: list[int], **options,
) -> list[list[float]]:
    """(温度, α) の設定ごとに、seeds の生徒を学習したときの、テストの正解率 (%) です。

    options: 隠れ層の幅 widths など、taught に渡す設定
    """
    losses = [partial(distillation_loss, temperature=t, alpha=alpha) for t, alpha in settings]
    # 温度と α は losses が決めるので、ここで渡す 1.0 と 0.0 は使われない。
    students = taught(data, teacher_logits, per_class, 1.0, 0.0, loss=each_its_own(losses),
                      seeds=seeds * len(settings), **options)
    found, n = accuracies(students, data.x_test, data.y_test), len(seeds)
    return [found[k * n:(k + 1) * n] for k in range(len(settings))]


def one_teacher_each(data: Dataset, teachers: list[Tensor], temperature: float) -> Networks:
    """教師 1 人に生徒 1 人です。k 番目の生徒は、teachers[k] のロジット [n, C] だけから学びます。"""
    columns = torch.arange(len(teachers) * teachers[0].shape[1]).chunk(len(teachers))

    def from_teacher(k: int) -> Callable[..., Tensor]:
        return lambda z, side_by_side, y: distillation_loss(
            z, side_by_side[:, columns[k]], y, temperature, 1.0)

    return taught(data, torch.cat(teachers, dim=1), None, temperature, 1.0,
                  loss=each_its_own([from_teacher(k) for k in range(len(teachers))]),
                  seeds=[0] * len(teachers))
