"""peak_flops: the theoretical peak from the number of units, the clock and the work of a cycle."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.gpu import peak_flops

exercise = Exercise(
    peak_flops,
    title="理論上の最高の速さ",
    statement=(
        "プロセッサの理論上の最高の速さ（FLOPS）を、仕様の値から計算します。"
        "`units` は演算器の数です。"
        "`clock_hz` はクロックで、1 秒あたりのサイクルの数を、単位 Hz で表します。"
        "`flops_per_cycle` は、1 個の演算器が 1 サイクルに行う計算の回数です。"
        "積和演算（掛けて足す計算）を 1 サイクルに 1 回行うなら、2 になります。"
        "TFLOPS などに直さずに、float で返します。"
    ),
    difficulty=1,
    minutes=4,
    points=1,
    hints=(
        "まず、1 個の演算器が 1 秒に何回計算するかを考えます。",
        "1 個の演算器は、1 秒に `clock_hz` サイクル進み、1 サイクルに `flops_per_cycle` 回計算します。",
        "演算器は全部で `units` 個あり、同時に計算します。",
        "3 つの引数をそのまま掛けます。掛けて足す 2 回は、`flops_per_cycle` に入っています。",
    ),
)

V100 = (5120, 1.53e9, 2)  # SXM2, single precision


@exercise.example
def example() -> str:
    units, clock, per_cycle = V100
    peak = peak_flops(*V100)
    return (
        f"Tesla V100（SXM2）の単精度では、演算器が {units} 個、クロックが {clock / 1e9} GHz です。"
        f"1 サイクルに {per_cycle} 回計算します。"
        f"{units} × {clock:,.0f} × {per_cycle} = {peak:,.0f} FLOPS です。"
        f"T（テラ）は 10 の 12 乗なので、約 {peak / 1e12:.1f} TFLOPS です。"
        f"倍精度の演算器は半分の {units // 2} 個なので、約 {peak_flops(units // 2, clock, per_cycle) / 1e12:.1f} TFLOPS です。"
    )


@exercise.cases
def cases(rng):
    def chip(units: tuple, ghz: tuple, per_cycle: int) -> tuple:
        clock = round(float(rng.uniform(*ghz)), 3) * 1e9 + int(rng.integers(100, 900))
        return int(rng.integers(*units)), clock, per_cycle

    yield "基本", chip((1000, 9000), (1.1, 1.9), 2)
    yield "基本", chip((20, 90), (2.2, 3.9), 16)
    yield "問題文の例", V100
    yield "問題文の例", (V100[0] // 2, *V100[1:])
    yield "演算器が 1 個だけ", chip((1, 2), (2.2, 3.9), 8)
    yield "1 サイクルに 1 回", chip((30, 90), (1.1, 1.9), 1)
    yield "1 サイクルに 32 回", chip((4, 60), (2.2, 3.9), 32)
    yield "遅いクロック", (int(rng.integers(3, 20)), float(rng.integers(2000, 9000)) + 0.5, 4)
    yield "とても速いプロセッサ", chip((10**5, 10**6), (1.1, 1.9), 1024)


@exercise.wrong(
    "1 サイクルの計算の回数を掛けていません。flops_per_cycle が 2 なら、1 サイクルに 2 回計算します。"
)
def forgets_the_work_of_a_cycle(units, clock_hz, flops_per_cycle):
    return units * clock_hz


@exercise.wrong(
    "1 サイクルの計算の回数を、いつも 2 としています。プロセッサによって違うので、引数の値を使います。"
)
def always_two_a_cycle(units, clock_hz, flops_per_cycle):
    return units * clock_hz * 2


@exercise.wrong(
    "掛けて足す 2 回を、もう一度数えています。その 2 回は、flops_per_cycle に入っています。"
)
def counts_the_fma_again(units, clock_hz, flops_per_cycle):
    return 2 * units * clock_hz * flops_per_cycle


@exercise.wrong("演算器 1 個の速さです。演算器は同時に計算するので、units を掛けます。")
def one_unit_only(units, clock_hz, flops_per_cycle):
    return clock_hz * flops_per_cycle


@exercise.wrong("クロックを掛けていないので、1 サイクルの計算の回数です。1 秒には clock_hz サイクルあります。")
def one_cycle_only(units, clock_hz, flops_per_cycle):
    return float(units * flops_per_cycle)


@exercise.wrong(
    "クロックで割っています。clock_hz は 1 秒のサイクルの数なので、掛けると 1 秒の計算の回数になります。"
)
def divides_by_the_clock(units, clock_hz, flops_per_cycle):
    return units * flops_per_cycle / clock_hz


@exercise.wrong(
    "1 サイクルの計算の回数で割っています。1 サイクルにたくさん計算するほど速いので、掛けます。"
)
def divides_by_the_work_of_a_cycle(units, clock_hz, flops_per_cycle):
    return units * clock_hz / flops_per_cycle


@exercise.wrong("TFLOPS に直しています。求める単位は FLOPS なので、10 の 12 乗では割りません。")
def returns_teraflops(units, clock_hz, flops_per_cycle):
    return units * clock_hz * flops_per_cycle / 1e12


@exercise.wrong("TFLOPS に直して、丸めています。求める単位は FLOPS で、丸めません。")
def rounds_to_teraflops(units, clock_hz, flops_per_cycle):
    return round(units * clock_hz * flops_per_cycle / 1e12, 1)


@exercise.wrong("GFLOPS に直しています。求める単位は FLOPS なので、10 の 9 乗では割りません。")
def returns_gigaflops(units, clock_hz, flops_per_cycle):
    return units * clock_hz * flops_per_cycle / 1e9


@exercise.wrong("クロックを GHz とみなして、10 の 9 乗を掛けています。clock_hz の単位は Hz です。")
def takes_the_clock_for_gigahertz(units, clock_hz, flops_per_cycle):
    return units * clock_hz * 1e9 * flops_per_cycle


@exercise.wrong("積和演算の回数です。掛け算と足し算を分けて数えるので、2 では割りません。")
def counts_a_fma_once(units, clock_hz, flops_per_cycle):
    return units * clock_hz * flops_per_cycle / 2


@exercise.right
def loop(units, clock_hz, flops_per_cycle):
    in_one_cycle = units * flops_per_cycle
    return clock_hz * in_one_cycle


@exercise.right
def numpy_minded(units, clock_hz, flops_per_cycle):
    return float(np.prod([units, clock_hz, flops_per_cycle], dtype=np.float64))


@exercise.right
def torch_minded(units, clock_hz, flops_per_cycle):
    factors = torch.tensor([units, clock_hz, flops_per_cycle], dtype=torch.float64)
    return factors.prod().item()
