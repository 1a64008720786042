"""学習したネットワークを 64 bit から 1 bit までで表し、大きさ・正解率・誤差を測ります。

等間隔の値は対称量子化 (symmetric の式 (1)) で、1 bit だけは ±α (low_bit_weights の式 (3)) です。
学習のあとで丸めるだけです (PTQ)。丸めたまま学習する方法は、retraining にあります。
設定: Fashion-MNIST、層の幅 784-300-100-10。
"""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lessons.data import Dataset
from lessons.quantization.int8_inference import FORMATS
from lessons.quantization.low_bit_weights import binary_weights, power_of_two
from lessons.quantization.symmetric import symmetric_weights
from lessons.training import accuracy, linear_layers, mlp, train

WIDTHS = [784, 300, 100, 10]
Rounding = Callable[[Tensor, int], Tensor]


@dataclass(frozen=True)
class BitWidthResult:
    """1 つの表し方での結果です。

    bytes:     すべての重みを隙間なく詰めた大きさ (byte)
    accuracy:  正解率 (%)
    changed:   float32 と違う予測になったテスト画像の枚数
    rms_error: 重みの誤差の二乗平均の平方根が、重みの二乗平均の平方根の何 % か
    """

    bits: int
    name: str
    bytes: int
    accuracy: float
    changed: int
    rms_error: float


def trained(data: Dataset, seed: int) -> nn.Sequential:
    """量子化する、float32 のネットワークを学習します。"""
    model = mlp(WIDTHS, seed)
    train(model, data.x_train, data.y_train, epochs=8, lr=0.05, weight_decay=5e-4,
          generator=torch.Generator().manual_seed(seed))
    return model


def uniform_weights(weight: Tensor, bits: int) -> Tensor:
    """層全体で 1 つのスケールを使い、等間隔の値に丸めます。1 bit は ±α です。"""
    if bits == 1:
        return binary_weights(weight)
    return symmetric_weights(weight, bits)


def per_channel_weights(weight: Tensor, bits: int) -> Tensor:
    """対称量子化のスケールを、出力の行ごとに決めます。bits は 2 以上です。"""
    top = 2 ** (bits - 1) - 1
    steps = weight.abs().amax(dim=1).clamp(min=1e-30) / top  # 0 だけの行にも間隔が要る
    zeros = torch.zeros(len(weight), dtype=torch.int32, device=weight.device)
    return torch.fake_quantize_per_channel_affine(weight, steps, zeros, 0, -top, top)


@torch.no_grad()
def with_rounded_weights(model: nn.Module, rounding: Rounding, bits: int) -> nn.Module:
    """すべての全結合層の重みを丸めた写しを返します。バイアスは丸めません。"""
    model = copy.deepcopy(model)
    for layer in linear_layers(model):
        layer.weight.copy_(rounding(layer.weight, bits))
    return model


def accuracy_with(model: nn.Module, data: Dataset, rounding: Rounding, bits: int) -> float:
    """重みを丸めたネットワークの正解率 (%) です。"""
    return accuracy(with_rounded_weights(model, rounding, bits), data.x_test, data.y_test)


def float_results(model: nn.Module, data: Dataset) -> list[BitWidthResult]:
    """重みと入力を float64、float32、bfloat16、float16 にした結果です。"""
    return [_result(model, copy.deepcopy(model).to(dtype), data, torch.finfo(dtype).bits, name)
            for name, dtype in FORMATS.items()]


def integer_results(model: nn.Module, data: Dataset, widths: list[int]) -> list[BitWidthResult]:
    """重みだけを等間隔の値に丸めた結果です。再学習はしません。"""
    return [_result(model, with_rounded_weights(model, uniform_weights, b), data, b, f"対称 {b} bit" if b > 1 else "±α 1 bit")
            for b in widths]


def power_of_two_results(
    model: nn.Module, data: Dataset, widths: list[int]
) -> list[BitWidthResult]:
    """重みだけを 0 と 2 の累乗に丸めた結果です。再学習はしません。"""
    return [_result(model, with_rounded_weights(model, power_of_two, b), data, b,
                    f"2 の累乗 {b} bit") for b in widths]


@torch.no_grad()
def _result(
    model: nn.Module, rounded: nn.Module, data: Dataset, bits: int, name: str
) -> BitWidthResult:
    """model と、その重みを丸めた rounded を比べます。"""
    dtype = rounded[0].weight.dtype
    predicted = rounded(data.x_test.to(dtype)).argmax(dim=1)
    changed = int((predicted != model(data.x_test).argmax(dim=1)).sum())
    pairs = list(zip(linear_layers(model), linear_layers(rounded), strict=True))
    error = sum(float((r.weight.double() - m.weight.double()).square().sum()) for m, r in pairs)
    power = sum(float(m.weight.double().square().sum()) for m, _ in pairs)
    size = math.ceil(sum(m.weight.numel() for m, _ in pairs) * bits / 8)
    correct = 100 * int((predicted == data.y_test).sum()) / len(data.y_test)
    return BitWidthResult(bits, name, size, correct, changed, 100 * math.sqrt(error / power))


@torch.no_grad()
def rescaled_neurons(model: nn.Module, seed: int, octaves: int = 2) -> nn.Module:
    """隠れニューロンを 2 の累乗倍し、次の層で割り戻した写しです。出力は変わりません。

    ReLU は正の倍率を通すので、前の行を k 倍して次の列を 1/k 倍しても、同じ関数です。
    倍率は 2^-octaves から 2^octaves までの中から選びます。
    """
    model = copy.deepcopy(model)
    generator = torch.Generator().manual_seed(seed)
    layers = linear_layers(model)
    for layer, following in zip(layers, layers[1:], strict=False):
        exponents = torch.randint(-octaves, octaves + 1, (layer.out_features,), generator=generator)
        factors = (2.0**exponents).to(layer.weight.device)
        layer.weight.mul_(factors[:, None])
        layer.bias.mul_(factors)
        following.weight.div_(factors)
    return model
