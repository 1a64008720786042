"""丸めたまま学習する(QAT): 順伝播では丸めた重みを使い、逆伝播では勾配の代わりを使います。

    順伝播: ŵ = rounding(w)        逆伝播: ∂L/∂w = through(∂L/∂ŵ, w)

記号: w 更新する実数の重み, ŵ 計算に使う重み, through low_bit_weights の式 (7) の straight_through
設定: 学習したネットワークから始め、2 エポック、学習率 0.02 で学習します。
"""

import copy
import functools
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from lessons.data import Dataset
from lessons.quantization.bit_widths import Rounding, uniform_weights
from lessons.training import accuracy, linear_layers, one_thread, train

Through = Callable[[Tensor, Tensor], Tensor]


class RoundedForward(torch.autograd.Function):
    """順伝播で丸め、逆伝播では through が決めた勾配を返します。"""

    @staticmethod
    def forward(ctx, weight: Tensor, rounding: Callable[[Tensor], Tensor], through: Through) -> Tensor:
        ctx.save_for_backward(weight)
        ctx.through = through
        return rounding(weight)

    @staticmethod
    def backward(ctx, grad_output: Tensor) -> tuple:
        (weight,) = ctx.saved_tensors
        return ctx.through(grad_output, weight), None, None


class StraightThrough(nn.Module):
    """重みを読むたびに丸めます。勾配は、through が決めたものが元の重みに届きます。"""

    def __init__(self, rounding: Callable[[Tensor], Tensor], through: Through):
        super().__init__()
        self.rounding, self.through = rounding, through

    def forward(self, weight: Tensor) -> Tensor:
        return RoundedForward.apply(weight, self.rounding, self.through)


@one_thread()
def quantization_aware(
    model: nn.Module, data: Dataset, bits: int, seed: int, through: Through,
    rounding: Rounding = uniform_weights,
) -> float:
    """丸めたまま 2 エポック再学習した正解率 (%) を返します。model は変えません。

    seed: 画像の順序を決めるシード
    """
    model = copy.deepcopy(model)
    for layer in linear_layers(model):
        module = StraightThrough(functools.partial(rounding, bits=bits), through)
        parametrize.register_parametrization(layer, "weight", module)
    train(model, data.x_train, data.y_train, epochs=2, lr=0.02, weight_decay=5e-4,
          generator=torch.Generator().manual_seed(seed))
    return accuracy(model, data.x_test, data.y_test)
