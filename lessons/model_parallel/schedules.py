"""パイプラインの時刻表を、仕事 1 つずつの模擬実行で作ります。

段ごとの順番:
    GPipe  すべてのマイクロバッチを順伝播してから、新しい順に逆伝播します。
    1F1B   後ろの段の数だけ先に順伝播し、そのあとは順伝播と逆伝播を 1 つずつ交互に行います。
待ち合わせ: 順伝播は前の段の順伝播を、逆伝播は後ろの段の逆伝播を待ちます。通信の時間は数えません。
更新は、どちらの順番でも、すべての逆伝播が終わってから 1 回だけ行います。
出典: GPipe は Huang ほか 2019, arXiv:1811.06965, 2.2 節と図 2。
      1F1B は PipeDream (Narayanan ほか 2019) の順番です (原典未確認)。
"""

from collections.abc import Callable
from dataclasses import dataclass

FORWARD, BACKWARD = "順伝播", "逆伝播"
Job = tuple[str, int]


@dataclass(frozen=True)
class Task:
    """1 つの段が、1 つのマイクロバッチに行う仕事です。時刻の単位は、渡した時間と同じです。"""

    stage: int
    kind: str
    microbatch: int
    start: float
    end: float


def gpipe(stage: int, stages: int, microbatches: int) -> list[Job]:
    """GPipe で、1 つの段が行う仕事の順番です。"""
    numbers = range(microbatches)
    return [(FORWARD, i) for i in numbers] + [(BACKWARD, i) for i in reversed(numbers)]


def one_f_one_b(stage: int, stages: int, microbatches: int) -> list[Job]:
    """1F1B で、1 つの段が行う仕事の順番です。"""
    ahead = min(stages - 1 - stage, microbatches)
    jobs = [(FORWARD, i) for i in range(ahead)]
    for i in range(ahead, microbatches):
        jobs += [(FORWARD, i), (BACKWARD, i - ahead)]
    return jobs + [(BACKWARD, i) for i in range(microbatches - ahead, microbatches)]


ORDERS: dict[str, Callable[[int, int, int], list[Job]]] = {"GPipe": gpipe, "1F1B": one_f_one_b}


def timetable(
    order: str, forward: list[float], backward: list[float], microbatches: int
) -> list[Task]:
    """すべての仕事の始まりと終わりを求めます。

    order: ORDERS の名前
    forward, backward: 段ごとの、マイクロバッチ 1 つの順伝播と逆伝播の時間
    """
    stages = len(forward)
    waiting = [ORDERS[order](stage, stages, microbatches) for stage in range(stages)]
    free, done = [0.0] * stages, {}
    while any(waiting):
        for stage in range(stages):
            while waiting[stage]:
                kind, i = waiting[stage][0]
                ready = ready_at(done, stage, stages, kind, i)
                if ready is None:
                    break
                start = max(free[stage], ready)
                free[stage] = start + (forward if kind == FORWARD else backward)[stage]
                done[stage, kind, i] = (start, free[stage])
                waiting[stage].pop(0)
    return [Task(*key, *times) for key, times in done.items()]


def ready_at(
    done: dict[tuple[int, str, int], tuple[float, float]], stage: int, stages: int, kind: str, i: int
) -> float | None:
    """必要な値が届く時刻です。まだ決まっていなければ None です。"""
    if kind == FORWARD:
        needs = (stage - 1, FORWARD, i) if stage > 0 else None
    else:
        needs = (stage + 1, BACKWARD, i) if stage < stages - 1 else (stage, FORWARD, i)
    if needs is None:
        return 0.0
    return done[needs][1] if needs in done else None


def makespan(tasks: list[Task]) -> float:
    """最後の仕事が終わる時刻です。"""
    return max(task.end for task in tasks)


def idle_share(tasks: list[Task]) -> float:
    """全部の段の時間のうち、休んでいる時間の割合です。0 以上 1 未満です。"""
    stages = 1 + max(task.stage for task in tasks)
    busy = sum(task.end - task.start for task in tasks)
    return 1 - busy / (stages * makespan(tasks))


def most_held(tasks: list[Task], stage: int) -> int:
    """1 つの段が同時に抱える、順伝播を始めて逆伝播を終えていないマイクロバッチの数の最大です。"""
    events = [(task.start, 1) if task.kind == FORWARD else (task.end, -1)
              for task in tasks if task.stage == stage]
    held, most = 0, 0
    for _, change in sorted(events):  # 同じ時刻なら、終わりを先に数える。
        held += change
        most = max(most, held)
    return most
