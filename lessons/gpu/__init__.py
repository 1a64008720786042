"""GPU による高速化: 計算の量と速さを数え、GPU で速くなる条件を調べます。

03_1_measured の式:

    F = 2·m·k·n                                行列の積の計算の量 (FLOP)                  (1)
    P = u·f·c                                  理論上の最高の速さ (FLOPS)                 (2)
    I = F / (v·(m·k + k·n + m·n))              演算強度 (FLOP/byte)                       (3)
    R = min(P, I·W)                            ルーフライン: 届きうる速さ (FLOPS)         (4)
    S = 1 / ((1 - p) + p / N)                  アムダールの法則: 速さの倍率               (5)
    S = (F/P_c) / (F/P_g + D/V)                GPU に計算を移したときの速さの倍率         (6)

03_2_kernels の式:

    C = Σ_w ( a·[if に進むものがある] + b·[else に進むものがある] )   ワープ w の和 (サイクル)   (1)
    G = ⌈n / T⌉                                ブロックの数                               (2)
    i = (ブロックの番号)·T + (スレッドの番号)      スレッドが受け持つ要素の番号               (3)

記号: m, k, n 行列の大きさ((2) では要素の数 n), u units, f clock_hz, c flops_per_cycle,
      v bytes_per_value, W bandwidth, p parallel_fraction, N n_workers, D bytes_moved,
      P_c cpu_flops, P_g gpu_flops, V bus_bandwidth, a cycles_if, b cycles_else, T block_size
単位: FLOP は計算の回数、FLOPS は 1 秒の計算の回数です。
出典: (4) は Williams, Waterman, Patterson 2009, Roofline, CACM 52(4)。
      (5) は Amdahl 1967, AFIPS 30。どちらも原典未確認です。式は、時間の足し算から導けます。
"""

from lessons.gpu.flops import arithmetic_intensity, matmul_flops, peak_flops, roofline
from lessons.gpu.measuring import shortest
from lessons.gpu.speedup import amdahl_speedup, offload_speedup
from lessons.gpu.threads import divergent_cycles, grid_size, saxpy_thread
