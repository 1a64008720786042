"""matmul_flops: the floating-point operations of a matrix product, counted one by one."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.gpu import matmul_flops

exercise = Exercise(
    matmul_flops,
    title="行列の積の計算の量",
    statement=(
        "`m` 行 `k` 列の行列と、`k` 行 `n` 列の行列を掛けます。"
        "このとき必要な、浮動小数点数の計算の回数（FLOP）を返します。"
        "掛け算を 1 回、足し算も 1 回と数えます。"
        "出力の 1 個は、`k` 回の掛け算の結果を、0 から始めて `k` 回足したものです。"
        "回数なので、int で返します。"
    ),
    difficulty=1,
    minutes=4,
    points=1,
    hints=(
        "まず、出力の 1 個を求めるのに、何回計算するかを数えます。",
        "出力の 1 個には、掛け算が `k` 回と、足し算が `k` 回必要です。",
        "出力は、`m` 行 `n` 列の行列です。全部で `m * n` 個あります。",
        "出力の個数 `m * n` に、1 個あたりの計算の回数 `2 * k` を掛けます。",
    ),
)

EXAMPLE = (2, 3, 4)


@exercise.example
def example() -> str:
    m, k, n = EXAMPLE
    return (
        f"{m} 行 {k} 列と {k} 行 {n} 列の行列の積では、出力が {m} × {n} = {m * n} 個あります。"
        f"1 個につき、掛け算が {k} 回と足し算が {k} 回です。"
        f"全部で {m * n} × {2 * k} = {matmul_flops(*EXAMPLE)} FLOP です。"
    )


@exercise.cases
def cases(rng):
    def sizes(low: int, high: int) -> tuple[int, ...]:
        """Three sizes that no swap or slip leaves alone."""
        return tuple(int(s) for s in low + rng.permutation(high - low)[:3])

    yield "基本", sizes(3, 60)
    yield "基本", sizes(60, 300)
    yield "問題文の例", EXAMPLE
    m, k, n = sizes(3, 60)
    yield "1 行だけ", (1, k, n)
    yield "出力が 1 列", (m, k, 1)
    yield "共通の長さが 1", (m, 1, n)
    yield "すべて 1", (1, 1, 1)
    yield "正方形の行列", (m, m, m)
    yield "大きな行列", sizes(1000, 5000)


@exercise.wrong("掛け算しか数えていません。足し算も、掛け算と同じ回数だけあるので、2 倍になります。")
def counts_multiplications_only(m, k, n):
    return m * k * n


@exercise.wrong("足し算を 1 回少なく数えています。ここでは 0 から始めて足すので、足し算も k 回です。")
def starts_with_the_first_product(m, k, n):
    return m * n * (2 * k - 1)


@exercise.wrong("出力の 1 個につき 2 回としか数えていません。1 個ごとに、k 回ずつ掛けて足します。")
def two_for_each_output(m, k, n):
    return 2 * m * n


@exercise.wrong("入力の 2 つの行列の要素を数えています。1 つの要素は、何度も計算に使われます。")
def counts_the_inputs(m, k, n):
    return m * k + k * n


@exercise.wrong("行列の要素の個数です。求めるのは、値の個数ではなく、計算の回数です。")
def counts_all_elements(m, k, n):
    return m * k + k * n + m * n


@exercise.wrong("入力の要素の数を 2 倍にしています。1 つの要素は、出力の行や列の数だけ使われます。")
def two_for_each_input(m, k, n):
    return 2 * (m * k + k * n)


@exercise.wrong("掛け算と足し算の回数を掛けています。2 種類の計算の回数なので、足します。")
def multiplies_the_two_counts(m, k, n):
    return m * n * k * k


@exercise.wrong("掛け算と足し算を、2 回ずつ数えています。1 回ずつ数えると、2 倍で足ります。")
def counts_everything_twice(m, k, n):
    return 4 * m * k * n


@exercise.wrong("足し算の回数に k を掛けていません。出力の 1 個につき、足し算は k 回です。")
def one_addition_for_each_output(m, k, n):
    return m * k * n + m * n


@exercise.wrong("正方形の行列のときだけ正しい式です。3 つの大きさを、すべて使います。")
def assumes_squares(m, k, n):
    return 2 * m**3


@exercise.wrong("float を返しています。回数には端数がないので、整数のまま掛けて int で返します。")
def returns_a_float(m, k, n):
    return 2.0 * m * k * n


@exercise.wrong("3 つの大きさを足しています。すべての組み合わせで計算するので、掛けます。")
def adds_the_sizes(m, k, n):
    return 2 * (m + k + n)


@exercise.right
def loop(m, k, n):
    one_output = 0
    for operation in ("掛け算", "足し算"):  # noqa: B007
        one_output += k
    return m * n * one_output


@exercise.right
def output_by_output(m, k, n):
    multiplications = additions = m * k * n
    return multiplications + additions


@exercise.right
def torch_minded(m, k, n):
    return 2 * torch.Size([m, k, n]).numel()


@exercise.right
def numpy_minded(m, k, n):
    return int(np.prod([2, m, k, n], dtype=np.int64))
