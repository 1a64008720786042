"""model_bytes: the whole bytes that hold so many values of so many bits, packed without gaps."""

import math

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.overview import model_bytes

exercise = Exercise(
    model_bytes,
    title="ネットワークは何バイトか",
    statement=(
        "`n_params` 個の値を、1 個 `bits` ビットで、隙間なく詰めて保存します。"
        "何バイト要るかを、int で返します。"
        "1 byte は 8 bit です。"
        "最後に余ったビットのためにも、1 byte を使います。"
        "`n_params × bits` は $2^{53}$ より小さい数です。"
    ),
    difficulty=1,
    minutes=15,
    points=1,
    hints=(
        "はじめに、全部で何ビットになるかを考えます。",
        "8 bit で 1 byte です。ビットの合計を 8 で割ります。",
        "割り切れないときは、余りのビットにも 1 byte が要るので、切り上げます。",
        "切り上げは `math.ceil(…)` でできます。`math` は、もう読み込まれています。",
        "`math.ceil(n_params * bits / 8)` を返します。",
    ),
)

EXACT, WITH_A_REST = (1000, 32), (10, 3)


@exercise.example
def example() -> str:
    (exact, wide), (few, narrow) = EXACT, WITH_A_REST
    return (
        f"{wide} bit の値 {exact:,} 個は {exact * wide:,} bit で、"
        f"8 で割ると {model_bytes(exact, wide):,} byte です。"
        f"{narrow} bit の値 {few} 個は {few * narrow} bit です。"
        f"{few * narrow // 8} byte と {few * narrow % 8} bit なので、"
        f"切り上げて {model_bytes(few, narrow)} byte です。"
    )


@exercise.cases
def cases(rng):
    def count(bits: int, rest: int, low: int, high: int) -> int:
        """So many values of an odd width that `rest` bits are left over: bits² is 1 modulo 8."""
        return 8 * int(rng.integers(low, high)) + rest * bits % 8

    def rest(low: int, high: int) -> int:
        return int(rng.integers(low, high))

    # A rest below four bits is lost by rounding to the nearest, a larger one is not.
    yield "基本", (count(3, rest(1, 4), 20, 90), 3)
    yield "基本", (count(5, rest(5, 8), 20, 90), 5)
    yield "問題文の例", EXACT
    yield "問題文の例", WITH_A_REST
    yield "8 で割り切れる", (8 * int(rng.integers(30, 99)), int(rng.integers(3, 8)))
    yield "1 bit が余る", (count(7, 1, 30, 99), 7)
    yield "7 bit が余る", (count(11, 7, 30, 99), 11)
    yield "1 個 1 bit", (count(1, rest(2, 4), 20, 90), 1)
    yield "1 個 8 bit", (int(rng.integers(100, 999)), 8)
    yield "1 個 16 bit", (int(rng.integers(100, 999)), 16)
    yield "1 個 64 bit", (int(rng.integers(100, 999)), 64)
    # More than one byte: whatever is small comes to one.
    yield "値が 1 個だけ", (1, int(rng.integers(18, 20)))
    # An odd number of bytes above 2²⁴: float32 cannot count so far.
    large = count(7, rest(2, 4), 10**13, 10**14)
    while model_bytes(large, 7) % 2 == 0:
        large = count(7, rest(2, 4), 10**13, 10**14)
    yield "とても大きなネットワーク", (large, 7)


@exercise.wrong(
    "// は小数点から下を切り捨てます。余ったビットにも 1 byte が要るので、切り上げます。"
)
def rounds_down(n_params, bits):
    return n_params * bits // 8


@exercise.wrong("ビットの数を返しています。8 bit で 1 byte なので、8 で割ります。")
def returns_bits(n_params, bits):
    return n_params * bits


@exercise.wrong("8 を掛けています。ビットからバイトに直すには、8 で割ります。")
def multiplies_by_eight(n_params, bits):
    return n_params * bits * 8


@exercise.wrong(
    "値を 1 個ずつバイトに切り上げています。隙間なく詰めるので、合計してから切り上げます。"
)
def rounds_each_value_up(n_params, bits):
    return n_params * ((bits + 7) // 8)


@exercise.wrong("値を 1 個ずつバイトに切り捨てています。ビットを合計してから、8 で割ります。")
def rounds_each_value_down(n_params, bits):
    return n_params * (bits // 8)


@exercise.wrong("いつも 1 を足しています。割り切れるときは、余りがないので足しません。")
def always_adds_one(n_params, bits):
    return n_params * bits // 8 + 1


@exercise.wrong("余ったビットの数を足しています。余りが何ビットでも、足すのは 1 byte です。")
def adds_the_rest(n_params, bits):
    return n_params * bits // 8 + n_params * bits % 8


@exercise.wrong("四捨五入しています。余りが小さくても、そのビットのために 1 byte が要ります。")
def rounds_to_the_nearest(n_params, bits):
    return round(n_params * bits / 8)


@exercise.wrong(
    "float を返しています。バイトは 1 より細かく分けられないので、切り上げて int にします。"
)
def returns_a_float(n_params, bits):
    return n_params * bits / 8


@exercise.wrong("bits を使わず、いつも 1 個 4 byte（32 bit）で数えています。")
def always_four_bytes(n_params, bits):
    return n_params * 4


@exercise.wrong("キロバイトの数を返しています。求めるのはバイトの数です。")
def returns_kilobytes(n_params, bits):
    return math.ceil(n_params * bits / 8 / 1000)


@exercise.wrong(
    "float32 で計算しているので、大きな数の下の桁が消えます。Python の整数で計算します。"
)
def computes_in_float32(n_params, bits):
    return int(torch.ceil(torch.tensor(float(n_params) * bits) / 8))


@exercise.right
def ceils(n_params, bits):
    return math.ceil(n_params * bits / 8)


@exercise.right
def asks_for_the_rest(n_params, bits):
    whole, rest = divmod(n_params * bits, 8)
    if rest > 0:
        whole += 1
    return whole


@exercise.right
def numpy_minded(n_params, bits):
    return int(np.ceil(np.int64(n_params) * bits / 8))


@exercise.right
def rounds_down_the_negative(n_params, bits):
    return -(-n_params * bits // 8)
