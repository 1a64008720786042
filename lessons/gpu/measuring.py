"""測る: 行列の積の速さと、メモリの帯域です。どれも 1 つのスレッドで測ります。

速さ = 計算の量 ÷ 時間。時間は、交互に何度も測ったうちの、最も短いものです。
"""

import math
import sys
import time
from collections.abc import Callable, Hashable
from typing import TypeVar

import torch
from torch import Tensor

from lessons.training import one_thread, wait_for_gpu

SIZES = (4, 8, 16, 32, 64, 128, 256, 512, 1024)
# 命令がない計算機では何十倍も遅いので、16 bit と 8 bit は、小さな行列だけで測る。
QUICK = 256
ROUND_SECONDS = 0.002  # 短い計算は、この時間になるまで続けて呼び、1 回分に直す。
FLOAT_BYTES = 4
# ほかのプログラムに待たされた時間を数えない時計。Windows では目が粗く、macOS の行列の積は、
# ほかのスレッドで計算することがあるので、使えない。
one_thread_clock = time.thread_time if sys.platform == "linux" else time.perf_counter
Key = TypeVar("Key", bound=Hashable)


def shortest(
    calls: dict[Key, Callable[[], object]], rounds: int = 7,
    clock: Callable[[], float] = one_thread_clock,
) -> dict[Key, float]:
    """引数のない関数を順番に rounds 周測り、それぞれの、1 回の最短の時間 (s) を返します。

    clock: 時計。2 つ以上のスレッドや GPU で計算するときは、time.perf_counter にします。
    """
    repeats = {}
    for key, call in calls.items():
        call()  # 最初の 1 回は、準備の時間を含む。
        repeats[key] = max(1, int(ROUND_SECONDS / seconds_of(call, 1, time.perf_counter)))
    best = dict.fromkeys(calls, math.inf)
    for _ in range(rounds):
        for key, call in calls.items():
            best[key] = min(best[key], seconds_of(call, repeats[key], clock))
    return best


def seconds_of(call: Callable[[], object], repeats: int, clock: Callable[[], float]) -> float:
    """repeats 回続けて呼んだときの、1 回の時間 (s) です。GPU の計算は、終わるまで待ちます。"""
    wait_for_gpu()
    start = clock()
    for _ in range(repeats):
        call()
    wait_for_gpu()
    return (clock() - start) / repeats


def square(n: int, dtype: torch.dtype, device: str = "cpu") -> Tensor:
    """n×n の行列です。整数の型では -100 以上 100 以下です。"""
    values = torch.randn(n, n, generator=torch.Generator().manual_seed(n))
    if not dtype.is_floating_point:
        values = (40 * values).clamp(-100, 100)
    return values.to(dtype).to(device)


@one_thread()
def product_speeds(matmul_flops: Callable[[int, int, int], int]) -> dict[str, dict[int, float]]:
    """n×n の行列の積の速さ (FLOPS、int8 では 1 秒の計算の回数) を、型と n ごとに測ります。

    matmul_flops: 計算の量を数える、演習の関数
    """
    kinds = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.bfloat16,
             "int8": torch.int8}
    calls = {}
    for name, dtype in kinds.items():
        multiply = torch.mm if dtype.is_floating_point else torch._int_mm
        for n in SIZES:
            if n <= QUICK or dtype.itemsize >= FLOAT_BYTES:
                one = square(n, dtype)
                calls[name, n] = lambda multiply=multiply, one=one: multiply(one, one)
    speeds: dict[str, dict[int, float]] = {name: {} for name in kinds}
    for (name, n), seconds in shortest(calls).items():
        speeds[name][n] = matmul_flops(n, n, n) / seconds
    return speeds


@one_thread()
def bandwidth(values: int, rounds: int = 7) -> float:
    """float32 を values 個写す速さ (byte/s) です。読む分と書く分を数えます。"""
    source, target = torch.ones(values), torch.zeros(values)
    seconds = shortest({"copy": lambda: target.copy_(source)}, rounds)["copy"]
    return 2 * FLOAT_BYTES * values / seconds


@one_thread()
def addition_speed(values: int) -> float:
    """float32 の values 個どうしを足す速さ (FLOPS) です。"""
    x, y, out = torch.ones(values), torch.ones(values), torch.zeros(values)
    return values / shortest({"add": lambda: torch.add(x, y, out=out)})["add"]
