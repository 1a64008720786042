"""ロジットからの予測を変える: アンサンブルをまとめ、見ていないクラスのバイアスを足します。

出典: Hinton, Vinyals, Dean 2015, arXiv:1503.02531, 3 節 (見ていないクラス)
"""

import itertools
from collections.abc import Callable

from torch import Tensor

from lessons.distillation.losses import ensemble_targets


def ensemble_logits(
    logits: list[Tensor], temperature: float,
    targets: Callable[[list[Tensor], float], Tensor] = ensemble_targets,
) -> Tensor:
    """温度 T の softmax が targets(logits, T) と同じになるロジット T log p̄ です。"""
    return temperature * targets(logits, temperature).log()


def balancing_bias(logits: Tensor, digit: int, share: float) -> float:
    """digit と答える割合が share 以上になる、最も小さいバイアスです (0 以上、0.1 刻み)。ラベルは使いません。"""
    return next(tenths / 10 for tenths in itertools.count()
                if percent(with_bias(logits, digit, tenths / 10) == digit) >= 100 * share)


def with_bias(logits: Tensor, digit: int, bias: float) -> Tensor:
    """digit のロジットに bias を足したときの予測です。"""
    raised = logits.clone()
    raised[..., digit] += bias
    return raised.argmax(dim=-1)


def percent(hits: Tensor) -> float:
    """True の割合 (%) です。"""
    return 100 * float(hits.double().mean())
