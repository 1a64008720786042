"""grid_size: as many blocks as cover all elements, and no more."""

import math

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.gpu import grid_size

exercise = Exercise(
    grid_size,
    title="ブロックの数",
    statement=(
        "`n` 個の要素に、スレッドを 1 つずつ割り当てます。"
        "スレッドは、`block_size` 個ずつの組（ブロック）で起動します。"
        "途中までのブロックは起動できないので、最後のブロックではスレッドが余ることがあります。"
        "すべての要素を受け持つのに必要な、最も少ないブロックの数を int で返します。"
    ),
    difficulty=1,
    minutes=4,
    points=1,
    hints=(
        "`n` が `block_size` で割り切れるときと、割り切れないときを考えます。",
        "割り切れないときは、余った要素のために、ブロックがもう 1 つ必要です。",
        "つまり、`n ÷ block_size` の小数点から下を切り上げます。",
        "`math.ceil(n / block_size)` か、整数だけの `(n + block_size - 1) // block_size` です。",
    ),
)

EXAMPLE = (1000, 256)


@exercise.example
def example() -> str:
    n, size = EXAMPLE
    blocks = grid_size(n, size)
    return (
        f"要素が {n} 個で、1 つのブロックが {size} スレッドとします。"
        f"{blocks - 1} ブロックでは {(blocks - 1) * size} スレッドなので、足りません。"
        f"{blocks} ブロックなら {blocks * size} スレッドで、{blocks * size - n} スレッドが余ります。"
        f"答えは {blocks} です。"
        f"要素が {2 * size} 個なら余らないので、{grid_size(2 * size, size)} です。"
    )


@exercise.cases
def cases(rng):
    def block() -> int:
        return int(rng.choice([64, 96, 128, 160]))

    def covered(rest: float, low: int = 3, high: int = 40) -> tuple[int, int]:
        """Elements that fill some blocks, and a further one to this share."""
        size = block()
        return int(rng.integers(low, high)) * size + int(rest * size), size

    yield "基本", covered(float(rng.uniform(0.1, 0.4)))
    yield "基本", covered(float(rng.uniform(0.6, 0.9)))
    yield "問題文の例", EXAMPLE
    yield "問題文の例", (2 * EXAMPLE[1], EXAMPLE[1])
    yield "ちょうど割り切れる", covered(0)
    n, size = covered(0)
    yield "1 個余る", (n + 1, size)
    yield "1 個足りない", (n - 1, size)
    yield "1 ブロックに収まる", (int(rng.integers(10, 31)), block())  # less than half of it
    size = block()
    yield "ちょうど 1 ブロック", (size, size)
    yield "要素が 1 個だけ", (1, block())
    yield "1 ブロック 1 スレッド", (int(rng.integers(100, 900)), 1)
    yield "2 のべき乗でないブロック", (100 * int(rng.integers(10, 90)) + 7, 100)
    yield "とても多い要素", covered(float(rng.uniform(0.1, 0.4)), 10**8, 10**9)


@exercise.wrong("// は小数点から下を切り捨てます。余った要素のために、ブロックがもう 1 つ必要です。")
def rounds_down(n, block_size):
    return n // block_size


@exercise.wrong(
    "割り切れるときに 1 つ多くなっています。割り切れるときは、余る要素がないので 1 を足しません。"
)
def always_adds_one(n, block_size):
    return n // block_size + 1


@exercise.wrong("四捨五入しています。余った要素がどれだけ少なくても、ブロックがもう 1 つ必要です。")
def rounds_to_the_nearest(n, block_size):
    return round(n / block_size)


@exercise.wrong("float を返しています。ブロックは途中まで起動できないので、切り上げて int にします。")
def returns_a_float(n, block_size):
    return n / block_size


@exercise.wrong("起動するスレッドの数です。求めるのは、ブロックの数です。")
def returns_the_threads(n, block_size):
    return (n + block_size - 1) // block_size * block_size


@exercise.wrong("要素の数です。1 つのブロックは、block_size 個の要素を受け持ちます。")
def a_block_for_each_element(n, block_size):
    return n


@exercise.wrong("余ったスレッドの数です。求めるのは、ブロックの数です。")
def returns_the_idle_threads(n, block_size):
    return -n % block_size


@exercise.wrong("割った余りです。余りがあるかどうかで、商に 1 を足すかどうかを決めます。")
def returns_the_remainder(n, block_size):
    return n % block_size


@exercise.wrong("割る向きが逆です。要素の数を、1 つのブロックのスレッドの数で割ります。")
def divides_the_wrong_way(n, block_size):
    return (block_size + n - 1) // n


@exercise.wrong("いつも 256 スレッドのブロックとしています。block_size の値を使います。")
def always_256_threads(n, block_size):
    return (n + 255) // 256


@exercise.wrong("block_size − 1 で割っています。切り上げるには、割られる数に block_size − 1 を足します。")
def divides_by_one_less(n, block_size):
    return n // max(1, block_size - 1)


@exercise.wrong("最後のブロックの番号です。番号は 0 から数えるので、ブロックの数はそれより 1 多くなります。")
def returns_the_last_block(n, block_size):
    return (n - 1) // block_size


@exercise.right
def ceil_of_a_quotient(n, block_size):
    return math.ceil(n / block_size)


@exercise.right
def loop(n, block_size):
    blocks, rest = divmod(n, block_size)
    if rest > 0:
        blocks += 1
    return blocks


@exercise.right
def negative_floor(n, block_size):
    return -(-n // block_size)


@exercise.right
def after_the_last_element(n, block_size):
    return (n - 1) // block_size + 1


@exercise.right
def numpy_minded(n, block_size):
    return int(np.ceil(n / block_size))


@exercise.right
def torch_minded(n, block_size):
    return int(torch.ceil(torch.tensor(n / block_size, dtype=torch.float64)))
