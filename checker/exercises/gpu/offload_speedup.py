"""offload_speedup: the GPU computes faster, but the data has to get there and back."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.gpu import offload_speedup

exercise = Exercise(
    offload_speedup,
    title="GPU に移すと何倍速くなるか",
    statement=(
        "CPU で行っていた計算を GPU に移すと、何倍速くなるかを見積もります。"
        "`flops` は計算の量（FLOP）で、`cpu_flops` と `gpu_flops` はそれぞれの速さ（FLOPS）です。"
        "GPU を使うときは、`bytes_moved` バイトのデータを、1 秒に `bus_bandwidth` バイトの速さで転送します。"
        "`bytes_moved` は、行きと帰りの合計です。"
        "計算と転送は同時に進みません。"
        "CPU だけのときの時間を、GPU を使うときの時間で割り、float のまま、丸めずに返します。"
    ),
    difficulty=1,
    minutes=6,
    points=2,
    hints=(
        "CPU だけのときの時間と、GPU を使うときの時間を、別々に求めます。",
        "計算の時間（秒）は、計算の量（FLOP）÷ 速さ（FLOPS）です。",
        "転送の時間（秒）は、`bytes_moved / bus_bandwidth` です。",
        "GPU を使うときの時間は、`flops / gpu_flops` と転送の時間の和です。",
        "「何倍速いか」は、CPU の時間 ÷ GPU を使うときの時間です。分母はかっこで囲みます。",
    ),
)

EXAMPLE = (2e9, 1.2e7, 1e11, 1e13, 1.2e10)


@exercise.example
def example() -> str:
    flops, moved, cpu, gpu, bus = EXAMPLE
    on_cpu, on_gpu, transfer = (1000 * s for s in (flops / cpu, flops / gpu, moved / bus))
    return (
        f"計算が {flops / 1e9:g} GFLOP、CPU が {cpu / 1e9:g} GFLOPS、GPU が {gpu / 1e9:g} GFLOPS とします。"
        "G は 10 の 9 乗、M は 10 の 6 乗です。"
        f"CPU では {on_cpu:g} ミリ秒、GPU では {on_gpu:g} ミリ秒で計算が終わります。"
        f"ただし、{moved / 1e6:g} MB を {bus / 1e9:g} GB/s で転送するので、{transfer:g} ミリ秒が加わります。"
        f"{on_cpu:g} ÷ ({on_gpu:g} + {transfer:g}) で、約 {offload_speedup(*EXAMPLE):.2f} 倍です。"
        f"計算の量が 100 分の 1 なら約 {offload_speedup(flops / 100, moved, cpu, gpu, bus):.2f} 倍で、"
        "GPU に移すと遅くなります。"
    )


def work(rng, low: float = 0.1, high: float = 0.6, gain: tuple = (5, 60)) -> tuple:
    """Arguments whose transfer takes so much of the CPU's computing time."""
    cpu = round(float(rng.uniform(0.5, 9)), 3) * 1e10
    gpu = cpu * round(float(rng.uniform(*gain)), 2)
    bus = round(float(rng.uniform(3, 30)), 2) * 1e9
    flops = round(float(rng.uniform(1, 90)), 2) * 1e9
    return flops, round(flops / cpu * bus * float(rng.uniform(low, high))), cpu, gpu, bus


@exercise.cases
def cases(rng):
    yield "基本", work(rng)
    yield "基本", work(rng)
    # No term is too small to be seen beside another one.
    small = (rng.uniform(low, 1.3 * low) for low in (40, 5, 2, 6, 1.5))
    yield "基本", tuple(round(float(number), 2) for number in small)
    yield "問題文の例", EXAMPLE
    yield "問題文の例", (EXAMPLE[0] / 100, *EXAMPLE[1:])
    flops, _, cpu, gpu, bus = work(rng)
    yield "転送がない", (flops, 0, cpu, gpu, bus)
    yield "転送が CPU の計算より長い", work(rng, 2, 9)
    yield "転送がわずか", work(rng, 0.001, 0.002)
    yield "GPU が CPU より遅い", work(rng, 0.1, 0.6, (0.2, 0.7))
    yield "GPU が CPU と同じ速さ", work(rng, 0.1, 0.6, (1, 1))
    flops, moved, cpu, gpu, bus = work(rng)
    yield "とても小さな計算", (flops * 1e-9, moved * 1e-9, cpu, gpu, bus)
    yield "転送の速さが 1 byte/s", (flops, flops / cpu / 4, cpu, gpu, 1.0)


@exercise.wrong("転送の時間を数えていません。GPU で計算するには、データを送って、結果を戻します。")
def ignores_the_transfer(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    return gpu_flops / cpu_flops


@exercise.wrong("割る向きが逆です。CPU だけのときの時間を、GPU を使うときの時間で割ります。")
def turns_the_ratio_around(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    return (flops / gpu_flops + bytes_moved / bus_bandwidth) / (flops / cpu_flops)


@exercise.wrong("CPU の時間にも転送を足しています。CPU だけなら、GPU への転送はありません。")
def transfers_on_both_sides(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    transfer = bytes_moved / bus_bandwidth
    return (flops / cpu_flops + transfer) / (flops / gpu_flops + transfer)


@exercise.wrong("計算と転送が同時に進むとしています。ここでは順に行うので、2 つの時間を足します。")
def overlaps_the_transfer(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    return flops / cpu_flops / max(flops / gpu_flops, bytes_moved / bus_bandwidth)


@exercise.wrong("転送を往復の 2 回分にしています。bytes_moved は、もう行きと帰りの合計です。")
def transfers_twice(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    return flops / cpu_flops / (flops / gpu_flops + 2 * bytes_moved / bus_bandwidth)


@exercise.wrong("転送の時間だけで割っています。GPU でも、計算に時間がかかります。")
def computes_in_no_time(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    if bytes_moved == 0:
        return float("inf")
    return flops / cpu_flops / (bytes_moved / bus_bandwidth)


@exercise.wrong("データの大きさに転送の速さを掛けています。時間は、大きさ ÷ 速さです。")
def multiplies_by_the_bandwidth(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    return flops / cpu_flops / (flops / gpu_flops + bytes_moved * bus_bandwidth)


@exercise.wrong("分母にかっこがないので、転送の時間が倍率に足されています。")
def forgets_the_parentheses(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    return flops / cpu_flops / (flops / gpu_flops) + bytes_moved / bus_bandwidth


@exercise.wrong(
    "かっこがないので、左から順に割っています。CPU の時間と、GPU を使うときの時間を、それぞれかっこで囲みます。"
)
def divides_in_a_row(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    return flops / cpu_flops / flops / gpu_flops + bytes_moved / bus_bandwidth


@exercise.wrong("転送の速さをビットの数で読み、8 倍の時間にしています。bus_bandwidth は byte/s です。")
def reads_bits(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    return flops / cpu_flops / (flops / gpu_flops + 8 * bytes_moved / bus_bandwidth)


@exercise.wrong("GPU を使うときの時間（秒）です。何倍速いかは、CPU の時間をこれで割ります。")
def returns_the_seconds(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    return flops / gpu_flops + bytes_moved / bus_bandwidth


@exercise.wrong("短くなった時間（秒）です。何倍速いかは、引き算ではなく、割り算で求めます。")
def subtracts_the_times(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    return flops / cpu_flops - (flops / gpu_flops + bytes_moved / bus_bandwidth)


@exercise.wrong("1 を超えないようにしています。GPU が速いときの倍率は、1 より大きくなります。")
def caps_the_speedup(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    return min(1.0, flops / cpu_flops / (flops / gpu_flops + bytes_moved / bus_bandwidth))


@exercise.wrong("GPU が遅いときに 1 としています。遅くなるときも、計算した倍率をそのまま返します。")
def never_below_one(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    return max(1.0, flops / cpu_flops / (flops / gpu_flops + bytes_moved / bus_bandwidth))


@exercise.right
def one_function_for_both(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    def seconds(speed, moved):
        return flops / speed + moved / bus_bandwidth

    return seconds(cpu_flops, 0) / seconds(gpu_flops, bytes_moved)


@exercise.right
def times_a_flop(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    transfer = bytes_moved / flops / bus_bandwidth
    return 1 / (cpu_flops / gpu_flops + cpu_flops * transfer)


@exercise.right
def numpy_minded(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    amounts, speeds = np.array([flops, bytes_moved]), np.array([gpu_flops, bus_bandwidth])
    return float(flops / cpu_flops / (amounts / speeds).sum())


@exercise.right
def torch_minded(flops, bytes_moved, cpu_flops, gpu_flops, bus_bandwidth):
    speeds = torch.tensor([cpu_flops, gpu_flops, bus_bandwidth], dtype=torch.float64)
    cpu, gpu, bus = torch.tensor([flops, flops, bytes_moved], dtype=torch.float64) / speeds
    return (cpu / (gpu + bus)).item()
