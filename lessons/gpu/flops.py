"""計算の量 FLOP と速さ FLOPS: 数え方と、速さの上限です。

式の番号は 03_1_measured のものです。
"""

from torch import Tensor


def matmul_flops(m: int, k: int, n: int) -> int:
    """式 (1): m 行 k 列と k 行 n 列の行列の積の、計算の量を返します。

    掛け算と足し算を 1 回ずつ数えます。出力の 1 個につき、k 回掛けて、k 回足します。

    m, k, n: 行列の大きさ。どれも 1 以上です。
    戻り値:  計算の量 (FLOP)
    ValueError: 1 に満たない大きさがあるとき。
    """
    if min(m, k, n) < 1:
        raise ValueError(f"1 に満たない大きさがあります: {m}, {k}, {n}")
    return 2 * m * k * n


def peak_flops(units: int, clock_hz: float, flops_per_cycle: int) -> float:
    """式 (2): 演算器の数とクロックから、理論上の最高の速さを返します。

    units:           演算器の数
    clock_hz:        クロック (Hz)。1 秒あたりのサイクルの数です。
    flops_per_cycle: 1 個の演算器が、1 サイクルに行う計算の量 (FLOP)
    戻り値:          理論上の最高の速さ (FLOPS)
    ValueError:      正でない引数があるとき。
    """
    if min(units, clock_hz, flops_per_cycle) <= 0:
        raise ValueError(f"正でない引数があります: {units}, {clock_hz}, {flops_per_cycle}")
    return units * clock_hz * flops_per_cycle


def arithmetic_intensity(m: int, k: int, n: int, bytes_per_value: int) -> float:
    """式 (3): m 行 k 列と k 行 n 列の行列の積の、演算強度を返します。

    2 つの入力の行列を 1 回ずつ読み、出力の行列を 1 回書くとして数えます。

    m, k, n:         行列の大きさ。どれも 1 以上です。
    bytes_per_value: 値 1 個の大きさ (byte)。1 以上です。
    戻り値:          動かす 1 バイトあたりの計算の量 (FLOP/byte)
    ValueError:      1 に満たない引数があるとき。
    """
    if min(m, k, n, bytes_per_value) < 1:
        raise ValueError(f"1 に満たない引数があります: {m}, {k}, {n}, {bytes_per_value}")
    flops = 2 * m * k * n
    bytes_moved = bytes_per_value * (m * k + k * n + m * n)
    return flops / bytes_moved


def roofline(intensity: Tensor, peak: float, bandwidth: float) -> Tensor:
    """式 (4): 演算強度のそれぞれに対して、届きうる速さの上限を返します。

    intensity: 演算強度 (FLOP/byte)。どんな形でもよく、どれも正です。
    peak:      理論上の最高の速さ (FLOPS)。正です。
    bandwidth: メモリの帯域 (byte/s)。正です。
    戻り値:    速さの上限 (FLOPS)。intensity と同じ形と型の、新しいテンソルです。
    ValueError: 正でない値があるとき。
    """
    if intensity.min() <= 0 or min(peak, bandwidth) <= 0:
        raise ValueError(f"正でない値があります: {intensity.min()}, {peak}, {bandwidth}")
    return (intensity * bandwidth).clamp(max=peak)
