"""fit_slope: the best slope through the origin among the few values that can be stored."""

import math

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.quantization import fit_slope

exercise = Exercise(
    fit_slope,
    title="使える値の中で y = ax に当てはめる",
    statement=(
        "データを直線 $y = ax$ に当てはめます。"
        "傾き $a$ は `levels` の中の値しか使えません。"
        "二乗誤差の合計 $\\sum_i (y_i - a x_i)^2$ を倍精度（float64）で計算し、最も小さい $a$ を Python の float で返します。"
        "誤差が等しい $a$ が 2 つ以上あれば、その中で最小の $a$ を選びます。"
        "`levels` の順序は決まっていません。"
        "`x` がすべて 0 なら、どの $a$ でも誤差は同じです。"
    ),
    difficulty=2,
    minutes=10,
    points=3,
    hints=(
        "候補は数個しかありません。すべての候補で誤差を計算し、比べてください。",
        "候補 `a` の誤差は `(y - a * x).square().sum()` です。",
        "小さい順に調べ、誤差が前より小さくなったときだけ取り替えると、同点では小さい a が残ります。",
        "`levels.sort().values` で昇順に並べます。`errors.argmin()` が指す場所も、並べたあとの順です。",
        "`(y - ascending[:, None] * x).square().sum(dim=1)` ですべての候補の誤差が一度に求まります。"
        "`float(ascending[errors.argmin()])` が答えです。",
    ),
)


@exercise.example
def example() -> str:
    x = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    y, levels = 0.1 * x, torch.tensor([1.0, 0.0], dtype=torch.float64)
    zero, one = (float((y - a * x).square().sum()) for a in (0.0, 1.0))
    return (
        f"`x` は `{x.tolist()}`、`y` は本当の傾き 0.1 を掛けた `{[round(v, 1) for v in y.tolist()]}` です。"
        f"1 bit で `{levels.tolist()}` しか使えないとします。"
        f"a = 0 の誤差は {zero:.2f}、a = 1 の誤差は {one:.2f} です。"
        f"答えは {fit_slope(x, y, levels)} で、当てはめた直線は y = 0 になります。"
    )


def doubles(values) -> torch.Tensor:
    return torch.tensor(np.asarray(values, dtype=np.float64))


@exercise.cases
def cases(rng):
    def levels(best, step, below=3, above=3):
        """Equally spaced levels in random order, the best one neither first nor in its own place."""
        others = rng.permutation([best + step * i for i in range(-below, above + 1) if i])
        places = [i for i in range(1, len(others) + 1) if i != below]
        return doubles(np.insert(others, int(rng.choice(places)), best))

    def xs(n):
        return rng.uniform(0.5, 2, n) * rng.choice([-1, 1], n)

    # Two slopes that never agree, so that no constant passes.
    for low in rng.permutation([0.3, 0.65]):
        x, best = xs(12), round(float(low + rng.uniform(0, 0.25)), 3)
        slope = best + 0.25 * float(rng.uniform(0.2, 0.4)) * rng.choice([-1, 1])
        yield "基本", (doubles(x), doubles(slope * x), levels(best, 0.25))

    x = rng.uniform(0.5, 2, 20)
    noise = rng.normal(0, 0.05, 20)
    plane = np.linalg.qr(np.stack([x, np.ones(20)], axis=1))[0]
    noise -= plane @ (plane.T @ noise)  # the noise leaves slope and intercept where they are
    yield "雑音のあるデータ", (doubles(x), doubles(-0.7 * x + noise), levels(-0.75, 0.5))

    mirrored = np.array([1, -1, 2, -2]) * rng.uniform(0.5, 2)
    yield "正と負の x が同じだけある", (doubles(mirrored), doubles(0.8 * mirrored), levels(0.75, 2))

    x = rng.uniform(0.5, 2, 8)
    yield "1 bit の 0 と 1", (doubles(x), doubles(0.1 * x), doubles([1, 0]))
    yield "1 bit の 0 と 1", (doubles(x), doubles(0.8 * x), doubles([0, 1]))
    x = np.array([1, 1.5, 2]) * rng.uniform(0.5, 2)
    y = x + 5 * x.max()
    yield "切片のあるデータ", (doubles(x), doubles(y), doubles([8.3, 3, 1, 5, 6.5]))

    outlier = np.array([1, 1, 1, 1, 2.0]) * rng.uniform(0.9, 1.1)
    y = outlier * [1, 1, 1, 1, 3.5]  # least squares 2, least sum 1, least maximum 3
    for order in ([3, 2, 1], [1, 2, 3]):
        yield "外れた点が 1 つある", (doubles(outlier), doubles(y), doubles(order))
    small = np.array([4.0, 0.1, -0.1, 0.1]) * rng.uniform(0.9, 1.1)
    yield "x が小さい点の y/x が大きい", (doubles(small), doubles(small * [1, 9, 9, 9]), levels(1.25, 2))
    zero = np.array([0, 0, 1.0, -2.0]) * rng.uniform(0.7, 1.5)
    yield "0 の混じった x", (doubles(zero), doubles(2.9 * zero + [1, -1, 0, 0]), levels(3, 1))

    # Whole numbers with a whole mean: no rounding, also where a line with an intercept is fitted.
    x = rng.permutation([1, 2, 3, 6]) * int(rng.integers(1, 5))
    middle = int(rng.integers(2, 6))
    yield "誤差が等しい", (doubles(x), doubles(middle * x), doubles([middle + 1, 9, middle - 1, -9]))
    yield "誤差が等しい", (doubles(x), doubles(-x), doubles([-9, 1, -3]))
    yield "誤差が等しい", (doubles(x), doubles(-x), doubles([-9, -3, 1]))
    yield "x がすべて 0", (doubles(np.zeros(4)), doubles(rng.normal(size=4)), doubles([1, 0, -2, 3]))
    triple = np.array([1.0, 2.0, 3.0])
    yield "例のデータ", (doubles(triple), doubles(0.1 * triple), doubles([1, 0]))
    for size in (1e-2, 1e-7, 1e7):
        small = np.array([1, 2]) * size * rng.uniform(0.5, 0.9)
        yield "とても小さいデータと大きいデータ", (doubles(small), doubles(small), doubles([0, 1]))
    common = np.array([0.0, 1, 2, 3])  # no slope can mend the first point
    yield "どの a でも大きく外れる点がある", (
        doubles(common), doubles(common + [1e6, 0, 0, 0]), doubles([0.5, 2, 1])
    )
    one = rng.uniform(1, 2, 1)
    yield "データが 1 つだけ", (doubles(one), doubles(-2.2 * one), levels(-2, 1))
    yield "同じ値が 2 つある levels", (doubles(x), doubles(x * 3), doubles([5, 3, 1, 3, 5]))
    yield "y がすべて 0", (doubles(x), doubles(np.zeros(4)), doubles([2, -3, 0.5, 7]))
    yield "使える値が 1 つだけ", (doubles(x), doubles(x * 0.5), doubles([round(rng.uniform(2, 3), 2)]))


@exercise.wrong("同じ誤差のとき、先に並んでいる a を返しています。その中で最小の a を選んでください。")
def takes_the_first_of_equals(x, y, levels):
    return float(levels[(y - levels[:, None] * x).square().sum(dim=1).argmin()])


@exercise.wrong("同じ誤差のとき、最大の a を返しています。その中で最小の a を選んでください。")
def takes_the_largest_of_equals(x, y, levels):
    descending = levels.sort(descending=True).values
    return float(descending[(y - descending[:, None] * x).square().sum(dim=1).argmin()])


@exercise.wrong("並べ替えたあとの場所で、元の levels を見ています。場所と並びをそろえてください。")
def mixes_the_orders(x, y, levels):
    ascending = levels.sort().values
    return float(levels[(y - ascending[:, None] * x).square().sum(dim=1).argmin()])


@exercise.wrong("誤差が等しいとき、絶対値が最小の a を返しています。負の a は、どの正の a よりも小さい数です。")
def takes_the_one_nearest_to_zero(x, y, levels):
    return min(levels.tolist(), key=lambda a: (float((y - a * x).square().sum()), abs(a)))


@exercise.wrong("x がすべて 0 のときに 0 を返しています。levels の中で最小の a を返してください。")
def returns_zero_for_zero_x(x, y, levels):
    if not x.any():
        return 0.0
    return min(levels.tolist(), key=lambda a: (float((y - a * x).square().sum()), a))


@exercise.wrong("誤差の絶対値を合計しています。二乗した誤差の合計で比べてください。")
def sums_absolute_errors(x, y, levels):
    ascending = levels.sort().values
    return float(ascending[(y - ascending[:, None] * x).abs().sum(dim=1).argmin()])


@exercise.wrong("最大の誤差で比べています。二乗した誤差の合計で比べてください。")
def takes_the_largest_error(x, y, levels):
    ascending = levels.sort().values
    return float(ascending[(y - ascending[:, None] * x).abs().amax(dim=1).argmin()])


@exercise.wrong("誤差を小数第 2 位に丸めて比べています。小さな誤差の違いが消えるので、丸めずに比べます。")
def rounds_the_errors(x, y, levels):
    def error(a):
        return round(float((y - a * x).square().sum()), 2)

    return min(sorted(levels.tolist()), key=error)


@exercise.wrong("大きな誤差に、小さな違いが埋もれています。float32 に直さず、math.isclose も使わずに、誤差をそのまま比べます。")
def computes_in_float32(x, y, levels):
    x, y, ascending = x.float(), y.float(), levels.sort().values
    errors = (y - ascending.float()[:, None] * x).square().sum(dim=1)
    return float(ascending[errors.argmin()])


@exercise.wrong("最も小さい誤差を返しています。返すのは、そのときの a です。")
def returns_the_error(x, y, levels):
    return float((y - levels[:, None] * x).square().sum(dim=1).min())


@exercise.wrong("x と y の役割が逆です。y ≈ a·x となる a を選びます。")
def swaps_x_and_y(x, y, levels):
    ascending = levels.sort().values
    return float(ascending[(x - ascending[:, None] * y).square().sum(dim=1).argmin()])


@exercise.wrong("誤差を足してから二乗しています。正と負が打ち消し合うので、先に二乗します。")
def squares_the_sum(x, y, levels):
    ascending = levels.sort().values
    return float(ascending[(y - ascending[:, None] * x).sum(dim=1).square().argmin()])


@exercise.wrong("使える値を考えずに、最小二乗法の傾きを返しています。levels の中から選んでください。")
def ignores_the_levels(x, y, levels):
    return float(x @ y / (x @ x))


@exercise.wrong("切片のある直線に当てはめた傾きです。y = ax は、必ず原点を通ります。")
def fits_an_intercept(x, y, levels):
    ascending, dx = levels.sort().values, x - x.mean()
    return float(ascending[(y - y.mean() - ascending[:, None] * dx).square().sum(dim=1).argmin()])


@exercise.wrong("y/x の平均に近い値を選んでいます。x の小さい点の影響が、大きくなりすぎます。")
def averages_the_ratios(x, y, levels):
    ascending = levels.sort().values
    return float(ascending[(ascending - (y / x).mean()).abs().argmin()])


@exercise.wrong("x がすべて 0 のときに、0 で割っています。誤差はどの a でも同じなので、最小の a を返します。")
def divides_by_zero(x, y, levels):
    slope = float(x @ y) / float(x @ x)
    return min(sorted(levels.tolist()), key=lambda a: abs(a - slope))


@exercise.wrong("a が levels の何番目かを返しています。a の値を返してください。")
def returns_the_position(x, y, levels):
    return int((y - levels.sort().values[:, None] * x).square().sum(dim=1).argmin())


@exercise.wrong("a が levels の何番目かを返しています。a の値を返してください。")
def returns_the_position_in_levels(x, y, levels):
    return int((y - levels[:, None] * x).square().sum(dim=1).argmin())


@exercise.right
def loop(x, y, levels):
    best, best_error = 0.0, math.inf
    for a in sorted(levels.tolist()):
        error = sum((yi - a * xi) ** 2 for xi, yi in zip(x.tolist(), y.tolist(), strict=True))
        if error < best_error:
            best, best_error = a, error
    return best


@exercise.right
def numpy_minded(x, y, levels):
    candidates = np.sort(levels.numpy())
    errors = ((y.numpy()[:, None] - np.outer(x.numpy(), candidates)) ** 2).mean(axis=0)
    return float(candidates[np.argmin(errors)])


@exercise.right
def nearest_to_the_free_slope(x, y, levels):
    xx, xy = float(x @ x), float(x @ y)
    if xx == 0:
        return levels.min().item()
    return min(levels.tolist(), key=lambda a: (abs(a - xy / xx), a))
