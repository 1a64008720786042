"""01, after the partition: the busiest worker, where to split, and what a slow stage does."""

import itertools

from checker.catalogue import load
from checker.question import Choice, Option, Stem, item, sample, slips
from lessons.model_parallel import balanced_bottleneck

LAYERS, WORKERS = 6, 3


def busiest(times: list[int], cuts: tuple[int, ...]) -> int:
    """The time of the longest group when the layers are cut before these ones."""
    return max(sum(times[i:j]) for i, j in itertools.pairwise((0, *cuts, LAYERS)))


def partitions(times: list[int]) -> list[tuple[int, ...]]:
    """All ways to cut into as many groups as there are workers, the best first."""
    cuts = itertools.combinations(range(1, LAYERS), WORKERS - 1)
    return sorted(cuts, key=lambda cut: busiest(times, cut))


@Stem
def layers(rng):
    """Times with one best partition, which no shortcut finds."""
    shortcuts = [
        load("balanced_bottleneck").wrongs[name].function
        for name in (
            "gives_equal_numbers_of_layers",
            "changes_the_order",
            "returns_the_longest_layer",
        )
    ]
    while True:
        times = [int(t) for t in rng.integers(2, 20, LAYERS)]
        best, second = (busiest(times, cut) for cut in partitions(times)[:2])
        if best < second and sum(times) % WORKERS == 0:
            found = [int(shortcut(times, WORKERS)) for shortcut in shortcuts]
            if len({best, sum(times) // WORKERS, *found}) == 5:
                break
    return (
        f"{LAYERS} 個の層を、順番を変えずに {WORKERS} つの連続した組に分け、{WORKERS} 台のワーカーに受け持たせます。"
        "層の番号は 0 から数えます。\n\n"
        f"| 層 |{''.join(f' {i} |' for i in range(LAYERS))}\n| --- |{' --- |' * LAYERS}\n"
        f"| 時間 (ms) |{''.join(f' {t} |' for t in times)}"
    ), times


def times_of(numbers: tuple[float, ...]) -> list[float]:
    """The table's last row: of all numbers of the stem."""
    return list(
        numbers[4 + LAYERS : 4 + 2 * LAYERS]
    )  # 6 個, 3 つ, 3 台, 0 から, the layers' numbers


@item(word="パイプライン並列", keyword="モデル並列化", cell="balanced_bottleneck", stem=layers)
def busiest_worker(rng, times):
    def said(time: float) -> str:
        return f"{int(time)} ms"

    mistakes = (
        (
            "returns_the_average",
            "時間の平均です。層は途中で分けられないので、平均ちょうどにはなりません。",
        ),
        "gives_equal_numbers_of_layers",
        "changes_the_order",
        "returns_the_longest_layer",
    )
    cut = partitions(times)[0]
    groups = [times[i:j] for i, j in itertools.pairwise((0, *cut, LAYERS))]
    right = said(balanced_bottleneck([float(t) for t in times], WORKERS))
    sums = "、".join(" + ".join(map(str, group)) for group in groups)
    totals = "、".join(str(sum(group)) for group in groups)
    return Choice(
        stem=(
            "最も忙しいワーカーの時間が、できるだけ短くなるように分けます。"
            "そのとき、最も忙しいワーカーの時間は何 ms ですか。"
        ),
        right=right,
        wrong=slips(load("balanced_bottleneck"), (times, WORKERS), said, *sample(rng, mistakes, 3)),
        explanation=(
            "使う公式: それぞれの組の時間を合計し、最も長い組を比べます。\n"
            f"代入: 最もよい分け方は {sums} で、合計は {totals} です。\n答え: {right}"
        ),
    )


@busiest_worker.by_hand
def _(*numbers):
    times = times_of(numbers)
    # The smallest limit that filling from the front keeps with so many workers.
    for limit in itertools.count(int(max(times))):
        workers, load_ = 1, 0.0
        for time in times:
            workers, load_ = (
                (workers, load_ + time) if load_ + time <= limit else (workers + 1, time)
            )
        if workers <= WORKERS:
            return limit


@item(word="パイプライン並列", keyword="モデル並列化", cell="balanced_bottleneck", stem=layers)
def where_to_split(rng, times):
    def named(cut: tuple[int, ...]) -> str:
        return f"層 {cut[0] - 1} のあとと、層 {cut[1] - 1} のあと"

    best, *others = partitions(times)
    right = busiest(times, best)
    equal = (LAYERS // WORKERS, 2 * LAYERS // WORKERS)
    near = [cut for cut in others if cut != equal][:4]
    wrong = [
        Option(named(cut), f"最も忙しいワーカーが {busiest(times, cut)} ms になります。{right} ms にできる分け方があります。")
        for cut in sample(rng, tuple(near), 2)
    ]  # fmt: skip
    return Choice(
        stem="最も忙しいワーカーの時間を最も短くするには、どの層のあとで切りますか。",
        right=named(best),
        wrong=(
            Option(
                named(equal),
                f"層の数はそろいますが、最も忙しいワーカーが {busiest(times, equal)} ms になります。",
                "balanced_bottleneck.gives_equal_numbers_of_layers",
            ),
            *wrong,
        ),
        explanation=(
            "使う公式: それぞれの組の時間を合計し、最も長い組を比べます。\n"
            f"代入: {named(best)}で切ると、最も長い組は {right} ms です。ほかの切り方では、これより長くなります。\n"
            f"答え: {named(best)}"
        ),
    )


@where_to_split.by_hand
def _(*numbers):
    times = times_of(numbers)
    best = min(
        (max(sum(times[: a + 1]), sum(times[a + 1 : b + 1]), sum(times[b + 1 :])), a, b)
        for a in range(LAYERS - 2)
        for b in range(a + 1, LAYERS - 1)
    )
    return best[1:]


@item(word="バブル", keyword="モデル並列化", cell="balanced_bottleneck")
def unequal_stages(rng):
    wrong = (
        Option(
            "ほかの段が先に進むので、全体の速さは変わらない",
            "遅い段の出力が届かないと、後ろの段は計算できません。",
        ),
        Option(
            "全体の速さは、段の時間の平均で決まる",
            "流れの速さを決めるのは平均ではなく、最も遅い段です。",
        ),
        Option(
            "遅い段の前の段だけが待ち、後ろの段は待たない",
            "後ろの段も、遅い段の出力が届くのを待ちます。",
        ),
        Option(
            "マイクロバッチを十分に増やせば、影響はなくなる",
            "どれだけ増やしても、ほかの段は、マイクロバッチ 1 つごとに遅い段を待ちます。",
        ),
    )
    return Choice(
        stem=(
            "4 段のパイプラインで、1 つの段だけが、ほかの段の 2 倍の時間を使います。"
            "マイクロバッチは多く流します。説明として正しいものはどれですか。"
        ),
        right="ほかの段が、最も遅い段の速さに合わせて待つことになる",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "パイプラインの流れる速さは、最も遅い段で決まります。\n"
            "だから、段の時間がそろうように層を分けます。"
        ),
    )
