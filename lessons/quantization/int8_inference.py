"""8 bit の整数での推論: 層を整数で計算し、型ごとの時間を測り、範囲を決めたときの誤差を求めます。

    q_8 = q - 128                      符号なし 8 bit を符号つきの int8 に移す
    Σ_k (q[k] - z) · w[k] = Σ_k q_8[k] · w[k] + (128 - z) · Σ_k w[k]

記号: q 量子化した入力, z zero_point, w 量子化した重み (符号つき、0 が 0 を表す)
場所: 整数の積は torch._int_mm で行います。int8 どうしを掛け、int32 で足し合わせます。
時間: CPU では 1 つのスレッドで計算し、計算に使った時間だけを数えます (Linux)。
出典: Jacob ほか 2018, arXiv:1712.05877, 2.3 節 (積の和の分け方)。
"""

import time

import torch
from torch import Tensor

from lessons.gpu import shortest
from lessons.quantization.integers import affine_params, restored
from lessons.quantization.symmetric import symmetric_int8, symmetric_weights
from lessons.training import one_thread

FORMATS = {"float64": torch.float64, "float32": torch.float32, "bfloat16": torch.bfloat16,
           "float16": torch.float16}
INT8, ONCE, EVERY_TIME = "int8（整数の積）", "6 bit に一度だけ丸めた float32", "6 bit に毎回丸める float32"


def int8_linear(x: Tensor, weight_int8: Tensor, w_scale: float) -> Tensor:
    """全結合層 x @ weight.T を、入力の範囲をその場で測って 8 bit の整数で計算します。

    x: float32 [batch, in]、weight_int8: int8 [out, in]。戻り値は float32 [batch, out] です。
    """
    low, high = x.aminmax()
    x_scale, x_zero = affine_params(float(low), float(high), 8)
    shifted = (torch.round(x / x_scale) + (x_zero - 128)).clamp(-128, 127).to(torch.int8)
    accumulated = torch._int_mm(shifted, weight_int8.T)
    accumulated += (128 - x_zero) * weight_int8.sum(dim=1, dtype=torch.int32)
    return accumulated.float() * (x_scale * w_scale)


def range_error(x: Tensor, clip_percent: float, bits: int) -> tuple[float, float, float]:
    """外れ値を切り捨てて範囲を決めたときの、量子化の誤差を返します。

    clip_percent: 上下の両端から、それぞれ何 % の値を範囲の外にするか
    戻り値: (low, high, 誤差)。誤差は元の値との二乗平均の平方根です。
    """
    share = clip_percent / 100
    low, high = torch.quantile(x, torch.tensor([share, 1 - share])).tolist()
    return low, high, float((restored(x, low, high, bits) - x).square().mean().sqrt())


def layer_milliseconds(batch: int = 64, width: int = 1024, device: str = "cpu") -> dict[str, float]:
    """width×width の全結合層を batch 件に使う時間 (ms) を、型と丸めかたごとに測ります。"""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(batch, width, generator=generator).to(device)
    weight = torch.randn(width, width, generator=generator).to(device)
    weight_int8, w_scale = symmetric_int8(weight)
    rounded_once = symmetric_weights(weight, 6)
    calls = {}
    for name, dtype in FORMATS.items():
        typed = x.to(dtype), weight.to(dtype).T
        calls[name] = lambda typed=typed: typed[0] @ typed[1]
    calls[INT8] = lambda: int8_linear(x, weight_int8, w_scale)
    calls[ONCE] = lambda: x @ rounded_once.T
    calls[EVERY_TIME] = lambda: x @ symmetric_weights(weight, 6).T
    return timed(calls, device)


def shift_milliseconds(count: int) -> dict[str, float]:
    """count 個の値を 8 倍する時間 (ms) を、掛け算とビットのずらしで測ります。"""
    integers = torch.arange(count, dtype=torch.int32)
    floats = integers.float()
    return timed({"float32 の掛け算": lambda: floats * 8.0, "int32 の掛け算": lambda: integers * 8,
                  "int32 のビットのずらし": lambda: integers << 3})


@one_thread()
def timed(calls: dict, device: str = "cpu") -> dict[str, float]:
    """それぞれの最短の時間 (ms) です。CPU では、ほかのプログラムに待たされた時間を数えません。"""
    clock = {} if torch.device(device).type == "cpu" else {"clock": time.perf_counter}
    return {name: 1000 * seconds for name, seconds in shortest(calls, **clock).items()}
