"""速さの倍率: 並列にできない部分とデータの転送が、倍率の上限を決めます。

式の番号は 03_1_measured のものです。
"""


def amdahl_speedup(parallel_fraction: float, n_workers: int) -> float:
    """式 (5): 仕事の一部だけを並列にしたとき、全体が何倍速くなるかを返します。

    並列にできない部分の時間は、変わりません。並列にできる部分の時間は、n_workers 分の 1 です。

    parallel_fraction: 1 個で計算したときの時間のうち、並列にできる部分の割合。0 以上 1 以下です。
    n_workers:         並列に計算するコアやワーカーの数。1 以上です。
    戻り値:            速さの倍率。1 以上 n_workers 以下です。丸めません。
    ValueError:        引数が上の範囲にないとき。
    """
    if not 0 <= parallel_fraction <= 1 or n_workers < 1:
        raise ValueError(f"範囲にない引数があります: {parallel_fraction}, {n_workers}")
    serial_fraction = 1 - parallel_fraction
    return 1 / (serial_fraction + parallel_fraction / n_workers)


def offload_speedup(
    flops: float, bytes_moved: float, cpu_flops: float, gpu_flops: float, bus_bandwidth: float
) -> float:
    """式 (6): CPU の計算を GPU に移すと、何倍速くなるかを見積もります。

    GPU では、計算の時間にデータの転送の時間が加わります。計算と転送は同時に進みません。

    flops:         計算の量 (FLOP)。正です。
    bytes_moved:   CPU と GPU の間で転送するデータの大きさ (byte)。0 以上です。
    cpu_flops:     CPU の速さ (FLOPS)。正です。
    gpu_flops:     GPU の速さ (FLOPS)。正です。
    bus_bandwidth: 転送の速さ (byte/s)。正です。
    戻り値:        CPU の時間 ÷ GPU を使うときの時間。1 より小さければ、GPU のほうが遅くなります。
    ValueError:    引数が上の範囲にないとき。
    """
    if min(flops, cpu_flops, gpu_flops, bus_bandwidth) <= 0 or bytes_moved < 0:
        arguments = flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth
        raise ValueError(f"範囲にない引数があります: {arguments}")
    cpu_seconds = flops / cpu_flops
    gpu_seconds = flops / gpu_flops + bytes_moved / bus_bandwidth
    return cpu_seconds / gpu_seconds
