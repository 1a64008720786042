"""pick_alpha: the largest α whose accuracy has not dropped by more than is allowed."""

import numpy as np

from checker.exercise import Exercise
from lessons.data import caffenet_table
from lessons.pruning import pick_alpha

exercise = Exercise(
    pick_alpha,
    title="許せる低下の中で最大の α を選ぶ",
    statement=(
        "正解率が `baseline - max_drop` 以上である α のうち、最大のものを返します。"
        "`alphas` と `accuracies` は、同じ位置の 2 つで 1 組です。"
        "組の順序は決まっていません。"
        "正解率は、α が大きくなる途中で持ち直すことも、等しいままのこともあります。"
        "条件を満たす α がなければ `None` を返します。"
        "佐々木らの公表した表から α を選ぶときに使います。"
    ),
    difficulty=2,
    minutes=8,
    points=2,
    hints=(
        "先に条件を満たす α だけを集め、次にその中の最大を選びます。",
        "許せる最低の正解率は `baseline - max_drop` です。ちょうど等しい正解率も許します。",
        "`zip(alphas, accuracies)` で、α と正解率の組を 1 つずつ取り出せます。",
        "`max` は、空の列にはエラーを出します。`default=None` を渡すと None を返します。",
        "`[a for a, acc in zip(alphas, accuracies) if acc >= baseline - max_drop]` の最大が答えです。",
    ),
)


COLUMNS = [row.alpha for row in caffenet_table()], [row.accuracy for row in caffenet_table()]
EXAMPLE = (*COLUMNS, COLUMNS[1][0], 1.0)


@exercise.example
def example() -> str:
    alphas, accuracies, baseline, max_drop = EXAMPLE
    alpha = pick_alpha(*EXAMPLE)
    at = alphas.index(alpha)
    return (
        f"佐々木らの表で、α={alphas[0]} の正解率 {baseline} % を元の正解率とします。"
        f"{max_drop} ポイントまでの低下を許すと、最低の正解率は {baseline - max_drop:.2f} % です。"
        f"α={alpha} は {accuracies[at]} % で条件を満たし、"
        f"α={alphas[at + 1]} からは {accuracies[at + 1]} % 以下で条件を満たしません。"
        f"答えは {alpha} です。"
    )


def table(rng, drops, baseline) -> tuple[list[float], list[float]]:
    """Random rising alphas, and accuracies that lie `drops` below the baseline."""
    alphas = np.sort(rng.choice(np.arange(30, 290), len(drops), replace=False)) / 100
    return alphas.tolist(), [round(baseline - drop, 4) for drop in drops]


def exact(rng) -> float:
    """A percentage that binary arithmetic represents exactly."""
    return int(rng.integers(640, 740)) / 8


@exercise.cases
def cases(rng):
    def high() -> float:
        return round(float(rng.uniform(84, 93)), 2)

    def jitter(*drops) -> list[float]:
        return [drop + float(rng.uniform(-0.03, 0.03)) for drop in drops]

    def rows(*drops, order) -> tuple[list[float], list[float]]:
        alphas, accuracies = table(rng, jitter(*drops), baseline)
        return [alphas[i] for i in order], [accuracies[i] for i in order]

    # Two tables, so that no single α answers both. 1.8 % of the baseline are less than 1.7 points.
    baseline = high()
    first = table(rng, jitter(0.2, 0.5, 0.9, 1.76, 2.6, 4.5), baseline)
    second = table(rng, jitter(0.3, 1.1, 1.76, 2.9), baseline)
    second = [round(alpha + 3, 2) for alpha in second[0]], second[1]
    yield "基本", (*first, baseline, 1.8)
    yield "基本", (*second, baseline, 1.8)
    yield "問題文の例", EXAMPLE

    # The answer is neither the first nor the last of the good rows.
    yield "順序がばらばら", (*rows(0.3, 0.7, 1.3, 2.3, 3.9, order=[3, 1, 2, 4, 0]), baseline, 1.6)
    yield "α の大きい順", (*rows(0.3, 0.9, 2.1, 3.6, order=[3, 2, 1, 0]), baseline, 1.4)

    baseline, drop = exact(rng), int(rng.integers(3, 14)) / 8
    yield "ちょうど許す幅の低下", (*table(rng, [0.25 * drop, drop, 3 * drop], baseline), baseline, drop)
    yield "許す幅をわずかに超える低下", (
        *table(rng, [0.25 * drop, drop + 0.0001, 3 * drop], baseline), baseline, drop,
    )  # fmt: skip
    yield "低下を許さない", (*table(rng, [-0.31, 0, 0.42], baseline), baseline, 0.0)
    alphas, accuracies = table(rng, [0.5 * drop, 0.5 * drop, 2 * drop], baseline)
    yield "正解率が等しい組", (alphas, accuracies, baseline, drop)
    yield "正解率が等しい組", (alphas[::-1], accuracies[::-1], baseline, drop)

    baseline = high()
    yield "条件を満たす α がない", (*table(rng, jitter(1.2, 2.1, 3.7), baseline), baseline, 0.7)
    yield "すべての α が条件を満たす", (*rows(0.2, 0.6, 1.1, order=[1, 2, 0]), baseline, 1.9)
    yield "1 組だけ", (*table(rng, jitter(0.4), baseline), baseline, 0.9)
    yield "1 組だけ", (*table(rng, jitter(1.4), baseline), baseline, 0.9)
    zero = [0.0, *table(rng, jitter(1.9, 2.8), baseline)[0]]
    yield "条件を満たす α が 0 だけ", (zero, [baseline, baseline - 1.9, baseline - 2.8], baseline, 0.6)

    for drops in ([-0.3, -1.4, 0.4, 2.1], [-0.3, 0.4, -1.4, 2.1]):
        yield "正解率が元より上がる", (*table(rng, jitter(*drops), baseline), baseline, 0.8)
    yield "正解率が少しだけ上がる", (*table(rng, jitter(0.5, -0.3, 2.1), baseline), baseline, 0.8)
    yield "許す幅の中で上下する", (*table(rng, jitter(0.2, 1.2, 0.5, 2.4), baseline), baseline, 1.5)
    # Halving the sorted rows finds this one, and not that of the published table below.
    recovers = table(rng, jitter(0.2, 2.4, 0.5, 0.9, 2.8), baseline)
    yield "条件を外れてから持ち直す", (*recovers, baseline, 1.3)

    low = round(float(rng.uniform(55, 65)), 2)
    yield "元の正解率が低い", (*table(rng, jitter(1.5, 4.2, 7.5), low), low, 5.0)

    # Between the accuracies at 1.7 and at 1.8, which is the higher one of the two.
    max_drop = round(float(rng.uniform(1.74, 1.80)), 3)
    yield "公表された表（途中で持ち直す）", (*COLUMNS, COLUMNS[1][0], max_drop)


exercise.slip(
    "excludes_the_limit",
    "ちょうど許す幅の低下を落としています。比べる記号は >= です。",
    "acc >= lowest", "acc > lowest",
)


@exercise.wrong("最後に見つかった α を返しています。順序は決まっていないので、最大を選んでください。")
def takes_the_last_good_row(alphas, accuracies, baseline, max_drop):
    best = None
    for alpha, accuracy in zip(alphas, accuracies, strict=True):
        if accuracy >= baseline - max_drop:
            best = alpha
    return best


@exercise.wrong("最初に見つかった α を返しています。すべての組を調べてから、最大を選んでください。")
def takes_the_first_good_row(alphas, accuracies, baseline, max_drop):
    for alpha, accuracy in zip(alphas, accuracies, strict=True):
        if accuracy >= baseline - max_drop:
            return alpha
    return None


@exercise.wrong("条件を外れたところで調べるのをやめています。その先の α で持ち直すことがあります。")
def stops_at_the_first_failure(alphas, accuracies, baseline, max_drop):
    best = None
    for alpha, accuracy in sorted(zip(alphas, accuracies, strict=True)):
        if accuracy < baseline - max_drop:
            break
        best = alpha
    return best


exercise.slip(
    "takes_the_smallest",
    "最小の α を返しています。多く切れるのは、大きい α です。",
    "max((", "min((",
)


@exercise.wrong("正解率が最も高い α を返しています。条件を満たす中で、最大の α を選んでください。")
def takes_the_most_accurate(alphas, accuracies, baseline, max_drop):
    pairs = zip(alphas, accuracies, strict=True)
    good = [(acc, a) for a, acc in pairs if acc >= baseline - max_drop]
    return max(good)[1] if good else None


@exercise.wrong("正解率を返しています。返すのは、その正解率になった α です。")
def returns_the_accuracy(alphas, accuracies, baseline, max_drop):
    pairs = zip(alphas, accuracies, strict=True)
    good = [(a, acc) for a, acc in pairs if acc >= baseline - max_drop]
    return max(good)[1] if good else None


exercise.slip(
    "returns_zero_for_none",
    "条件を満たす α がないときに 0 を返しています。None を返してください。",
    "default=None", "default=0.0",
)
exercise.slip(
    "takes_zero_for_none",
    "α が 0 のときに None になります。0 も正しい答えなので、is None で調べてください。",
    "default=None)", "default=None) or None",
)
exercise.slip(
    "takes_the_drop_for_a_ratio",
    "max_drop を元の正解率に対する割合と見ています。max_drop はポイントなので、引き算します。",
    "baseline - max_drop", "baseline * (1 - max_drop / 100)",
)
exercise.slip(
    "rejects_large_gains",
    "正解率が大きく上がった α を落としています。差の絶対値を取らずに比べてください。",
    "acc >= lowest", "abs(baseline - acc) <= max_drop",
)
exercise.slip(
    "rejects_all_gains",
    "正解率が元より上がった α を落としています。上がった α も条件を満たします。",
    "acc >= lowest", "baseline >= acc >= lowest",
)
exercise.slip(
    "compares_with_the_best_row",
    "表の中の最も高い正解率と比べています。比べる相手は baseline です。",
    "baseline - max_drop", "max(accuracies) - max_drop",
)


@exercise.wrong("alphas だけを並べ替えています。正解率との組が崩れるので、組のまま並べ替えます。")
def sorts_only_the_alphas(alphas, accuracies, baseline, max_drop):
    for alpha, accuracy in zip(sorted(alphas, reverse=True), accuracies, strict=True):
        if accuracy >= baseline - max_drop:
            return alpha
    return None


@exercise.wrong("最も大きい α だけを調べて、条件を外れると None を返しています。次に大きい α も調べます。")
def gives_up_after_the_largest(alphas, accuracies, baseline, max_drop):
    alpha, accuracy = max(zip(alphas, accuracies, strict=True))
    return alpha if accuracy >= baseline - max_drop else None


@exercise.right
def loop(alphas, accuracies, baseline, max_drop):
    best = None
    for i in range(len(alphas)):
        allowed = baseline - accuracies[i] <= max_drop
        if allowed and (best is None or alphas[i] > best):
            best = alphas[i]
    return best


@exercise.right
def numpy_minded(alphas, accuracies, baseline, max_drop):
    good = np.array(alphas)[np.array(accuracies) + max_drop >= baseline]
    return float(good.max()) if good.size else None


@exercise.right
def from_the_largest(alphas, accuracies, baseline, max_drop):
    for alpha, accuracy in sorted(zip(alphas, accuracies, strict=True), reverse=True):
        if accuracy >= baseline - max_drop:
            return alpha
    return None
