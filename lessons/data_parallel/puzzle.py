"""パズル: 同期型か非同期型か、人数、学習率を選び、期限と予算の中で目標の正解率に届かせます。

費用は、人数 × 目標に届くまでの秒です。最も遅い人の速さは、最も速い人の 0.6 倍です。
"""

from dataclasses import dataclass
from functools import cache
from statistics import mean

from lessons.data import digits
from lessons.data_parallel.event_clock import asynchronous_clock, speeds, synchronous_clock
from lessons.data_parallel.stale_training import (
    Curve,
    evenly,
    train_asynchronously,
    train_synchronously,
)

SLOWEST = 0.6
LIMIT = 100.0
TARGET = 90.0
DEADLINE = 65.0  # 秒
BUDGET = 300.0   # 人 × 秒
WAYS = ["同期型", "非同期型", "非同期型（÷ステイルネス）"]


@dataclass(frozen=True)
class Attempt:
    """1 つの選び方の結果です。届かなければ、seconds は None です。"""

    curve: Curve
    workers: int
    seconds: float | None

    @property
    def cost(self) -> float | None:
        """人数 × 秒です。"""
        return None if self.seconds is None else self.workers * self.seconds

    @property
    def in_time(self) -> bool:
        """期限までに、目標に届いたかどうかです。"""
        return self.seconds is not None and self.seconds <= DEADLINE

    @property
    def solved(self) -> bool:
        """期限までに、予算の中で、目標に届いたかどうかです。"""
        return self.in_time and self.cost <= BUDGET


@cache
def attempt(way: str, workers: int, lr: float) -> Attempt:
    """シード 3 つで LIMIT 秒まで学習し、平均の正解率がはじめて目標に届いた秒を調べます。"""
    fast, data = speeds(workers, SLOWEST), digits()
    if way == "同期型":
        steps = synchronous_clock(fast, LIMIT, 0)
        curve = train_synchronously(data, steps, [lr], measured=evenly(len(steps), 40))[lr]
    else:
        pushes = asynchronous_clock(fast, LIMIT, 0)
        curve = train_asynchronously(data, pushes, [lr], by_staleness=way != WAYS[1],
                                     measured=evenly(len(pushes), 40))[lr]
    reached = [s for s, a in zip(curve.seconds, curve.accuracy, strict=True) if mean(a) >= TARGET]
    return Attempt(curve, workers, min(reached, default=None))
