"""再学習の前とあとの正解率の図です。"""

from statistics import mean

from matplotlib.figure import Figure

from lessons.plots import BLUE, GREY, VERMILION
from lessons.pruning.network import IterativeResult, PruningResult

Sweeps = list[list[PruningResult]]  # シードごとの結果


def before_and_after_retraining(sweeps: Sweeps, dense: list[float]) -> tuple[Figure, str]:
    """α ごとの正解率です。点は 1 つのシードです。dense は、切る前の正解率です。"""
    fig = Figure(figsize=(7.6, 3.9))
    ax = fig.add_axes((0.10, 0.14, 0.87, 0.82))
    ax.axhline(mean(dense), color=GREY, linestyle=":", label=f"切る前（平均 {mean(dense):.1f} %）")
    for i, results in enumerate(sweeps):
        alphas = [r.alpha for r in results]
        for values, color, marker, label in (
            ([r.accuracy_after for r in results], BLUE, "o", "再学習のあと"),
            ([r.accuracy_before for r in results], VERMILION, "s", "再学習の前"),
        ):
            ax.plot(alphas, values, color=color, marker=marker, linestyle="none",
                    markerfacecolor="white", label=None if i else f"{label}（点は 1 つのシード）")
    ax.set(xlabel="しきい値の倍率 α", ylabel="正解率 (%)", ylim=(0, 100))
    ax.legend(loc="lower left", fontsize=10)
    last = max(r.alpha for r in sweeps[0])
    low, high = spread(sweeps, last)
    near_low, near_high = spread(sweeps, 1.5)
    text = (f"α = 1.5 では、再学習のあとの正解率は {near_low:.1f} % から {near_high:.1f} % です。"
            f"α = {last:.1f} では、{low:.1f} % から {high:.1f} % です。"
            f"同じ設定でも、乱数で {high - low:.0f} ポイント動きます。")
    return fig, text


def spread(sweeps: Sweeps, alpha: float) -> tuple[float, float]:
    """1 つの α での、再学習のあとの正解率の最小と最大です。"""
    found = [r.accuracy_after for results in sweeps for r in results if r.alpha == alpha]
    return min(found), max(found)


def step_by_step(iterative: list[IterativeResult]) -> tuple[list[str], list[list[str]]]:
    """少しずつ切った各段階と、一度に切った場合の正解率の表です。列はシードごとです。"""
    headers = ["段階", "切った割合 (%)", *(f"シード {i} の正解率 (%)" for i in range(len(iterative)))]
    rows = [
        [f"{number} 回目のあと", f"{steps[0].total_percent:.1f}",
         *(f"{step.accuracy_after:.1f}" for step in steps)]
        for number, steps in enumerate(zip(*(r.steps for r in iterative), strict=True), 1)
    ]
    once = ["一度に切って再学習", rows[-1][1], *(f"{r.one_shot_after:.1f}" for r in iterative)]
    return headers, [*rows, once]
