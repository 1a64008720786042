"""浮動小数点数の形式: 符号・指数・仮数のビットが表す値と、表せる範囲の端を調べます。

    v = (-1)^s · 2^(E - b) · (1 + M / 2^f)      0 < E < 2^e - 1 (正規化数)     (1)
    v = (-1)^s · 2^(1 - b) · (M / 2^f)          E = 0 (非正規化数と 0)         (2)
    b = 2^(e - 1) - 1                                                        (3)
    v_min = 2^(1 - b) = 2^(2 - 2^(e - 1))       最小の正規化数                 (4)
    u = #{ g ≠ 0 かつ round(g) = 0 } / #{ g ≠ 0 }                            (5)
    S = max { 2^k : 2^k · max|g| ≦ 形式の最大値 }                             (6)

記号: s 符号ビット, E 指数部, M 仮数部, e exponent_bits, f fraction_bits, b バイアス,
      u 0 に消える値の割合, S loss_scale (損失に掛ける倍率)
出典: IEEE Std 754-2019, 3.4 節 (1)–(4)（float16、float32、float64。原典未確認）。bfloat16 と 8 bit の
      形式は、この規格にはなく、同じ式で読みます。損失のスケーリングは Micikevicius ほか 2018,
      Mixed Precision Training, arXiv:1710.03740, 3.2 節。
"""

import math
from fractions import Fraction

import torch
from torch import Tensor

# 名前と、指数部と仮数部のビット数。GPU の E4M3 は、無限大を持たず 448 まで表すので、この式とは違う。
LAYOUTS = {
    "float32（単精度）": (8, 23), "float64（倍精度）": (11, 52), "float16（半精度）": (5, 10),
    "bfloat16": (8, 7), "8 bit（指数部 5）": (5, 2), "8 bit（指数部 4）": (4, 3),
}


def decode_float(bits: int, exponent_bits: int, fraction_bits: int) -> float:
    """式 (1)(2): ビットの並びが表す値を返します。

    上の桁から順に、1 bit の符号、指数部、仮数部が並びます。
    指数部がすべて 1 のときは、仮数部が 0 なら無限大、それ以外なら nan です。
    指数部がすべて 0 のときは、非正規化数か 0 です。0 にも符号があります。

    bits:          ビットの並びを 0 以上の整数で表したもの
    exponent_bits: 指数部のビット数 e。2 以上 11 以下です。
    fraction_bits: 仮数部のビット数 f。1 以上 52 以下です。
    戻り値:        値。どの並びも Python の float で正確に表せます。
    ValueError:    bits がこの形式のビット数に収まらないとき。
    """
    e, f = exponent_bits, fraction_bits
    if not 0 <= bits < 2 ** (1 + e + f):
        raise ValueError(f"{1 + e + f} bit に収まりません: {bits}")
    sign = -1.0 if bits >> (e + f) else 1.0
    exponent = (bits >> f) % 2**e
    fraction = bits % 2**f
    bias = 2 ** (e - 1) - 1
    if exponent == 2**e - 1:
        return sign * math.inf if fraction == 0 else math.nan
    if exponent == 0:
        return sign * math.ldexp(fraction, 1 - bias - f)
    return sign * math.ldexp(2**f + fraction, exponent - bias - f)


def smallest_normal(exponent_bits: int) -> float:
    """式 (4): 最小の正の正規化数を返します。仮数部のビット数にはよりません。

    exponent_bits: 指数部のビット数 e。2 以上 11 以下です。
    戻り値:        これより小さい正の数は、桁数の減った非正規化数になります。
    ValueError:    e が 2 に満たないとき、または 11 を超えるとき。
    """
    if not 2 <= exponent_bits <= 11:
        raise ValueError(f"指数部のビット数は 2 以上 11 以下です: {exponent_bits}")
    return 2.0 ** (2 - 2 ** (exponent_bits - 1))


def underflow_fraction(values: Tensor, dtype: torch.dtype) -> float:
    """式 (5): dtype に変換すると、ちょうど 0 になってしまう値の割合を返します。

    数えるのは、もともと 0 でない値だけです。もともとの 0 は、個数に含めません。

    values: float32 か float64 のテンソル。形は問いません。
    dtype:  変換先の浮動小数点数の型
    戻り値: 0 以上 1 以下の割合。0 でない値が 1 つもなければ 0.0 です。
    ValueError: dtype が浮動小数点数の型でないとき。
    """
    if not dtype.is_floating_point:
        raise ValueError(f"浮動小数点数の型ではありません: {dtype}")
    nonzero = values != 0
    total = int(nonzero.sum())
    if total == 0:
        return 0.0
    vanished = nonzero & (values.to(dtype) == 0)
    return int(vanished.sum()) / total


def loss_scale(gradients: Tensor, dtype: torch.dtype) -> float:
    """式 (6): 勾配に掛けても dtype の最大値を超えない、最大の 2 の累乗を返します。

    ちょうど最大値になる倍率は許します。大きな勾配では、倍率が 1 より小さくなります。

    gradients: 勾配。float32 のテンソルで、形は問いません。
    dtype:     torch.float16 または torch.bfloat16
    戻り値:    2 の累乗。勾配がすべて 0 なら 1.0 です。
    ValueError: 勾配に nan か inf が混じるとき。
    """
    largest = float(gradients.abs().max())
    if not math.isfinite(largest):
        raise ValueError(f"勾配に nan か inf が混じっています: 最大の絶対値 {largest}")
    if largest == 0:
        return 1.0
    limit = torch.finfo(dtype).max
    mantissa, exponent = math.frexp(largest)
    limit_mantissa, limit_exponent = math.frexp(limit)
    # largest·2^k ≦ limit となる最大の k。仮数を比べるので、丸めは入らない。
    k = limit_exponent - exponent
    if mantissa > limit_mantissa:
        k -= 1
    return 2.0**k


def encode_float(value: float, exponent_bits: int, fraction_bits: int) -> int:
    """decode_float の逆です。この形式で最も近い値の、ビットの並びを返します。

    ちょうど中間の値は、仮数部の最後のビットが 0 になるほうへ丸めます。
    最大の有限値を超えて丸められる値は、無限大になります。
    """
    e, f = exponent_bits, fraction_bits
    sign = int(math.copysign(1, value) < 0) << (e + f)
    infinity = (2**e - 1) << f
    if math.isnan(value):
        return infinity + 1
    if math.isinf(value):
        return sign + infinity
    lowest = 2 - 2 ** (e - 1)  # 非正規化数と最小の正規化数の指数
    exponent = max(math.frexp(value)[1] - 1, lowest) if value else lowest
    # 隣どうしの間隔を 1 とした大きさ。分数なので、round は正確に偶数へ丸める。
    steps = round(Fraction(abs(value)) / Fraction(2) ** (exponent - f))
    # 正の値は大きさの順にビットの並びも増えるので、繰り上がりはそのまま次の指数になる。
    return sign + min(((exponent - lowest) << f) + steps, infinity)
