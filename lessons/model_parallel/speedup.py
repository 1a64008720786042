"""モデル並列はいつ得になるか: 計算・通信する byte・待ち時間から見積もります。

L 個の同じ幅の全結合層を、すべて n 個のワーカーに列で切ります。

    T(1) = 6 P N / F                                 順伝播 2PN、逆伝播 4PN FLOP            (4)
    D(n) = 2 L (n - 1) ( v N w / n + α V )           w = √(P/L)                           (5)
    N* = P / w                                       2 つの並列化の byte が等しくなる件数  (6)

式 (5) は、1 つのワーカーが 1 回の更新で送る大きさです。
どの層も、順伝播で幅 w の値を全員に配り、逆伝播で幅 w の勾配を足して分けます（all-gather と reduce-scatter）。
そのたびに n - 1 回の送信があり、1 回ごとに α 秒待ちます。
待ち時間は、その間に送れたはずの byte に直して足します。式の番号は 01_2_tensors のものです。

記号: P parameters, N batch, F flops_per_second, L layers, n n_workers, v 値 1 個の大きさ (byte),
      w 層の幅、または切れ目を通る値の個数, α latency (s), V bandwidth (byte/s)
仮定: 計算は等しく分かれ、通信どうしはぶつかりません。計算と通信は同時に進みません。
"""

import math
from collections.abc import Callable, Iterable
from itertools import pairwise

from lessons.model_parallel.cost_model import model_parallel_speedup

BATCH, LAYERS, FLOPS_PER_SECOND, BYTES_PER_VALUE = 32, 5, 20e9, 4


def compute_seconds(parameters: float) -> float:
    """式 (4): 1 つのワーカーでの、1 回の更新の計算時間 (s) です。"""
    return 6 * parameters * BATCH / FLOPS_PER_SECOND


def bytes_with_waiting(
    parameters: float, n_workers: int, bandwidth: float, latency: float
) -> float:
    """式 (5): 1 回の更新で送る大きさ (byte) です。待ち時間を byte に直して含みます。"""
    width = math.sqrt(parameters / LAYERS)
    one_message = BYTES_PER_VALUE * BATCH * width / n_workers
    return 2 * LAYERS * (n_workers - 1) * (one_message + latency * bandwidth)


def speedups(
    parameters: float, workers: Iterable[int], bandwidth: float, latency: float,
    speedup: Callable[[float, float, float, int], float] = model_parallel_speedup,
) -> list[float]:
    """ワーカーの数ごとの、1 つのときと比べた速さの倍率です。

    bandwidth: 通信の速さ (byte/s)、latency: 1 回の送信ごとの待ち時間 (s)
    speedup:   式 (3) の関数
    """
    return [
        speedup(compute_seconds(parameters), bytes_with_waiting(parameters, n, bandwidth, latency),
                bandwidth, n)
        for n in workers
    ]


def fastest(
    parameters: float, bandwidth: float, latency: float, most: int,
    speedup: Callable[[float, float, float, int], float] = model_parallel_speedup,
) -> tuple[int, float]:
    """ワーカーが most 個まで使えるとき、最も速くなる (ワーカーの数, 倍率) です。"""
    times = speedups(parameters, range(1, most + 1), bandwidth, latency, speedup)
    best = max(range(most), key=times.__getitem__)
    return best + 1, times[best]


def parameters_of(widths: list[int]) -> int:
    """層の幅が widths の全結合ネットワークの、重みとバイアスの個数です。"""
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(widths))


def equal_batch(parameters: float, crossing: float) -> float:
    """式 (6): モデル並列とデータ並列の送る byte が等しくなる、1 回の更新の件数です。

    モデル並列は、切れ目を通る crossing 個の値と、その勾配を、件数だけ送ります。
    データ並列は、パラメータと同じ個数の勾配を送り、新しいパラメータを受け取ります。
    """
    return parameters / crossing
