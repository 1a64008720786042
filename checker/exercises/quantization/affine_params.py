"""affine_params: scale and zero point of unsigned asymmetric quantization."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.quantization import affine_params

exercise = Exercise(
    affine_params,
    title="スケールと zero_point を決める",
    statement=(
        "範囲 `low` から `high` を、0 を含むように広げてから、その中の実数を "
        "0 以上 $2^b - 1$ 以下の整数で表す目盛りを決めます（$b$ は `bits`）。"
        "スケール（目盛りの間隔）は、広げた範囲の幅を $2^b - 1$ で割った値です（Python の float、倍精度）。"
        "zero_point は実数の 0 を表す整数で、$-\\mathrm{low}/\\mathrm{scale}$ を `round` で丸めた値です"
        "（ちょうど中間なら、偶数になります）。"
        "広げた範囲の幅が 0 なら (1.0, 0) を返します。"
        "返すのはタプル (scale, zero_point) で、zero_point は int です。scale は int でも float でもかまいません。"
    ),
    difficulty=2,
    minutes=10,
    points=3,
    hints=(
        "計算の前に、`low` と `high` を書き換えて範囲を広げます。0 を含む範囲は変わりません。",
        "0 を含めるには、下の端を 0 以下に、上の端を 0 以上にします。"
        "`min(low, 0.0)` と `max(high, 0.0)` です。",
        "整数は 2^bits 個ありますが、目盛りの間は 1 つ少ない 2^bits − 1 個です。",
        "Python の `round` は、ちょうど中間の値を偶数へ丸めて int を返します。",
        "`scale = (high - low) / (2**bits - 1)` と `round(-low / scale)` の組が答えです。"
        "割る前に、`low == high` なら (1.0, 0) を返します。",
    ),
)


@exercise.example
def example() -> str:
    low, high, bits = -1.2, 2.0, 4
    scale, zero_point = affine_params(low, high, bits)
    above_scale, above_zero = affine_params(3.0, 3.0, bits)
    return (
        f"`low={low}`、`high={high}`、`bits={bits}` のとき、範囲はもう 0 を含んでいます。"
        f"scale は ({high} − ({low})) ÷ {2**bits - 1} = {scale:.4f} です。"
        f"−low/scale = {-low / scale:.4f} なので、zero_point は {zero_point} です。"
        f"`low=3.0`、`high=3.0` なら範囲を 0 〜 3 に広げるので、"
        f"scale は 3 ÷ {2**bits - 1} = {above_scale:.4f}、zero_point は {above_zero} です。"
    )


def clear(rng, low, high, bits, fraction=(0.55, 0.95)) -> tuple[float, float, int]:
    """About this range, with the fraction of −low/scale between these two: rounding up is right
    in every such case, or in none."""
    while True:
        a, b = low * rng.uniform(0.9, 1.1), high * rng.uniform(0.9, 1.1)
        steps = -a / (b - a) * (2**bits - 1)
        if fraction[0] < steps % 1 < fraction[1]:
            return float(a), float(b), bits


def negative(number, low, high, bits) -> tuple[float, float, int]:
    """A range of negative numbers in which −low/scale comes out whole, however it is rounded."""
    while True:
        a, b = number(low, low / 2), number(high, high / 2) if high else 0.0
        if -a / ((0.0 - a) / (2**bits - 1)) == 2**bits - 1:
            return a, b, bits


@exercise.cases
def cases(rng):
    def number(low, high):
        return round(float(rng.uniform(low, high)), 3)

    yield "基本", clear(rng, -1.3, 2.9, 8)
    yield "負に偏った範囲", clear(rng, -7.0, 0.8, 8, (0.05, 0.45))
    yield "例の範囲", (-1.2, 2.0, 4)
    yield "例の範囲", (3.0, 3.0, 4)
    yield "ビット数が 4", clear(rng, -0.06, 0.09, 4)
    yield "切り捨てと四捨五入が違う", (-0.7, 2.3, 2)
    yield "ビット数が 16", clear(rng, -300.0, 500.0, 16)
    for low, high in ((-0.25, 0.75), (-0.75, 0.25)):
        yield "ビット数が 1", (low * number(0.9, 1.1), high, 1)
    for low, high, bits in ((-0.5, 2.5, 2), (-1.5, 1.5, 2), (-2.5, 4.5, 3), (-3.5, 3.5, 3)):
        factor = 2.0 ** int(rng.integers(-3, 4))
        yield "ちょうど中間の zero_point", (low * factor, high * factor, bits)
    yield "すべて正の範囲", (number(1, 2), number(4, 6), 8)
    yield "すべて負の範囲", negative(number, -6, -2, 6)
    yield "low が 0", (0.0, number(1, 9), 8)
    yield "high が 0", negative(number, -9, 0, 8)
    yield "とても広い範囲ととても狭い範囲", clear(rng, -1e30, 2e30, 8)
    yield "とても広い範囲ととても狭い範囲", clear(rng, -1e-9, 2e-9, 8)
    yield "ほとんど正の範囲", (-0.01 * number(0.9, 1.1), 5.0, 6)
    yield "low と high が等しい正の数", (3.0, 3.0, 5)
    yield "low と high が等しい負の数", (-3.0, -3.0, 5)
    yield "low も high も 0", (0.0, 0.0, int(rng.integers(2, 9)))


exercise.slip(
    "forgets_to_widen",
    "範囲を広げていません。0 を含まない範囲では、0 が目盛りに乗りません。",
    "    low, high = min(low, 0.0), max(high, 0.0)\n", "",
)


@exercise.wrong("範囲を広げずに、zero_point だけを端に寄せています。先に範囲を広げてください。")
def clamps_instead_of_widening(low, high, bits):
    if low == high:
        return 1.0, 0
    scale = (high - low) / (2**bits - 1)
    return scale, min(max(round(-low / scale), 0), 2**bits - 1)


@exercise.wrong("広げる前に、幅が 0 かどうかを調べています。3 〜 3 の範囲は、0 〜 3 に広がります。")
def checks_before_widening(low, high, bits):
    if low == high:
        return 1.0, 0
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / (2**bits - 1)
    return scale, round(-low / scale)


exercise.slip(
    "widens_only_the_low_end",
    "上の端を広げていません。すべて負の範囲では、0 が目盛りに乗りません。",
    "low, high = min(low, 0.0), max(high, 0.0)", "low = min(low, 0.0)",
)
exercise.slip(
    "widens_only_the_high_end",
    "下の端を広げていません。すべて正の範囲では、0 が目盛りに乗りません。",
    "low, high = min(low, 0.0), max(high, 0.0)", "high = max(high, 0.0)",
)


@exercise.wrong("組の順が逆です。(scale, zero_point) の順に返します。")
def swaps_the_pair(low, high, bits):
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        return 0, 1.0
    scale = (high - low) / (2**bits - 1)
    return round(-low / scale), scale


exercise.slip(
    "swaps_min_and_max",
    "範囲を広げる min と max が逆です。0 と比べて、low は小さいほう、high は大きいほうにします。",
    "min(low, 0.0), max(high, 0.0)", "max(low, 0.0), min(high, 0.0)",
)
exercise.slip(
    "forgets_to_round",
    "zero_point を丸めていません。round で、最も近い整数にしてください。",
    "round(-low / scale)", "-low / scale",
)
exercise.slip(
    "takes_the_ceiling",
    "zero_point を切り上げています。最も近い整数に丸めてください。",
    "round(", "math.ceil(",
)
exercise.slip(
    "divides_by_the_count",
    "2^bits で割っています。目盛りの間は、整数の個数より 1 つ少ない 2^bits − 1 個です。",
    "2**bits - 1\n", "2**bits\n",
)
exercise.slip(
    "forgets_the_minus",
    "zero_point の符号が逆です。low が負のとき、zero_point は正になります。",
    "-low / scale", "low / scale",
)
exercise.slip(
    "truncates",
    "zero_point を切り捨てています。最も近い整数に丸めてください。",
    "round(", "int(",
)
exercise.slip(
    "rounds_half_up",
    "ちょうど中間の値を切り上げています。round は偶数のほうへ丸めます。",
    "round(-low / scale)", "math.floor(-low / scale + 0.5)",
)
exercise.slip(
    "makes_the_range_symmetric",
    "0 を中心とした対称な範囲にしています。下の端と上の端は、別々に決めます。",
    "low, high = min(low, 0.0), max(high, 0.0)", "high = max(abs(low), abs(high))\n    low = -high",
)
exercise.slip(
    "takes_signed_integers",
    "符号つき整数の zero_point です。この演習の整数は、0 から始まります。",
    "round(-low / scale)", "round(-low / scale) - 2 ** (bits - 1)",
)
exercise.slip(
    "divides_by_zero",
    "幅が 0 のときに、0 で割っています。先に調べて (1.0, 0) を返してください。",
    "    if low == high:\n        return 1.0, 0\n", "",
)


@exercise.right
def numpy_minded(low, high, bits):
    edges = np.array([low, high, 0.0])
    width = edges.max() - edges.min()
    if width == 0:
        return 1.0, 0
    scale = width / (2**bits - 1)
    return float(scale), int(np.rint(-edges.min() / scale))


@exercise.right
def torch_minded(low, high, bits):
    edges = torch.tensor([low, high, 0.0], dtype=torch.float64)
    bottom, top = edges.aminmax()
    if bottom == top:
        return 1.0, 0
    scale = (top - bottom) / (2**bits - 1)
    zero_point = torch.round(-bottom / scale).clamp(0, 2**bits - 1)
    return scale.item(), int(zero_point)


@exercise.right
def case_by_case(low, high, bits):
    levels = (1 << bits) - 1
    if low == high == 0:
        return 1.0, 0
    if low >= 0:
        return high / levels, 0
    if high <= 0:
        return -low / levels, levels
    scale = (high - low) / levels
    return scale, int(round(-low / scale))
