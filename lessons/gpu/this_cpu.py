"""この CPU の理論値: 分かることと、名前を付けた仮定だけから、式 (2) で計算します。

    u = コアの数 × 1 つのコアの演算器の組の数 × 1 組の演算器の数,  f = クロック,  c = 2 (積和)

分かること: 使える命令の名前。1 つの命令が計算する float32 の個数が、1 組の演算器の数です。
仮定:       組の数は 1 か 2。計算の間のクロックは、OS が示す値のまま。
            2 組のコアは多くあります（Intel Xeon Scalable の例: Cornell CAC の教材 Xeon Scalable Processors）。
"""

from collections.abc import Callable
from dataclasses import dataclass

import psutil
import torch

from lessons.gpu.ladder import ALL, ONE

LANES = {"AVX2": 256 // 32, "AVX512": 512 // 32}  # 命令の幅 (bit) ÷ float32 の幅
SETS = (1, 2)
FMA = 2  # 積和 1 回の計算の量 (FLOP)
HEADERS = ["段", "コア", *(f"{sets} 組の理論値" for sets in SETS), "測った最も速い積",
           f"{SETS[-1]} 組に対する割合"]


@dataclass(frozen=True)
class Cpu:
    """命令の名前 instructions、コアの数 cores、OS が示すクロック clock_hz (Hz) です。分からないものは None です。"""

    instructions: str
    cores: int | None
    clock_hz: float | None

    @property
    def lanes(self) -> int | None:
        """1 つの命令が計算する float32 の個数です。"""
        return LANES.get(self.instructions)

    @property
    def known(self) -> bool:
        """理論値を計算できるかどうかです。"""
        return None not in (self.lanes, self.clock_hz)


def this_cpu() -> Cpu:
    """この計算機の CPU について、OS と torch から分かることです。クロックは、最高が分かれば、最高の値です。"""
    try:
        told = psutil.cpu_freq()
        clock_mhz = told and (told.max or told.current)
    except (OSError, NotImplementedError, RuntimeError):  # 仮想の計算機や、新しい CPU では、読めないことがある。
        clock_mhz = None
    return Cpu(torch.backends.cpu.get_cpu_capability(), psutil.cpu_count(logical=False),
               clock_mhz * 1e6 if clock_mhz else None)


def rows(
    cpu: Cpu, steps: dict[str, dict[int, float]], peak_flops: Callable[[int, float, int], float]
) -> list[list]:
    """1 スレッドと全スレッドの段の、理論値と、測った最も速い積です。steps は climbed の戻り値です。

    peak_flops: 演算器の数、クロック、1 サイクルの計算の量から、理論値 (FLOPS) を求める、演習の関数
    """
    used = {ONE: 1} | ({ALL: min(cpu.cores, torch.get_num_threads())} if cpu.cores else {})
    table = []
    for step, cores in used.items() if cpu.known else ():
        peaks = [peak_flops(cores * sets * cpu.lanes, cpu.clock_hz, FMA) for sets in SETS]
        best = max(steps[step].values())
        table.append([step, cores, *(f"{speed / 1e9:.0f} GFLOPS" for speed in (*peaks, best)),
                      f"{100 * best / peaks[-1]:.0f} %"])
    return table


def told(cpu: Cpu) -> str:
    """何から計算したのか、または、なぜ計算できないのかを、文にします。"""
    if cpu.lanes is None:
        return (f"torch が使う命令は {cpu.instructions} です。"
                "1 つの命令が計算する個数が分からないので、この CPU の理論値は計算できません。")
    if cpu.clock_hz is None:
        return "OS がクロックを示さないので、この CPU の理論値は計算できません。"
    cores = "" if cpu.cores else "コアの数が分からないので、1 つのコアだけを計算します。"
    return (f"torch が使う命令は {cpu.instructions} なので、1 組の演算器は {cpu.lanes} 個です。"
            f"OS が示すクロックは {cpu.clock_hz / 1e9:.2f} GHz です。{cores}")
