"""学習した 1 つのネットワークを 64 bit から 1 桁のビット数までで持ち、大きさと正解率を測ります。

設定: Fashion-MNIST、層の幅 784-300-100-10。float64 で 3 エポック学習します。
丸め: 重みだけを持つ形式の値に丸めます。計算は float64 のままなので、差は丸めだけから生まれます。
大きさ: 8 bit の整数では、バイアスを float32 で、スケールと zero_point を層ごとに 4 byte ずつで持ちます。
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lessons.data import Dataset
from lessons.quantization.integers import restored
from lessons.training import accuracy, linear_layers, mlp, one_thread, train

WIDTHS = [784, 300, 100, 10]
DTYPES = {"float64": torch.float64, "float32": torch.float32, "float16": torch.float16}
Roundtrip = Callable[[Tensor, int], Tensor]


@dataclass(frozen=True)
class Stored:
    """1 つの持ち方での、大きさ (byte) と、シードごとの正解率 (%) です。"""

    name: str
    bits: int
    bytes: int
    accuracies: tuple[float, ...]


@one_thread()
def trained(data: Dataset, seed: int) -> nn.Sequential:
    """量子化の対象にする、float64 のネットワークを学習します。"""
    model = mlp(WIDTHS, seed).double()
    train(model, data.x_train.double(), data.y_train, epochs=3, lr=0.05, weight_decay=5e-4,
          generator=torch.Generator().manual_seed(seed))
    return model


def four_formats(models: list[nn.Sequential], data: Dataset) -> list[Stored]:
    """同じネットワークを、64、32、16 bit の浮動小数点数と、8 bit の整数で持ちます。"""
    return [
        *(Stored(name, 8 * dtype.itemsize, dtype.itemsize * parameters(models[0]),
                 tuple(percent_right(in_format(model, dtype), data) for model in models))
          for name, dtype in DTYPES.items()),
        Stored("8 bit の整数", 8, integer_bytes(models[0]),
               accuracies_in_integers(models, data, measured_range, 8)),
    ]


def accuracies_in_integers(
    models: list[nn.Sequential], data: Dataset, roundtrip: Roundtrip, bits: int
) -> tuple[float, ...]:
    """重みを bits ビットの整数に直して戻したときの、シードごとの正解率 (%) です。"""
    return tuple(percent_right(in_integers(model, roundtrip, bits), data) for model in models)


def measured_range(weight: Tensor, bits: int) -> Tensor:
    """重みの最小から最大までを bits ビットに量子化し、元の大きさに戻した値です。"""
    low, high = weight.aminmax()
    return restored(weight, float(low), float(high), bits)


def roundtrip_by(affine: Callable, quantize: Callable, dequantize: Callable) -> Roundtrip:
    """演習の 3 つの関数をつなぎ、重みを整数に直して元に戻す関数にします。"""
    def roundtrip(weight: Tensor, bits: int) -> Tensor:
        scale, zero_point = affine(float(weight.min()), float(weight.max()), bits)
        return dequantize(quantize(weight, scale, zero_point, bits), scale, zero_point)

    return roundtrip


def in_format(model: nn.Sequential, dtype: torch.dtype) -> nn.Sequential:
    """重みとバイアスを dtype の値に丸めた写しです。"""
    return copy.deepcopy(model).to(dtype).double()


def in_integers(model: nn.Sequential, roundtrip: Roundtrip, bits: int) -> nn.Sequential:
    """重みだけを整数に直して戻した写しです。"""
    rounded = copy.deepcopy(model)
    for layer in linear_layers(rounded):
        layer.weight.data = roundtrip(layer.weight.data.float(), bits).double()
    return rounded


def percent_right(model: nn.Sequential, data: Dataset) -> float:
    """テスト画像 2,000 枚の正解率 (%) です。"""
    return accuracy(model, data.x_test.double(), data.y_test)


def parameters(model: nn.Sequential) -> int:
    """重みとバイアスの個数です。"""
    return sum(parameter.numel() for parameter in model.parameters())


def integer_bytes(model: nn.Sequential) -> int:
    """重みを 8 bit の整数で持ったときの大きさ (byte) です。"""
    return sum(layer.weight.numel() + 4 * layer.bias.numel() + 8 for layer in linear_layers(model))


def fc1(model: nn.Sequential) -> Tensor:
    """入力に最も近い層の重みです。float32 [300, 784]"""
    return linear_layers(model)[0].weight.detach().float()
