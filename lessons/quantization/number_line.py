"""1 本の数直線に並べる行: 同じ重みを、8 つの形式と方式で表し、どの値に移るかを数えます。

float の形式は、ビット数のつまみによりません。E4M3 は指数部 4 bit、仮数部 3 bit です。
層の重みは小さいので、inf や nan の決まりが違っても、E4M3 の値は同じです (最大が 448 か 240 か、だけが違います)。
"""

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lessons.quantization.integers import restored
from lessons.quantization.symmetric import symmetric_weights

FLOATS = {"float64": torch.float64, "float32": torch.float32, "float16": torch.float16,
          "bfloat16": torch.bfloat16, "E4M3（8 bit の浮動小数点）": torch.float8_e4m3fn}


@dataclass(frozen=True, eq=False)
class Row:
    """1 つの形式か方式で表した、1 つの層の重みです。

    values:    小さい順に並べた重みの、丸めたあとの値。float64 で、同じ順です。
    levels:    実際に使った値。小さい順です。
    available: 使える値の個数。多すぎる形式では None です。
    zeros:     0 になった重みの割合 (%)
    error:     誤差の二乗平均の平方根が、重みの二乗平均の平方根の何 % か
    """

    name: str
    values: Tensor
    levels: Tensor
    available: int | None
    zeros: float
    error: float


def row(name: str, ascending: Tensor, rounded: Tensor, available: int | None) -> Row:
    """小さい順の重み ascending と、その丸めた値から、1 行を作ります。"""
    exact, values = ascending.double(), rounded.double()
    error = math.sqrt(float((values - exact).square().mean() / exact.square().mean()))
    zeros = float((values == 0).double().mean())
    return Row(name, values, values.unique_consecutive(), available, 100 * zeros, 100 * error)


def rows_of(
    weights: Sequence[Tensor], binary_weights: Callable[[Tensor], Tensor],
    power_of_two: Callable[[Tensor, int], Tensor],
) -> Callable[[int, int], list[Row]]:
    """層の番号 (0 から) とビット数から、全部の行を返す関数です。一度求めた行は、覚えておきます。

    weights: 層ごとの重みを、小さい順に並べた 1 次元のテンソル
    binary_weights、power_of_two: 演習の関数
    """

    @functools.cache
    def floats(layer: int) -> list[Row]:
        w = weights[layer]
        return [row(name, w, w.to(dtype), None) for name, dtype in FLOATS.items()]

    @functools.cache
    def rows(layer: int, bits: int) -> list[Row]:
        w = weights[layer]
        affine = restored(w, float(w[0]), float(w[-1]), bits)
        few = [row(f"アフィン（非対称） {bits} bit", w, affine, 2**bits),
               row(f"対称 {bits} bit", w, symmetric_weights(w, bits), 2**bits - 1),
               row("±α  1 bit", w, binary_weights(w), 2)]
        if bits >= 3:
            few.append(row(f"2 の累乗（LBW） {bits} bit", w, power_of_two(w, bits), 2 ** (bits - 1) + 1))
        return floats(layer) + few

    return rows
