"""8 ビット整数での推論: 範囲の決め方と、型ごとの時間を測ります。

    q_8 = q - 128                      符号なし 8 bit を符号つきの int8 に移す      (1)
    Σ_k (q[k] - z) · w[k] = Σ_k q_8[k] · w[k] + (128 - z) · Σ_k w[k]             (2)

記号: q 量子化した入力, z zero_point, w 量子化した重み (符号つき、0 が 0 を表す)
場所: 整数の積は torch._int_mm で行います。int8 どうしを掛け、int32 で足し合わせます。
出典: Jacob ほか 2018, arXiv:1712.05877, 2.3 節 (式 (2) の分け方)。
"""

import torch
from torch import Tensor

from lessons.quantization.integers import affine_params, restored, symmetric_weights
from lessons.training import milliseconds_side_by_side

FORMATS = {"float64": torch.float64, "float32": torch.float32, "bfloat16": torch.bfloat16,
           "float16": torch.float16}


def symmetric_int8(weight: Tensor) -> tuple[Tensor, float]:
    """重みを -127 以上 127 以下の整数に量子化します。戻り値は int8 の重みと scale です。"""
    scale = float(weight.abs().max()) / 127
    return torch.round(weight / scale).to(torch.int8), scale


def int8_linear(x: Tensor, weight_int8: Tensor, w_scale: float) -> Tensor:
    """式 (1)(2): 全結合層 x @ weight.T を、入力の範囲をその場で測って 8 ビット整数で計算します。

    x: float32 [batch, in]、weight_int8: int8 [out, in]。戻り値は float32 [batch, out] です。
    """
    low, high = x.aminmax()
    x_scale, x_zero = affine_params(float(low), float(high), 8)
    shifted = (torch.round(x / x_scale) + (x_zero - 128)).clamp(-128, 127).to(torch.int8)
    accumulated = torch._int_mm(shifted, weight_int8.T)
    accumulated += (128 - x_zero) * weight_int8.sum(dim=1, dtype=torch.int32)
    return accumulated.float() * (x_scale * w_scale)


def rounded_linear(x: Tensor, weight: Tensor, bits: int) -> Tensor:
    """float32 のまま、重みを毎回 bits ビットの値に丸めてから掛けます。型は変わりません。"""
    return x @ symmetric_weights(weight, bits).T


def range_error(x: Tensor, clip_percent: float, bits: int) -> tuple[float, float, float]:
    """外れ値を切り捨てて範囲を決めたときの、量子化の誤差を返します。

    clip_percent: 上下の両端から、それぞれ何 % の値を範囲の外にするか
    戻り値: (low, high, 誤差)。誤差は元の値との二乗平均の平方根です。
    """
    share = clip_percent / 100
    low, high = torch.quantile(x, torch.tensor([share, 1 - share])).tolist()
    return low, high, float((restored(x, low, high, bits) - x).square().mean().sqrt())


def layer_milliseconds(
    batch: int, width: int, rounds: int, device: torch.device | str
) -> dict[str, float]:
    """width×width の全結合層を batch 件に使う時間 (ms) を、型ごとに測ります。"""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(batch, width, generator=generator).to(device)
    weight = torch.randn(width, width, generator=generator).to(device)
    calls = {}
    for name, dtype in FORMATS.items():
        typed = x.to(dtype), weight.to(dtype).T
        calls[name] = lambda typed=typed: typed[0] @ typed[1]
    weight_int8, w_scale = symmetric_int8(weight)
    calls["int8（整数の積）"] = lambda: int8_linear(x, weight_int8, w_scale)
    calls["6 bit に丸めた float32"] = lambda: rounded_linear(x, weight, 6)
    return milliseconds_side_by_side(calls, rounds)


def shift_milliseconds(count: int, rounds: int, device: torch.device | str) -> dict[str, float]:
    """count 個の値を 8 倍する時間 (ms) を、掛け算とビットのずらしで測ります。"""
    integers = torch.arange(count, dtype=torch.int32, device=device)
    floats = integers.float()
    return milliseconds_side_by_side(
        {"float32 の掛け算": lambda: floats * 8.0, "int32 の掛け算": lambda: integers * 8,
         "int32 のビットのずらし": lambda: integers << 3}, rounds)
