"""結合のプルーニングの表です。どの関数も、見出しと行を返します。"""

from lessons.data import CaffeNetRow
from lessons.pruning.network import IterativeResult, PruningResult

Table = tuple[list[str], list[list[str]]]


def published_beside_measured(
    published: list[CaffeNetRow], measured: list[PruningResult]
) -> Table:
    """公表された表と測定値を、同じ α の行に並べます。"""
    names = ["FC 1", "FC 2", "FC 3", "全体", "正解率"]
    headers = ["α", *(f"{n} 公表" for n in names), *(f"{n} 測定" for n in names)]
    rows = [
        [f"{p.alpha:.1f}"]
        + [f"{v:.2f}" for v in (p.fc1, p.fc2, p.fc3, p.total, p.accuracy)]
        + [f"{v:.1f}" for v in (*m.layer_percent, m.total_percent, m.accuracy_after)]
        for p, m in zip(published, measured, strict=True)
    ]
    return headers, rows


def step_by_step(iterative: IterativeResult) -> Table:
    """少しずつ切った各段階と、一度に切った場合です。"""
    cells = [
        (f"{i} 回目", step.total_percent, step.accuracy_before, step.accuracy_after)
        for i, step in enumerate(iterative.steps, 1)
    ]
    once = (iterative.steps[-1].total_percent, iterative.one_shot_before, iterative.one_shot_after)
    headers = ["段階", "切った割合 (%)", "再学習の前 (%)", "再学習のあと (%)"]
    rows = [[name, *(f"{v:.1f}" for v in values)] for name, *values in cells]
    return headers, [*rows, ["一度に切る", *(f"{v:.1f}" for v in once)]]
