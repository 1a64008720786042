"""同期型と非同期型を、そろえるものを変えて比べます。8 人のうち、最も遅い人の速さは半分です。

そろえるものは、学習率か、計算した勾配の数か、時間です。どれをそろえるかで、答えが変わります。
学習率をそろえない行では、それぞれに、正解率の平均が最も高かった学習率を選びます。
"""

from dataclasses import dataclass
from statistics import mean, stdev

from lessons.data import Dataset
from lessons.data_parallel.event_clock import asynchronous_clock, speeds, synchronous_clock
from lessons.data_parallel.stale_training import train_asynchronously, train_synchronously
from lessons.networks import mean_and_sd

WORKERS, SLOWEST = 8, 0.5
SECONDS = 200.0
GRADIENTS = 600
SEEDS = [0, 1, 2, 3, 4]
RATES = {"同期型": [0.05, 0.2, 0.5, 1.0], "非同期型": [0.05, 0.1, 0.2, 0.5],
         "非同期型（÷ステイルネス）": [0.05, 0.2, 0.5, 1.0]}


@dataclass(frozen=True)
class Row:
    """1 つの比べ方です。名前ごとに、使った学習率と、シードごとの正解率 (%) を持ちます。"""

    kept: str
    results: dict[str, tuple[float, list[float]]]

    def gap(self) -> float:
        """同期型の平均から、非同期型の平均を引いたもの (ポイント) です。"""
        return mean(self.results["同期型"][1]) - mean(self.results["非同期型"][1])

    def verdict(self) -> str:
        """差が、2 つの標準偏差の和をこえるかどうかで、3 つに分けます。"""
        spread = sum(stdev(self.results[name][1]) for name in ("同期型", "非同期型"))
        if abs(self.gap()) <= spread:
            return "差は、ばらつきの中です"
        return "同期型が上です" if self.gap() > 0 else "非同期型が上です"


def compare(data: Dataset) -> list[Row]:
    """4 つの行です。同じ学習率は大と小の 2 行、同じ勾配の数、同じ時間が 1 行ずつです。"""
    fast = speeds(WORKERS, SLOWEST)
    pushes = asynchronous_clock(fast, SECONDS, 0)
    steps = synchronous_clock(fast, SECONDS, 0)
    same = GRADIENTS // WORKERS  # 同期型は、1 歩に WORKERS 個の勾配を使う。
    curves = {
        "同期型": train_synchronously(data, steps, RATES["同期型"], seeds=SEEDS,
                                   measured={same, len(steps)}),
        **{name: train_asynchronously(data, pushes, RATES[name], by_staleness=divided, seeds=SEEDS,
                                      measured={GRADIENTS, len(pushes)})
           for name, divided in (("非同期型", False), ("非同期型（÷ステイルネス）", True))},
    }
    at = {name: same if name == "同期型" else GRADIENTS for name in curves}
    return [
        *(Row(f"学習率 {rate:g}、{SECONDS:.0f} 秒",
              {name: (rate, by_rate[rate].final) for name, by_rate in curves.items()})
          for rate in (0.05, 0.5)),
        Row(f"勾配の数 {GRADIENTS} 個", {
            name: best({rate: curve.at(at[name]) for rate, curve in by_rate.items()})
            for name, by_rate in curves.items()}),
        Row(f"時間 {SECONDS:.0f} 秒", {
            name: best({rate: curve.final for rate, curve in by_rate.items()})
            for name, by_rate in curves.items()}),
    ]


def best(by_rate: dict[float, list[float]]) -> tuple[float, list[float]]:
    """正解率の平均が最も高い学習率と、その正解率です。"""
    return max(by_rate.items(), key=lambda pair: mean(pair[1]))


def comparison_table(rows: list[Row]) -> tuple[list[str], list[list[str]]]:
    """比べ方の表の、見出しと行です。カッコの中は学習率です。"""
    headers = ["そろえたもの", *(f"{name} (%)" for name in RATES), "同期型と非同期型では"]
    return headers, [
        [row.kept, *(f"{mean_and_sd(values)}（{rate:g}）" for rate, values in row.results.values()),
         row.verdict()] for row in rows]
