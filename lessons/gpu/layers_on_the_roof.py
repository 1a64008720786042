"""屋根の下の層: 全結合層の速さを、件数を変えて測ります。

重みが 67 MB の大きな層と、06 のネットワーク 784-300-100-10 の 3 つの層を比べます。
大きな層の重みは、たいていの CPU ではキャッシュに入らないので、毎回メモリから読みます。
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn

from lessons.gpu.measuring import FLOAT_BYTES, addition_speed, bandwidth, shortest
from lessons.training import one_thread

BATCHES = (1, 4, 16, 64, 256)
NETWORK = tuple(pairwise((784, 300, 100, 10)))
LARGE = (4096, 4096)
LAYERS = (LARGE, *NETWORK)
OUT_OF_CACHE, IN_CACHE = 2**24, 2**14  # float32 の個数


@dataclass(frozen=True)
class Point:
    """演算強度 intensity (FLOP/byte) と、測った速さ speed (FLOPS) です。"""

    intensity: float
    speed: float


@dataclass(frozen=True)
class Machine:
    """最も速い積 peak (FLOPS)、メモリとキャッシュの帯域 (byte/s)、足し算の速さ addition (FLOPS) です。"""

    peak: float
    memory: float
    cache: float
    addition: float


def measured_machine(peak: float) -> Machine:
    """この計算機の屋根を測ります。peak は、測った最も速い積 (FLOPS) です。

    67 MB の値はメモリから、66 KB の値はキャッシュから読みます。
    """
    return Machine(peak, bandwidth(OUT_OF_CACHE), bandwidth(IN_CACHE), addition_speed(OUT_OF_CACHE))


@one_thread()
@torch.inference_mode()
def measured_layers(
    matmul_flops: Callable[[int, int, int], int],
    arithmetic_intensity: Callable[[int, int, int, int], float],
    layers: tuple[tuple[int, int], ...] = LAYERS,
) -> dict[tuple[int, int], dict[int, Point]]:
    """層 (入力, 出力) ごと、件数ごとに測った点です。2 つの関数は、演習の関数です。"""
    calls = {}
    for n_in, n_out in layers:
        layer = nn.Linear(n_in, n_out, bias=False)
        for batch in BATCHES:
            x = torch.ones(batch, n_in)
            calls[(n_in, n_out), batch] = lambda layer=layer, x=x: layer(x)
    points: dict[tuple[int, int], dict[int, Point]] = {layer: {} for layer in layers}
    for ((n_in, n_out), batch), seconds in shortest(calls, rounds=5).items():
        points[n_in, n_out][batch] = Point(
            arithmetic_intensity(batch, n_in, n_out, FLOAT_BYTES),
            matmul_flops(batch, n_in, n_out) / seconds)
    return points
