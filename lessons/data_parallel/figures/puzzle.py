"""時間と予算のパズルの図です。"""

from statistics import mean

from matplotlib.figure import Figure

from lessons.data_parallel.puzzle import BUDGET, DEADLINE, LIMIT, TARGET, attempt
from lessons.plots import BLUE, GREEN, GREY, VERMILION


def time_to_target(way: str, workers: int, lr: float) -> tuple[Figure, str]:
    """時間に対する正解率の平均と、目標と期限です。左上の角に入れば、目標に届いています。"""
    tried = attempt(way, workers, lr)
    color = GREEN if tried.solved else BLUE
    fig = Figure(figsize=(8.3, 3.7))
    ax = fig.add_axes((0.09, 0.15, 0.89, 0.76))
    ax.fill_between([0, DEADLINE], TARGET, 100, color=GREEN, alpha=0.15)
    ax.plot(tried.curve.seconds, [mean(a) for a in tried.curve.accuracy], color=color)
    ax.axhline(TARGET, color=GREY, linestyle="--")
    ax.axvline(DEADLINE, color=GREY, linestyle=":")
    if tried.seconds is not None:
        ax.plot(tried.seconds, TARGET, "o" if tried.solved else "X", color=color if tried.solved else VERMILION,
                markersize=11)
    ax.set(xlabel="時間 (s)", ylabel="テストの正解率 (%)", xlim=(0, LIMIT), ylim=(0, 100),
           title=f"目標は {TARGET:.0f} %、期限は {DEADLINE:.0f} 秒、予算は {BUDGET:.0f} 人秒")
    name = f"{way}、{workers} 人、学習率 {lr:g} "
    if tried.seconds is None:
        return fig, f"{name}では、{LIMIT:.0f} 秒までに目標に届きません。"
    needed = f"{name}では、{tried.seconds:.0f} 秒で目標に届き、費用は {tried.cost:.0f} 人秒です。"
    if tried.solved:
        return fig, needed + "期限と予算の両方を満たします。"
    missed = [word for word, kept in (("期限", tried.in_time), ("予算", tried.cost <= BUDGET)) if not kept]
    return fig, needed + f"{'と'.join(missed)}を超えます。"
