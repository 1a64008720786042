"""model_parallel_speedup: computation that is shared out, and a transfer that is not."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.model_parallel import model_parallel_speedup

exercise = Exercise(
    model_parallel_speedup,
    title="分けると何倍速くなるか",
    statement=(
        "モデルを `n_workers` 個に分けたとき、1 回の更新が何倍速くなるかを見積もります。"
        "1 個のときの時間は、計算時間の `compute_seconds` 秒だけです。"
        "2 個以上なら、計算時間は等しく分かれますが、通信の時間が加わります。"
        "ワーカーの間を通るデータの合計が `bytes_moved` byte で、通信の速さが `bytes_per_second` byte/s です。"
        "通信の時間はワーカーの数によらず、計算と重なって進むこともありません。"
        "1 個のときの時間を n 個のときの時間で割り、float のまま、丸めずに返します。"
    ),
    difficulty=1,
    minutes=7,
    points=2,
    hints=(
        "1 個のときの時間と、n 個のときの時間を、別々に考えます。",
        "通信の時間（秒）は、データの大きさ（byte）を、1 秒に送れる大きさ（byte/s）で割ったものです。",
        "n 個のときの時間は、`compute_seconds / n_workers` と通信の時間の和です。",
        "1 個のときは通信がないので、倍率は必ず 1 です。if で分けます。",
        "「何倍速いか」は、1 個のときの時間 ÷ n 個のときの時間です。分母は括弧で囲みます。",
    ),
)

EXAMPLE = (1.2, 5e7, 1e9, 4)


@exercise.example
def example() -> str:
    compute, moved, bandwidth, workers = EXAMPLE
    transfer = moved / bandwidth
    return (
        f"{compute} 秒の計算を {workers} 個のワーカーに分けます。"
        f"`bytes_moved={moved:.0f}`、`bytes_per_second={bandwidth:.0f}` とします。"
        f"n 個のときの時間は、{compute} ÷ {workers} + {transfer} = {compute / workers + transfer:.2f} 秒です。"
        f"{compute} ÷ {compute / workers + transfer:.2f} で、約 {model_parallel_speedup(*EXAMPLE):.3f} 倍です。"
        f"通信の速さが 100 分の 1 なら {model_parallel_speedup(compute, moved, bandwidth / 100, workers):.3f} 倍で、"
        "分けないほうが速くなります。"
    )


def step(rng, workers: int, low: float = 0.1, high: float = 0.6) -> tuple:
    """Arguments whose transfer takes so much of one worker's computing time."""
    compute = round(float(rng.uniform(0.5, 9)), 3)
    bandwidth = round(float(rng.uniform(1e8, 9e9)), 1)
    moved = round(compute * bandwidth * float(rng.uniform(low, high)), 1)
    return compute, moved, bandwidth, workers


@exercise.cases
def cases(rng):
    yield "基本", step(rng, int(rng.integers(3, 9)))
    yield "問題文の例", EXAMPLE
    yield "問題文の例", (*EXAMPLE[:2], EXAMPLE[2] / 100, EXAMPLE[3])
    yield "ワーカーが 1 つだけ", step(rng, 1)
    yield "ワーカーが 2 つ", step(rng, 2)
    yield "ワーカーがとても多い", step(rng, int(rng.integers(200, 900)))
    yield "通信が計算より長い", step(rng, 4, low=2, high=5)
    yield "通信がわずか", step(rng, 6, low=0.001, high=0.004)
    compute, _, bandwidth, _ = step(rng, 1)
    yield "通信がない", (compute, 0.0, bandwidth, int(rng.integers(3, 9)))
    compute, moved, bandwidth, workers = step(rng, int(rng.integers(3, 9)))
    yield "とても短い計算", (compute * 1e-6, moved * 1e-6, bandwidth, workers)
    yield "通信の速さが 1 byte/s", (compute, compute / 4, 1.0, workers)


@exercise.wrong(
    "ワーカーが 1 個のときにも、通信の時間を足しています。1 個なら、通信する相手がいません。"
)
def charges_a_single_worker(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    return compute_seconds / (compute_seconds / n_workers + bytes_moved / bytes_per_second)


@exercise.wrong("割る向きが逆です。1 個のときの時間を、n 個のときの時間で割ります。")
def turns_the_ratio_around(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    if n_workers == 1:
        return 1.0
    return (compute_seconds / n_workers + bytes_moved / bytes_per_second) / compute_seconds


@exercise.wrong("通信の時間を数えていません。ワーカーの間を通るデータにも、時間がかかります。")
def ignores_the_transfer(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    return float(n_workers)


@exercise.wrong("通信の時間までワーカーの数で割っています。分かれるのは、計算の時間だけです。")
def shares_the_transfer_out(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    if n_workers == 1:
        return 1.0
    return compute_seconds / ((compute_seconds + bytes_moved / bytes_per_second) / n_workers)


@exercise.wrong(
    "計算の時間がワーカーに分かれていません。n 個なら、計算は n 分の 1 の時間で終わります。"
)
def shares_nothing_out(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    if n_workers == 1:
        return 1.0
    return compute_seconds / (compute_seconds + bytes_moved / bytes_per_second)


@exercise.wrong("計算と通信が同時に進むとしています。ここでは順に行うので、2 つの時間を足します。")
def overlaps_the_transfer(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    if n_workers == 1:
        return 1.0
    return compute_seconds / max(compute_seconds / n_workers, bytes_moved / bytes_per_second)


@exercise.wrong("データの大きさに通信の速さを掛けています。時間は、大きさ ÷ 速さです。")
def multiplies_by_the_bandwidth(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    if n_workers == 1:
        return 1.0
    return compute_seconds / (compute_seconds / n_workers + bytes_moved * bytes_per_second)


@exercise.wrong(
    "通信の時間を、ワーカーの数だけ足しています。bytes_moved は、すでに全部の合計です。"
)
def transfers_for_each_worker(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    if n_workers == 1:
        return 1.0
    transfer = n_workers * bytes_moved / bytes_per_second
    return compute_seconds / (compute_seconds / n_workers + transfer)


@exercise.wrong(
    "通信の時間を、切れ目の数 n − 1 だけ足しています。bytes_moved は、すでに全部の合計です。"
)
def transfers_for_each_cut(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    transfer = (n_workers - 1) * bytes_moved / bytes_per_second
    return compute_seconds / (compute_seconds / n_workers + transfer)


@exercise.wrong(
    "n 個のときの時間（秒）です。何倍速いかを聞いているので、1 個のときの時間をこれで割ります。"
)
def returns_the_seconds(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    if n_workers == 1:
        return compute_seconds
    return compute_seconds / n_workers + bytes_moved / bytes_per_second


@exercise.wrong("倍率をさらにワーカーの数で割っています。それは効率です。倍率のまま返します。")
def returns_the_efficiency(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    if n_workers == 1:
        return 1.0
    transfer = bytes_moved / bytes_per_second
    return compute_seconds / (compute_seconds / n_workers + transfer) / n_workers


@exercise.wrong("短くなった時間の差を求めています。何倍かを知るには、割り算を使います。")
def subtracts_the_times(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    if n_workers == 1:
        return 0.0
    return compute_seconds - (compute_seconds / n_workers + bytes_moved / bytes_per_second)


@exercise.wrong("分母に括弧がないので、通信の時間が倍率に足されています。")
def forgets_the_parentheses(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    if n_workers == 1:
        return 1.0
    return compute_seconds / (compute_seconds / n_workers) + bytes_moved / bytes_per_second


@exercise.wrong(
    "括弧がないので、前から順に割られて、倍率が 1 ÷ n になっています。分母の全体を括弧で囲みます。"
)
def forgets_all_parentheses(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    if n_workers == 1:
        return 1.0
    return compute_seconds / compute_seconds / n_workers + bytes_moved / bytes_per_second


@exercise.wrong(
    "通信の速さをビットの数で読み、8 倍の時間にしています。bytes_per_second は byte/s です。"
)
def reads_bits(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    if n_workers == 1:
        return 1.0
    transfer = 8 * bytes_moved / bytes_per_second
    return compute_seconds / (compute_seconds / n_workers + transfer)


@exercise.wrong(
    "1 個のときの時間にも、通信を足しています。1 個のときの時間は、計算の時間だけです。"
)
def transfers_on_both_sides(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    transfer = bytes_moved / bytes_per_second
    return (compute_seconds + transfer) / (compute_seconds / n_workers + transfer)


@exercise.wrong("割る向きが逆です。1 個のときの時間が分子です。1 個のときの場合分けも要ります。")
def turns_around_for_one_too(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    return (compute_seconds / n_workers + bytes_moved / bytes_per_second) / compute_seconds


@exercise.wrong("分母に括弧がないので、通信の時間が倍率に足されています。1 個のときの場合分けも要ります。")
def forgets_the_parentheses_for_one_too(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    return compute_seconds / (compute_seconds / n_workers) + bytes_moved / bytes_per_second


@exercise.wrong(
    "括弧がないので、前から順に割られています。分母の全体を括弧で囲みます。1 個のときの場合分けも要ります。"
)
def forgets_all_for_one_too(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    return compute_seconds / compute_seconds / n_workers + bytes_moved / bytes_per_second


@exercise.wrong("計算の時間がワーカーに分かれていません。1 個のときの場合分けも要ります。")
def shares_nothing_out_for_one_too(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    return compute_seconds / (compute_seconds + bytes_moved / bytes_per_second)


@exercise.right
def no_transfer_for_one(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    transfer = 0.0
    if n_workers > 1:
        transfer = bytes_moved / bytes_per_second
    return compute_seconds / (compute_seconds / n_workers + transfer)


@exercise.right
def times_the_whole_step(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    def seconds(workers):
        transfer = bytes_moved / bytes_per_second
        return compute_seconds / workers + (transfer if workers > 1 else 0)

    return seconds(1) / seconds(n_workers)


@exercise.right
def numpy_minded(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    shares = np.array(
        [1 / n_workers, (n_workers > 1) * bytes_moved / bytes_per_second / compute_seconds]
    )
    return 1 / float(shares.sum())


@exercise.right
def torch_minded(compute_seconds, bytes_moved, bytes_per_second, n_workers):
    parts = compute_seconds / n_workers, bytes_moved / bytes_per_second
    seconds = torch.tensor(parts, dtype=torch.float64)
    return compute_seconds / float(seconds[: min(2, n_workers)].sum())
