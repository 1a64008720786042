"""はしご: 同じ行列の積を、純粋な Python から GPU まで、下の段から順に速くします。

どの段も、同じ n×n の float32 の行列を掛けます。
"""

import time
from collections.abc import Callable

import torch
from threadpoolctl import threadpool_limits

from lessons.gpu.measuring import one_thread_clock, shortest, square
from lessons.training import one_thread

PYTHON, NUMPY, ONE, ALL = "純粋な Python", "NumPy", "torch 1 スレッド", "torch 全スレッド"
SIZES = (4, 16, 64, 128, 512, 1024)
LARGEST_IN_PYTHON = 128  # これより大きいと、Python では何秒もかかる。


def multiplied(a: list[list[float]], b: list[list[float]]) -> list[list[float]]:
    """行列の積を、3 重の繰り返しで計算します。"""
    product = [[0.0] * len(b[0]) for _ in a]
    for i in range(len(a)):
        for j in range(len(b[0])):
            for p in range(len(b)):
                product[i][j] += a[i][p] * b[p][j]
    return product


def climbed(
    matmul_flops: Callable[[int, int, int], int], sizes: tuple[int, ...] = SIZES
) -> dict[str, dict[int, float]]:
    """段ごと、n ごとの速さ (FLOPS) です。GPU があれば、その名前の段が加わります。

    matmul_flops: 計算の量を数える、演習の関数
    """
    small = [n for n in sizes if n <= LARGEST_IN_PYTHON]
    lists = {n: square(n, torch.float32).tolist() for n in small}
    arrays = {n: square(n, torch.float32).numpy() for n in sizes}
    seconds = {PYTHON: shortest({n: lambda m=m: multiplied(m, m) for n, m in lists.items()}, 2)}
    with threadpool_limits(1):
        seconds[NUMPY] = shortest({n: lambda m=m: m @ m for n, m in arrays.items()})
    with one_thread():
        seconds[ONE] = on_device("cpu", sizes, one_thread_clock)
    seconds[ALL] = on_device("cpu", sizes)
    if torch.cuda.is_available():
        seconds[torch.cuda.get_device_name()] = on_device("cuda", sizes)
    return {step: {n: matmul_flops(n, n, n) / each for n, each in found.items()}
            for step, found in seconds.items()}


def on_device(
    device: str, sizes: tuple[int, ...] = SIZES, clock: Callable[[], float] = time.perf_counter
) -> dict[int, float]:
    """行列を device に置いてから測った、torch の積の時間 (s) です。転送の時間は含みません。"""
    matrices = {n: square(n, torch.float32, device) for n in sizes}
    return shortest({n: lambda m=m: m @ m for n, m in matrices.items()}, clock=clock)
