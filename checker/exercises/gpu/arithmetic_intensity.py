"""arithmetic_intensity: operations of a matrix product for each byte that it moves."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.gpu import arithmetic_intensity, matmul_flops

exercise = Exercise(
    arithmetic_intensity,
    title="行列の積の演算強度",
    statement=(
        "`m` 行 `k` 列の行列と、`k` 行 `n` 列の行列の積について、演算強度を求めます。"
        "演算強度は、計算の量（FLOP）を、メモリとの間で動かすデータの大きさ（byte）で割ったものです。"
        "計算の量は、$2mkn$ です。"
        "入力の 2 つの行列を 1 回ずつ読み、出力の行列を 1 回書くとします。"
        "値 1 個の大きさは `bytes_per_value` バイトです。"
        "倍精度で計算し、丸めずに float で返します。"
    ),
    difficulty=1,
    minutes=6,
    points=2,
    uses=("matmul_flops",),
    hints=(
        "計算の量と、動かすデータの大きさを、別々に求めます。",
        "動かす行列は 3 つです。2 つの入力と 1 つの出力の、要素の数をそれぞれ考えます。",
        "要素の数は、順に `m * k`、`k * n`、`m * n` です。その和にバイト数を掛けます。",
        "`2 * m * k * n / (bytes_per_value * (m * k + k * n + m * n))` です。",
    ),
)

EXAMPLE = (2, 3, 4, 4)


@exercise.example
def example() -> str:
    m, k, n, size = EXAMPLE
    values = m * k + k * n + m * n
    flops = matmul_flops(m, k, n)
    return (
        f"`m={m}`、`k={k}`、`n={n}` なら、計算の量は {flops} FLOP です。"
        f"行列の要素は {m * k} + {k * n} + {m * n} = {values} 個です。"
        f"1 個 {size} バイトなら、動かすのは {size * values} バイトです。"
        f"演算強度は {flops} ÷ {size * values} = {arithmetic_intensity(*EXAMPLE):.4f} FLOP/byte です。"
    )


@exercise.cases
def cases(rng):
    def sizes(low: int, high: int) -> tuple[int, ...]:
        """Three sizes whose intensity is no whole number, whatever a value takes."""
        while True:
            m, k, n = (int(s) for s in low + rng.permutation(high - low)[:3])
            if 2 * m * k * n % (m * k + k * n + m * n):
                return m, k, n

    yield "基本", (*sizes(5, 60), 4)
    yield "基本", (*sizes(60, 400), 2)
    yield "問題文の例", EXAMPLE
    m, k, n = sizes(5, 60)
    yield "1 件だけ", (1, k, n, 4)
    yield "出力が 1 列", (m, k, 1, 4)
    yield "共通の長さが 1", (m, 1, n, 4)
    side = 6 * int(rng.integers(2, 10)) + 1  # the intensity is a sixth of it, and no whole number
    yield "正方形の行列", (side, side, side, 4)
    yield "1 個 1 バイト", (*sizes(5, 60), 1)
    yield "1 個 8 バイト", (*sizes(5, 60), 8)
    yield "大きな行列", (*sizes(1000, 5000), 4)


@exercise.wrong("出力の行列を数えていません。計算した結果も、メモリに書きます。")
def forgets_the_output(m, k, n, bytes_per_value):
    return 2 * m * k * n / (bytes_per_value * (m * k + k * n))


@exercise.wrong("掛け算だけを数えています。足し算も同じ回数だけあるので、計算の量は 2 倍です。")
def counts_multiplications_only(m, k, n, bytes_per_value):
    return m * k * n / (bytes_per_value * (m * k + k * n + m * n))


@exercise.wrong("値の個数で割っています。1 個の大きさ bytes_per_value を掛けて、バイトに直します。")
def divides_by_values(m, k, n, bytes_per_value):
    return 2 * m * k * n / (m * k + k * n + m * n)


@exercise.wrong("分子と分母が逆です。演算強度は、計算の量 ÷ 動かすデータの大きさです。")
def bytes_for_each_flop(m, k, n, bytes_per_value):
    return bytes_per_value * (m * k + k * n + m * n) / (2 * m * k * n)


@exercise.wrong(
    "計算のたびに値を読み直すとしています。ここでは、どの行列も 1 回だけメモリを通ります。"
)
def reads_for_every_operation(m, k, n, bytes_per_value):
    return 2 * m * k * n / (bytes_per_value * (2 * m * k * n + m * n))


@exercise.wrong("重み（k 行 n 列）の行列しか数えていません。もう 1 つの入力と、出力も動かします。")
def moves_the_weights_only(m, k, n, bytes_per_value):
    return 2 * m * k * n / (bytes_per_value * k * n)


@exercise.wrong("出力の行列しか数えていません。2 つの入力の行列も読みます。")
def moves_the_output_only(m, k, n, bytes_per_value):
    return 2 * m * k * n / (bytes_per_value * m * n)


@exercise.wrong("出力を、読むのと書くのとで 2 回数えています。ここでは、出力は 1 回書くだけです。")
def moves_the_output_twice(m, k, n, bytes_per_value):
    return 2 * m * k * n / (bytes_per_value * (m * k + k * n + 2 * m * n))


@exercise.wrong(
    "掛けるところのかっこが足りません。a / b * c は (a / b) * c なので、分母の全体をかっこで囲みます。"
)
def forgets_the_parentheses(m, k, n, bytes_per_value):
    return 2 * m * k * n / bytes_per_value * (m * k + k * n + m * n)


@exercise.wrong("ビットで割っています。bytes_per_value はもともとバイトなので、8 は掛けません。")
def divides_by_bits(m, k, n, bytes_per_value):
    return 2 * m * k * n / (8 * bytes_per_value * (m * k + k * n + m * n))


@exercise.wrong("いつも 1 個 4 バイトとしています。bytes_per_value の値を使います。")
def always_four_bytes(m, k, n, bytes_per_value):
    return 2 * m * k * n / (4 * (m * k + k * n + m * n))


@exercise.wrong("// は小数点から下を切り捨てます。演算強度は小数のまま返すので、/ で割ります。")
def divides_whole(m, k, n, bytes_per_value):
    return float(2 * m * k * n // (bytes_per_value * (m * k + k * n + m * n)))


@exercise.wrong("3 つの行列の要素の数を掛けています。動かすデータの大きさは、要素の数の和です。")
def multiplies_the_matrices(m, k, n, bytes_per_value):
    return 2 * m * k * n / (bytes_per_value * (m * k) * (k * n) * (m * n))


@exercise.wrong("辺の長さを足しています。行列の要素の数は、行数と列数の積です。")
def adds_the_sides(m, k, n, bytes_per_value):
    return 2 * m * k * n / (bytes_per_value * (m + k + n))


@exercise.right
def calls_matmul_flops(m, k, n, bytes_per_value):
    values = m * k + k * n + m * n
    return matmul_flops(m, k, n) / values / bytes_per_value


@exercise.right
def loop(m, k, n, bytes_per_value):
    moved = 0
    for rows, columns in [(m, k), (k, n), (m, n)]:
        moved += rows * columns * bytes_per_value
    return 2 * m * k * n / moved


@exercise.right
def sizes_alone(m, k, n, bytes_per_value):
    return 2 / bytes_per_value / (1 / m + 1 / k + 1 / n)


@exercise.right
def numpy_minded(m, k, n, bytes_per_value):
    sizes = np.array([m, k, n], dtype=np.float64)
    values = (sizes * np.roll(sizes, -1)).sum()
    return float(2 * sizes.prod() / (bytes_per_value * values))


@exercise.right
def torch_minded(m, k, n, bytes_per_value):
    shapes = torch.tensor([[m, k], [k, n], [m, n]], dtype=torch.float64)
    return (2 * m * k * n / (shapes.prod(dim=1).sum() * bytes_per_value)).item()
