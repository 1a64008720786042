"""decode_float: the value of a pattern of sign, exponent and fraction bits."""

import itertools
import math

from checker.exercise import Exercise
from lessons.quantization import decode_float

exercise = Exercise(
    decode_float,
    title="ビットの並びを実数として読む",
    statement=(
        "0 以上の整数 `bits` を 2 進数の並びと見て、それが表す実数を Python の float（倍精度）で返します。"
        "上の桁から、符号 $s$ が 1 bit、指数部 $E$ が `exponent_bits` bit、"
        "仮数部 $M$ が `fraction_bits` bit です。"
        "$e$ と $f$ を指数部と仮数部のビット数、バイアスを $b = 2^{e-1} - 1$ とします。"
        "ふつうの値（正規化数）は $(-1)^s \\cdot 2^{E-b} \\cdot (1 + M/2^f)$ です。"
        "$E = 0$ のときは $(-1)^s \\cdot 2^{1-b} \\cdot M/2^f$ で、0 にも符号がつきます。"
        "$E$ のビットがすべて 1 のときは、$M = 0$ なら符号つきの無限大、$M \\ne 0$ なら nan です。"
    ),
    difficulty=2,
    minutes=15,
    points=4,
    hints=(
        "先に s、E、M を 3 つの整数として取り出します。値の計算は、そのあとで場合に分けます。",
        "右に f ビットずらす `bits >> fraction_bits` で、仮数部を捨てられます。"
        "下の n ビットだけを残すには、2**n で割った余りを取ります。",
        "場合は 3 つです。E が 2**e − 1 のとき、E が 0 のとき、それ以外の順に調べます。",
        "符号は `sign = -1.0 if s else 1.0` として最後に掛けます。"
        "`sign * 0.0` は -0.0 になり、`sign * math.inf` は符号つきの無限大になります。",
        "正規化数は `sign * 2.0 ** (E - b) * (1 + M / 2**f)`、"
        "E が 0 なら `sign * 2.0 ** (1 - b) * (M / 2**f)` です。",
    ),
)


@exercise.example
def example() -> str:
    bits, e, f = 0b1_10001_1010000000, 5, 10
    exponent, fraction, bias = (bits >> f) % 2**e, bits % 2**f, 2 ** (e - 1) - 1
    return (
        f"float16 の `bits=0b{bits:016b}` は、"
        f"符号 {bits >> e + f}、指数部 {exponent:05b}、仮数部 {fraction:010b} に分かれます。"
        f"E = {exponent}、M = {fraction}、b = {bias} です。"
        f"値は −2^({exponent}−{bias}) × (1 + {fraction}/{2**f}) = "
        f"−{2 ** (exponent - bias)} × {1 + fraction / 2**f} = {decode_float(bits, e, f)} です。"
    )


FORMATS = ((5, 10), (8, 7), (8, 23), (11, 52), (5, 2), (4, 3))


@exercise.cases
def cases(rng):
    signs = itertools.cycle(rng.permutation(2).tolist())  # both of them under every label

    def pattern(e, f, exponent, fraction, sign=None):
        sign = next(signs) if sign is None else sign
        return (sign << (e + f)) + (exponent << f) + fraction, e, f

    def fraction_of(f):  # never 0, and the top bit is set
        return 2 ** (f - 1) + int(rng.integers(2 ** (f - 1)))

    for sign in (0, 1):
        yield "基本", pattern(8, 23, int(rng.integers(90, 127)), fraction_of(23), sign)
    labels = ("float16", "bfloat16", "float32", "float64")
    for (e, f), label in zip(FORMATS, labels, strict=False):
        for low, high in ((1, 2 ** (e - 1) - 1), (2 ** (e - 1), 2**e - 1)):
            yield f"{label} の正規化数", pattern(e, f, int(rng.integers(low, high)), fraction_of(f))
    for e, f in FORMATS[4:]:
        yield "8 bit の形式", pattern(e, f, int(rng.integers(1, 2**e - 1)), fraction_of(f))
    yield "例の並び", (0b1_10001_1010000000, 5, 10)
    for e, f in FORMATS:
        small = int(rng.integers(1, 2 ** (f - 1))) if f < 4 else int(rng.integers(2, 2 ** (f - 1)))
        yield "仮数部の上のビットが 0", pattern(e, f, int(rng.integers(2 ** (e - 1), 2**e - 1)), small)
        yield "非正規化数", pattern(e, f, 0, small)
        yield "nan になる並び", pattern(e, f, 2**e - 1, small)
        yield "仮数部のビットが 1 つだけの nan", pattern(e, f, 2**e - 1, 1)
        yield "仮数部のビットが 1 つだけの nan", pattern(e, f, 2**e - 1, 2 ** (f - 1))
        for low, high in ((1, 2 ** (e - 1)), (2 ** (e - 1), 2**e - 1)):
            yield "2 の累乗（仮数部が 0）", pattern(e, f, int(rng.integers(low, high)), 0)
        yield "最大の有限値", pattern(e, f, 2**e - 2, 2**f - 1)
        yield "最小の正規化数", pattern(e, f, 1, 0)
        for sign in (0, 1):
            yield "非正規化数", pattern(e, f, 0, fraction_of(f), sign)
            yield "+0 と -0", pattern(e, f, 0, 0, sign)
            yield "無限大", pattern(e, f, 2**e - 1, 0, sign)
            yield "nan になる並び", pattern(e, f, 2**e - 1, fraction_of(f), sign)
    for e, f in ((2, 1), (2, 52), (11, 1)):
        yield "ほかの形式", pattern(e, f, 1, fraction_of(f))
    for e, f in FORMATS:
        yield "最小の非正規化数", pattern(e, f, 0, 1)


exercise.slip(
    "forgets_the_bias",
    "バイアスを引いていません。指数は E − b です。",
    "bias = 2 ** (e - 1) - 1", "bias = 0",
)
exercise.slip(
    "takes_too_large_a_bias",
    "バイアスを 2^(e−1) としています。そこから 1 を引いた値です。",
    "bias = 2 ** (e - 1) - 1", "bias = 2 ** (e - 1)",
)
exercise.slip(
    "always_takes_127",
    "バイアスを 127 に決めています。指数部のビット数が変わると、バイアスも変わります。",
    "bias = 2 ** (e - 1) - 1", "bias = 127",
)
exercise.slip(
    "always_takes_15",
    "バイアスを 15 に決めています。15 は float16 の値で、指数部のビット数が変わると、バイアスも変わります。",
    "bias = 2 ** (e - 1) - 1", "bias = 15",
)
exercise.slip(
    "always_divides_by_1024",
    "M をいつも 1024 で割っています。1024 は float16 の 2^f で、仮数部のビット数が変わると、割る数も変わります。",
    "bias = 2 ** (e - 1) - 1\n", "bias = 2 ** (e - 1) - 1\n    f = 10\n",
)
exercise.slip(
    "leaves_the_sign_in_the_exponent",
    "符号の 1 bit が E に混じっています。右にずらしたあとで、下の e bit だけを残してください。",
    "(bits >> f) % 2**e", "bits >> f",
)
exercise.slip(
    "loses_the_leading_zeros",
    "先頭の 0 が消えています。bin は上の桁の 0 を書かないので、1 + e + f 桁にそろえてから切り分けます。",
    "    sign = -1.0 if bits >> (e + f) else 1.0\n"
    "    exponent = (bits >> f) % 2**e\n    fraction = bits % 2**f\n",
    "    d = bin(bits)[2:]\n    sign = -1.0 if d[0] == '1' else 1.0\n"
    "    exponent, fraction = int(d[1 : 1 + e], 2), int(d[1 + e :], 2)\n",
)
exercise.slip(
    "forgets_the_hidden_one",
    "隠れた 1 を足していません。正規化数の仮数は 1 + M/2^f です。",
    "2**f + fraction", "fraction",
)
exercise.slip(
    "takes_subnormals_for_normals",
    "E = 0 も正規化数として読んでいます。E = 0 のときは、隠れた 1 がありません。",
    "if exponent == 0:", "if exponent == fraction == 0:",
)
exercise.slip(
    "takes_the_exponent_as_it_is",
    "非正規化数の指数を −b としています。最小の正規化数と同じ 1 − b です。",
    "1 - bias - f", "-bias - f",
)
exercise.slip(
    "flushes_subnormals",
    "非正規化数を 0 にしています。E = 0 でも M が 0 でなければ、0 ではありません。",
    "math.ldexp(fraction, 1 - bias - f)", "0.0",
)
exercise.slip(
    "loses_the_sign_of_zero",
    "-0 の符号が消えています。0 でも符号を掛けて -0.0 を返してください。",
    "    if exponent == 0:\n",
    "    if exponent == fraction == 0:\n        return 0.0\n    if exponent == 0:\n",
)
exercise.slip(
    "knows_no_infinity",
    "E のビットがすべて 1 でも、ふつうの値として読んでいます。無限大か nan を返してください。",
    "    if exponent == 2**e - 1:\n"
    "        return sign * math.inf if fraction == 0 else math.nan\n",
    "",
)
exercise.slip(
    "forgets_the_sign_of_infinity",
    "無限大に符号がありません。無限大にも符号を掛けて、-inf を返してください。",
    "sign * math.inf", "math.inf",
)
exercise.slip(
    "knows_no_subnormals",
    "E = 0 の場合分けがありません。E = 0 のときは、隠れた 1 がなく、指数は 1 − b です。",
    "    if exponent == 0:\n"
    "        return sign * math.ldexp(fraction, 1 - bias - f)\n", "",
)
exercise.slip(
    "knows_no_nan",
    "nan の並びを無限大と読んでいます。M が 0 でなければ nan です。",
    " if fraction == 0 else math.nan", "",
)
exercise.slip(
    "looks_at_the_top_bit_for_nan",
    "仮数部の最も上のビットだけで nan を決めています。M が 0 でなければ、どのビットが 1 でも nan です。",
    "if fraction == 0 else", "if fraction < 2 ** (f - 1) else",
)
exercise.slip(
    "takes_no_fraction_for_zero",
    "M = 0 なら値も 0 だと読んでいます。E が 0 でなければ、隠れた 1 があるので 2 の累乗です。",
    "    if exponent == 0:\n",
    "    if fraction == 0:\n        return sign * 0.0\n    if exponent == 0:\n",
)
exercise.slip(
    "overflows_the_power",
    "2^E を先に計算しています。E が 1024 以上だと Python の float に収まりません。指数の E − b を先に求めます。",
    "math.ldexp(2**f + fraction, exponent - bias - f)", "2.0**exponent / 2.0**bias * (1 + fraction / 2**f)",
)
exercise.slip(
    "loses_the_parentheses_of_the_sign",
    "符号がいつも負です。-1.0 ** s は -(1.0 ** s) と読まれるので、(-1.0) ** s と書きます。",
    "-1.0 if bits >> (e + f) else 1.0", "-1.0 ** (bits >> (e + f))",
)
exercise.slip(
    "swaps_infinity_and_nan",
    "無限大と nan が逆です。M = 0 のときが無限大で、それ以外が nan です。",
    "sign * math.inf if fraction == 0 else math.nan",
    "math.nan if fraction == 0 else sign * math.inf",
)
exercise.slip(
    "divides_into_whole_numbers",
    "M/2^f が効いていません。M は 2^f より小さいので、// で割ると、いつも 0 です。",
    "fraction, 1 - bias - f)\n    return sign * math.ldexp(2**f + fraction,",
    "0, 1 - bias - f)\n    return sign * math.ldexp(2**f,",
)
exercise.slip(
    "returns_zero_for_subnormals",
    "非正規化数を 0 にしています。E = 0 でも M が 0 でなければ 0 ではなく、0 にも符号があります。",
    "return sign * math.ldexp(fraction, 1 - bias - f)", "return 0.0",
)


@exercise.right
def term_by_term(bits, exponent_bits, fraction_bits):
    s = bits >> exponent_bits + fraction_bits
    E = bits >> fraction_bits & 2**exponent_bits - 1
    M = bits & 2**fraction_bits - 1
    b = 2 ** (exponent_bits - 1) - 1
    if E == 2**exponent_bits - 1:
        return float("nan") if M else (-1) ** s * float("inf")
    if E == 0:
        return (-1) ** s * 2.0 ** (1 - b) * M / 2**fraction_bits
    return (-1) ** s * 2.0 ** (E - b) * (1 + M / 2**fraction_bits)


@exercise.right
def digit_by_digit(bits, exponent_bits, fraction_bits):
    digits = f"{bits:0{1 + exponent_bits + fraction_bits}b}"
    sign, exponent, fraction = digits[0], digits[1 : 1 + exponent_bits], digits[1 + exponent_bits :]
    if "0" not in exponent:
        value = float("nan") if "1" in fraction else float("inf")
    else:
        value = 1.0 if "1" in exponent else 0.0
        for place, digit in enumerate(fraction, start=1):
            value += int(digit) * 0.5**place
        value *= 2.0 ** (max(int(exponent, 2), 1) - int("1" * (exponent_bits - 1), 2))
    return math.copysign(value, -1.0 if sign == "1" else 1.0)
