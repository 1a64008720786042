"""amdahl_speedup: the serial part keeps its time, the parallel part is shared out."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.gpu import amdahl_speedup

exercise = Exercise(
    amdahl_speedup,
    title="アムダールの法則",
    statement=(
        "仕事の一部だけを並列に計算したとき、全体が何倍速くなるかを求めます。"
        "`parallel_fraction` は、1 個のワーカーで計算したときの時間のうち、並列にできる部分の割合です。"
        "この部分の時間は、`n_workers` 個のワーカーで `n_workers` 分の 1 になります。"
        "残りの部分は並列にできず、時間は変わりません。"
        "1 個のときの時間を `n_workers` 個のときの時間で割り、float のまま、丸めずに返します。"
    ),
    difficulty=1,
    minutes=5,
    points=1,
    hints=(
        "1 個のときの時間を 1 とします。`n_workers` 個のときの時間は、2 つの部分の和です。",
        "並列にできない部分の時間は `1 - parallel_fraction` で、ワーカーの数によりません。",
        "並列にできる部分の時間は `parallel_fraction / n_workers` です。",
        "倍率は、1 をその 2 つの和で割ったものです。分母の和を、かっこで囲みます。",
    ),
)

EXAMPLE = (0.8, 4)


@exercise.example
def example() -> str:
    share, workers = EXAMPLE
    serial, parallel = round(1 - share, 6), share / workers
    return (
        f"`parallel_fraction={share}`、`n_workers={workers}` とし、1 個のときの時間を 1 とします。"
        f"並列にできない部分は {serial}、並列にできる部分は {share} ÷ {workers} = {parallel} です。"
        f"時間は合わせて {serial + parallel} なので、1 ÷ {serial + parallel} = {amdahl_speedup(*EXAMPLE):g} 倍です。"
        f"1000 個に増やしても、約 {amdahl_speedup(share, 1000):.2f} 倍にしかなりません。"
    )


@exercise.cases
def cases(rng):
    def share(low: float = 0.55, high: float = 0.95) -> float:
        return round(float(rng.uniform(low, high)), 4)

    def workers(low: int = 3, high: int = 30) -> int:
        return int(rng.integers(low, high))

    yield "基本", (share(), workers())
    yield "基本", (share(), workers())
    yield "問題文の例", EXAMPLE
    yield "ワーカーが 1 個だけ", (share(), 1)
    yield "ワーカーが 2 個", (share(), 2)
    yield "ワーカーがとても多い", (share(), workers(2000, 9000))
    yield "すべて並列にできる", (1.0, workers())
    yield "並列にできる部分がない", (0.0, workers())
    yield "ほとんど並列にできる", (share(0.99, 0.999), workers())
    yield "少ししか並列にできない", (share(0.05, 0.3), workers())


@exercise.wrong("2 つの部分が逆です。ワーカーの数で割るのは、並列にできる部分です。")
def swaps_the_parts(parallel_fraction, n_workers):
    return 1 / (parallel_fraction + (1 - parallel_fraction) / n_workers)


@exercise.wrong("並列にできない部分の時間を数えていません。この部分は、ワーカーを増やしても残ります。")
def forgets_the_serial_part(parallel_fraction, n_workers):
    return n_workers / parallel_fraction if parallel_fraction else 1.0


@exercise.wrong("ワーカーの数だけ速くなるとしています。並列にできない部分の時間は、変わりません。")
def returns_the_workers(parallel_fraction, n_workers):
    return float(n_workers)


@exercise.wrong(
    "倍率の上限です。ワーカーが限りなく多いときの値なので、分母に parallel_fraction / n_workers も足します。"
)
def returns_the_limit(parallel_fraction, n_workers):
    return 1 / (1 - parallel_fraction)


@exercise.wrong("分母にかっこがないので、並列にできる部分の時間が、倍率に足されています。")
def forgets_the_parentheses(parallel_fraction, n_workers):
    return 1 / (1 - parallel_fraction) + parallel_fraction / n_workers


@exercise.wrong("n_workers 個のときの時間です。何倍速いかは、1 個のときの時間 1 をこれで割ります。")
def returns_the_time(parallel_fraction, n_workers):
    return 1 - parallel_fraction + parallel_fraction / n_workers


@exercise.wrong(
    "速さを割合で平均しています。時間の割合が分かっているので、部分ごとの時間を足してから、1 をその和で割ります。"
)
def averages_the_speeds(parallel_fraction, n_workers):
    return (1 - parallel_fraction) + parallel_fraction * n_workers


@exercise.wrong("倍率に割合を掛けています。足し合わせるのは、倍率ではなく、部分ごとの時間です。")
def scales_the_workers(parallel_fraction, n_workers):
    return parallel_fraction * n_workers


@exercise.wrong("ワーカーの数を掛けています。並列にできる部分の時間は、n_workers 分の 1 になります。")
def multiplies_by_the_workers(parallel_fraction, n_workers):
    return 1 / (1 - parallel_fraction + parallel_fraction * n_workers)


@exercise.wrong("倍率をワーカーの数で割っています。それは並列化の効率です。倍率のまま返します。")
def returns_the_efficiency(parallel_fraction, n_workers):
    return 1 / (1 - parallel_fraction + parallel_fraction / n_workers) / n_workers


@exercise.wrong("短くなった時間の割合です。何倍速いかは、1 個のときの時間を今の時間で割ります。")
def returns_the_time_saved(parallel_fraction, n_workers):
    return parallel_fraction - parallel_fraction / n_workers


@exercise.wrong(
    "並列にできる部分の時間を、n_workers + 1 で割っています。1 個のときの計算も、ワーカーの 1 個が行います。"
)
def adds_a_worker(parallel_fraction, n_workers):
    return 1 / (1 - parallel_fraction + parallel_fraction / (n_workers + 1))


@exercise.wrong("2 つの部分を足したあとで、n_workers で割っています。割るのは、並列にできる部分だけです。")
def shares_out_nothing(parallel_fraction, n_workers):
    return 1 / (1 - parallel_fraction + parallel_fraction) / n_workers


@exercise.right
def one_fraction(parallel_fraction, n_workers):
    return n_workers / (n_workers * (1 - parallel_fraction) + parallel_fraction)


@exercise.right
def by_the_time_saved(parallel_fraction, n_workers):
    saved = parallel_fraction * (n_workers - 1) / n_workers
    return 1 / (1 - saved)


@exercise.right
def times_both_parts(parallel_fraction, n_workers):
    seconds = 0.0
    for part, workers in [(1 - parallel_fraction, 1), (parallel_fraction, n_workers)]:
        seconds += part / workers
    return 1 / seconds


@exercise.right
def numpy_minded(parallel_fraction, n_workers):
    parts = np.array([1 - parallel_fraction, parallel_fraction])
    return float(1 / (parts / [1, n_workers]).sum())


@exercise.right
def torch_minded(parallel_fraction, n_workers):
    parts = torch.tensor([1 - parallel_fraction, parallel_fraction], dtype=torch.float64)
    return 1 / (parts / torch.tensor([1, n_workers])).sum().item()
