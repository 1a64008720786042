"""ワーカーとパラメータサーバの時計です。計算はせず、誰がいつ終わるかだけを決めます。

    s = 1 - (1 - r) i/(k-1)          i 番目のワーカーの速さ。r は最も遅いワーカーの速さ
    d = e^{0.2 z} / s                1 回の勾配にかかる秒。z は標準正規分布

ステイルネス: ワーカーが pull してから push するまでに、サーバがほかから更新された回数です。
乱数: ワーカーごとの列を (seed, ワーカーの番号) から作るので、順序にもスレッドの数にもよりません。
出典: SSP は Ho ほか 2013, NIPS 26
"""

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

SPREAD = 0.2  # 同じワーカーの中での、対数で見た時間のばらつき


@dataclass(frozen=True)
class Push:
    """ワーカー worker が秒 pulled に受け取り、秒 pushed に送った 1 つの勾配です。"""

    worker: int
    pulled: float
    pushed: float
    staleness: int


@dataclass(frozen=True)
class Step:
    """同期型の 1 歩です。started に始め、ワーカー i は finished[i] に終わり、全員が最後を待ちます。"""

    started: float
    finished: tuple[float, ...]

    @property
    def ended(self) -> float:
        """最も遅いワーカーが終わり、パラメータが更新される秒です。"""
        return max(self.finished)


def speeds(workers: int, slowest: float) -> list[float]:
    """速さを 1 から slowest まで等間隔に並べます。1 人なら、速さは 1 です。"""
    return np.linspace(1.0, slowest, workers).tolist()


def durations(speeds: list[float], seed: int) -> Callable[[int], float]:
    """ワーカー i の次の勾配にかかる秒を返す関数です。"""
    generators = [np.random.default_rng([seed, i]) for i in range(len(speeds))]
    return lambda i: math.exp(SPREAD * generators[i].standard_normal()) / speeds[i]


def mean_seconds(speeds: list[float]) -> list[float]:
    """ワーカーごとの、1 回の勾配にかかる秒 d の平均です。"""
    return [math.exp(SPREAD**2 / 2) / s for s in speeds]


def asynchronous_clock(
    speeds: list[float], seconds: float, seed: int, max_gap: int | None = None
) -> list[Push]:
    """誰も待たない場合の push を、終わった順に seconds 秒まで並べます。

    max_gap: SSP の上限。最も遅いワーカーより max_gap 回をこえて先に進んだワーカーは、待ちます。
    """
    duration = durations(speeds, seed)
    running = [(duration(i), i, 0.0, 0) for i in range(len(speeds))]  # 終わる秒、番号、pull の秒と版
    heapq.heapify(running)
    done, waiting, pushes = [0] * len(speeds), [], []
    while running[0][0] <= seconds:
        now, worker, pulled, version = heapq.heappop(running)
        pushes.append(Push(worker, pulled, now, len(pushes) - version))
        done[worker] += 1
        waiting.append(worker)
        free = [i for i in waiting if max_gap is None or done[i] - min(done) <= max_gap]
        waiting = [i for i in waiting if i not in free]
        for i in free:
            heapq.heappush(running, (now + duration(i), i, now, len(pushes)))
    return pushes


def synchronous_clock(speeds: list[float], seconds: float, seed: int) -> list[Step]:
    """全員が最も遅いワーカーを待つ場合の歩みを、seconds 秒まで並べます。"""
    duration = durations(speeds, seed)
    now, steps = 0.0, []
    while True:
        step = Step(now, tuple(now + duration(i) for i in range(len(speeds))))
        if step.ended > seconds:
            return steps
        steps.append(step)
        now = step.ended


def waiting_percent(steps: list[Step]) -> float:
    """同期型で、全員の時間のうち待ち時間が占める割合 (%) です。"""
    waited = sum(step.ended - end for step in steps for end in step.finished)
    return 100 * waited / (len(steps[0].finished) * steps[-1].ended)
