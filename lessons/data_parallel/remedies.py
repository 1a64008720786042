"""非同期型の学習を救う手当てを、同じ 8 人、同じ 100 秒で比べます。"""

from lessons.data import Dataset
from lessons.data_parallel.event_clock import asynchronous_clock, speeds, synchronous_clock
from lessons.data_parallel.stale_training import (
    mean_removed,
    train_asynchronously,
    train_synchronously,
)

RATES = [0.05, 0.2, 0.5]
SECONDS = 100.0


def remedies_compared(data: Dataset, workers: int, slowest: float) -> dict[str, dict[float, list[float]]]:
    """手当ての名前 → 学習率 → シードごとの正解率 (%) です。

    SSP では、最も遅いワーカーより 2 回以上先に進んだワーカーが、追いつかれるまで待ちます。
    """
    fast = speeds(workers, slowest)
    pushes = asynchronous_clock(fast, SECONDS, 0)
    bounded = asynchronous_clock(fast, SECONDS, 0, max_gap=1)
    curves = {
        "同期型": train_synchronously(data, synchronous_clock(fast, SECONDS, 0), RATES),
        "非同期型 そのまま": train_asynchronously(data, pushes, RATES),
        "非同期型 SSP": train_asynchronously(data, bounded, RATES),
        "非同期型 ÷ステイルネス": train_asynchronously(data, pushes, RATES, by_staleness=True),
        "非同期型 入力の平均を引く": train_asynchronously(mean_removed(data), pushes, RATES),
    }
    return {name: {rate: curve.final for rate, curve in by_rate.items()}
            for name, by_rate in curves.items()}
