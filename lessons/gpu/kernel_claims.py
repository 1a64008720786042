"""03_2_kernels で述べたことを、計算して確かめます。"""

from itertools import product

import torch

from lessons.gpu import kernels
from lessons.gpu.figures.virtualisation import KINDS, operating_systems
from lessons.gpu.figures.warps import CYCLES_ELSE, CYCLES_IF, SHUFFLED, SORTED, WARP, taken_by
from lessons.gpu.kernels.launch import largest_difference
from lessons.gpu.launching import saxpy_in_a_grid, segments
from lessons.gpu.schemes import SCHEMES, cycles
from lessons.gpu.systolic import run
from lessons.gpu.threads import divergent_cycles, grid_size, saxpy_thread

Claims = list[tuple[str, bool]]


def about_branches(seeds: tuple[int, ...]) -> Claims:
    """方式と、ワープの中の分岐についての主張です。"""
    every = [dict(zip(SCHEMES, (cycles(scheme, list(taken)) for scheme in SCHEMES), strict=True))
             for taken in product((False, True), repeat=8)]
    cost = {key: divergent_cycles(taken_by(*key), WARP, CYCLES_IF, CYCLES_ELSE) for key in
            [(p, order, seed) for p in range(0, 101, 5) for order in (SHUFFLED, SORTED)
             for seed in seeds]}
    shuffled = {key: value for key, value in cost.items() if key[1] == SHUFFLED}
    return [
        ("8 個のデータのどの進み方でも、図の MIMD は SIMT より遅くなく、SIMT は SIMD より遅くない",
         all(c["MIMD"] <= c["SIMT"] <= c["SIMD"] for c in every)),
        ("ばらばらに並べて 25 % が if に進むと、4 つのワープのすべてが両側の時間を払う",
         all(cost[25, SHUFFLED, seed] == 4 * (CYCLES_IF + CYCLES_ELSE) for seed in seeds)),
        ("同じ側に進むスレッドをそろえると、どの割合でも、ばらばらより遅くならない",
         all(cost[p, SORTED, seed] <= value for (p, _, seed), value in shuffled.items())),
        ("25 % をそろえると、どのワープも片側だけを払う",
         all(cost[25, SORTED, seed] == CYCLES_IF + 3 * CYCLES_ELSE for seed in seeds)),
    ]


def about_threads(seeds: tuple[int, ...]) -> Claims:
    """グリッド、スレッド、メモリの区画についての主張です。"""
    grids = [(n, size, grid_size(n, size)) for n in range(1, 200) for size in (1, 7, 32, 64)]
    x, y = torch.randn(2, 50, generator=torch.Generator().manual_seed(seeds[0]))
    results = [saxpy_in_a_grid(saxpy_thread, 2.0, x, y, grid_size(50, 8), 8, seed)
               for seed in seeds]
    return [
        ("ブロックの数は、すべての要素を覆う数のうちで最も少ない",
         all((g - 1) * size < n <= g * size for n, size, g in grids)),
        ("要素のないスレッドは、いつも 1 つのブロックより少ない",
         all(0 <= g * size - n < size for n, size, g in grids)),
        ("スレッドをどの順番で動かしても、saxpy の値は torch と等しい",
         all(torch.allclose(result, 2.0 * x + y) for result in results)),
        ("32 個のスレッドが連続した 4 byte の値を読むと、運ぶ区画は 4 個で済む",
         len(segments(32, 1)) == 4),
        ("間隔が 8 以上なら、32 個のスレッドは 32 個の区画を運ぶ",
         all(len(segments(32, stride)) == 32 for stride in (8, 9, 16))),
    ]


def about_systolic_arrays(seeds: tuple[int, ...]) -> Claims:
    """シストリックアレイについての主張です。"""
    pairs = [torch.randn(2, 4, 4, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    runs = [(run(x, w), x @ w) for x, w in pairs]
    return [
        ("シストリックアレイの答えは、行列の積と等しい",
         all(torch.allclose(cycles[-1].finished, y, atol=1e-5) for cycles, y in runs)),
        ("4×4 の積は 10 サイクルで終わり、9 サイクルではまだ終わらない",
         all(len(cycles) == 10 and bool(cycles[-2].finished.isnan().any()) for cycles, _ in runs)),
    ]


def about_kernels(results: dict[str, dict]) -> Claims:
    """2 つの言語のカーネルと、動かした結果についての主張です。results は言語ごとの結果です。"""
    texts = [(kernels.source(f"{name}.cu"), kernels.source(f"{name}.cl")) for name in kernels.NAMES]
    said = [("CUDA C の語を置き換えると、saxpy も matmul も、OpenCL C の文と 1 文字も違わない",
             all(kernels.in_opencl(cuda) == opencl for cuda, opencl in texts))]
    said += [(f"{language} の saxpy と matmul の値は、torch と 10 万分の 1 以内で等しい",
              all(largest_difference(result, kernel) <= 1e-5 for kernel in kernels.NAMES))
             for language, result in results.items()]
    return [*said, (
        "アプリが 3 個なら、OS の数は、コンテナ型が最も少なく、ホスト型が最も多い",
        [operating_systems(kind, 3) for kind in ("コンテナ型", "ハイパーバイザー型", "ホスト型")]
        == sorted({operating_systems(kind, 3) for kind in KINDS}))]
