"""smallest_normal: the smallest positive normal number of a float format."""

import math

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.quantization import smallest_normal

exercise = Exercise(
    smallest_normal,
    title="最小の正規化数",
    statement=(
        "指数部のビット数が $e$（`exponent_bits`）の形式で、最小の正の正規化数を返します。"
        "正規化数は $2^{E-b} \\cdot (1 + M/2^f)$ で、バイアスは $b = 2^{e-1} - 1$ です。"
        "$E$ は指数部、$M$ は仮数部の整数、$f$ は仮数部のビット数で、"
        "正規化数の $E$ は 1 以上です（$E = 0$ は 0 と非正規化数のためのものです）。"
        "これより小さい値は、桁数が減ったり 0 になったりします。"
        "Python の float（倍精度）で計算します。int で返してもかまいません。"
    ),
    difficulty=1,
    minutes=6,
    points=2,
    domain_is_public=True,
    hints=(
        "2 つの整数 E と M を最も小さくすると、値も最も小さくなります。",
        "M の最小は 0 なので、括弧の中は 1 です。仮数部のビット数は関係しません。",
        "E の最小は 0 ではなく 1 です。指数は 1 − b になります。",
        "b に 2^(e−1) − 1 を入れると、指数は 2 − 2^(e−1) です。",
        "`2.0 ** (2 - 2 ** (exponent_bits - 1))` が答えです。",
    ),
)


@exercise.example
def example() -> str:
    e = 5
    bias = 2 ** (e - 1) - 1
    value = smallest_normal(e)
    return (
        f"float16 の指数部は {e} bit なので、バイアスは 2^{e - 1} − 1 = {bias} です。"
        f"E の最小は 1 で、指数は 1 − {bias} = {1 - bias} です。"
        f"最小の正規化数は 2^({1 - bias}) = {value:.6e} です。"
        f"`torch.finfo(torch.float16).tiny` の {torch.finfo(torch.float16).tiny:.6e} と一致します。"
    )


@exercise.cases
def cases(rng):
    basic, other = rng.permutation([6, 7]).tolist()
    yield "基本", (basic,)
    yield "ほかの形式", (other,)
    for exponent_bits in rng.permutation([9, 10]).tolist():
        yield "float32 より長い指数部", (exponent_bits,)
    yield "float16 の指数部", (5,)
    yield "float32 と bfloat16 の指数部", (8,)
    yield "float64 の指数部", (11,)
    for exponent_bits in rng.permutation([2, 3, 4]).tolist():
        yield "短い指数部", (exponent_bits,)


@exercise.wrong("E = 0 を正規化数に数えたか、バイアスの −1 を忘れています。指数は 1 − b です。")
def starts_from_zero(exponent_bits):
    return 2.0 ** (1 - 2 ** (exponent_bits - 1))


@exercise.wrong("1 − (2^(e−1) − 1) の括弧を外すときに、符号を間違えています。")
def mistakes_the_sign_of_one(exponent_bits):
    return 2.0 ** -(2 ** (exponent_bits - 1))


@exercise.wrong("指数の符号が逆です。最小の値なので、2 の負の累乗になります。")
def forgets_the_minus(exponent_bits):
    return 2.0 ** (2 ** (exponent_bits - 1) - 2)


@exercise.wrong("バイアスを 2^e から計算しています。正の指数にも半分を残すので、2^(e−1) − 1 です。")
def takes_the_whole_exponent(exponent_bits):
    return 2.0 ** (2 - 2**exponent_bits)


@exercise.wrong("2^(e−1) を 2·(e−1) と計算しています。累乗は ** で書きます。")
def multiplies_instead_of_power(exponent_bits):
    return 2.0 ** (2 - 2 * (exponent_bits - 1))


@exercise.wrong("いつも float32 の値を返しています。指数部のビット数によって変わります。")
def always_float32(exponent_bits):
    return torch.finfo(torch.float32).tiny


@exercise.wrong("知られた 3 つの形式だけの表です。ほかの指数部でも正しいように、式で計算してください。")
def looks_up_three_formats(exponent_bits):
    known = {5: torch.float16, 8: torch.float32, 11: torch.float64}
    return torch.finfo(known.get(exponent_bits, torch.float32)).tiny


@exercise.wrong("7 桁に丸めています。小さな値でも、すべての桁を返します。")
def rounds_to_seven_digits(exponent_bits):
    return float(f"{2.0 ** (2 - 2 ** (exponent_bits - 1)):.6e}")


@exercise.wrong("指数だけを返しています。2 をその指数で累乗してください。")
def returns_the_exponent(exponent_bits):
    return 2 - 2 ** (exponent_bits - 1)


@exercise.wrong("float32 で計算しているので、float64 の最小値が 0 に消えます。Python の float を使ってください。")
def computes_in_float32(exponent_bits):
    return float(torch.tensor(2.0) ** (2 - 2 ** (exponent_bits - 1)))


@exercise.wrong("バイアスを e − 1 としています。バイアスは 2^(e−1) − 1 です。")
def takes_the_bits_for_the_bias(exponent_bits):
    return 2.0 ** (1 - (exponent_bits - 1))


@exercise.wrong("知られた 3 つの形式だけの表です。ほかの指数部でも正しいように、式で計算してください。")
def takes_double_for_other_formats(exponent_bits):
    known = {5: torch.float16, 8: torch.float32}
    return torch.finfo(known.get(exponent_bits, torch.float64)).tiny


@exercise.wrong("E に最大の値を使っています。最小の正規化数の E は 1 です。")
def takes_the_largest_exponent(exponent_bits):
    return 2.0 ** (2 ** (exponent_bits - 1) - 1)


@exercise.wrong("10 を累乗しています。2 進数なので、累乗するのは 2 です。")
def raises_ten(exponent_bits):
    return 10.0 ** (2 - 2 ** (exponent_bits - 1))


@exercise.wrong("バイアスの符号が逆です。最小の値なので、指数は 1 − b です。")
def adds_the_bias(exponent_bits):
    return 2.0 ** (2 ** (exponent_bits - 1))


@exercise.right
def loop(exponent_bits):
    value = 1.0
    for _ in range(2 ** (exponent_bits - 1) - 2):
        value /= 2
    return value


@exercise.right
def with_the_bias(exponent_bits):
    bias = 2 ** (exponent_bits - 1) - 1
    return math.ldexp(1.0, 1 - bias)


@exercise.right
def numpy_minded(exponent_bits):
    return float(np.exp2(np.float64(2) - np.exp2(exponent_bits - 1)))
