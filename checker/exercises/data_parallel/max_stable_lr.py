"""max_stable_lr: how small the learning rate has to be for a stale gradient."""

import math

import numpy as np

from checker.exercise import Exercise
from lessons.data_parallel import max_stable_lr

exercise = Exercise(
    max_stable_lr,
    title="古い勾配で収束する学習率の上限",
    statement=(
        "損失が $\\frac{1}{2} h \\theta^2$ で、勾配がいつも $\\tau$ 回前のパラメータのものだとします。"
        "このとき、学習率が $\\frac{2}{h} \\sin \\frac{\\pi}{2 (2 \\tau + 1)}$ より小さければ、学習は収束します。"
        "この上限を計算します。"
        "$h$ は曲率 `curvature`、$\\tau$ はステイルネス `staleness` です。"
        "角度はラジアンで、答えは Python の float です。丸めません。"
    ),
    difficulty=1,
    minutes=5,
    points=2,
    hints=(
        "式を内側から順に書きます。はじめに 2τ + 1、次に角度、それから sin です。",
        "円周率は `math.pi`、ラジアンの正弦は `math.sin` です。",
        "分母の 2(2τ + 1) は、全体をかっこで囲みます。"
        "`math.pi / 2 * (…)` と書くと、割らずに掛けてしまいます。",
        "角度は `math.pi / (2 * (2 * staleness + 1))` です。τ = 0 なら sin の値は 1 になります。",
        "`2 * math.sin(角度) / curvature` が答えです。",
    ),
)


@exercise.example
def example() -> str:
    h, tau = 4.0, 1
    fresh, stale = max_stable_lr(h, 0), max_stable_lr(h, tau)
    return (
        f"曲率が {h} のとき、勾配が新しければ（τ = 0）、上限は {fresh:g} です。"
        f"τ = {tau} なら、角度は π/6、その sin は {math.sin(math.pi / 6):.1f} なので、"
        f"上限は {stale:g} に下がります。"
    )


def curved(rng, low=2.2, high=9.0) -> float:
    """A curvature that is neither 1 nor 2, which would hide a factor."""
    return round(float(rng.uniform(low, high)), 3)


@exercise.cases
def cases(rng):
    for staleness in rng.choice(np.arange(2, 9), 2, replace=False).tolist():
        yield "基本", (curved(rng), staleness)
    yield "新しい勾配（τ が 0）", (curved(rng), 0)
    yield "1 回だけ古い", (curved(rng), 1)
    yield "とても古い", (curved(rng), int(rng.integers(40, 400)))
    yield "曲率が 1 より小さい", (curved(rng, 0.02, 0.7), int(rng.integers(2, 9)))
    yield "曲率がとても大きい", (curved(rng, 300, 2000), int(rng.integers(2, 9)))
    yield "曲率が 1", (1.0, int(rng.integers(2, 9)))


exercise.slip(
    "forgets_the_staleness",
    "ステイルネスを使っていません。勾配が古いほど、学習率は小さくする必要があります。",
    "(2 * staleness + 1)", "(2 * 0 + 1)",
)
exercise.slip(
    "forgets_the_curvature",
    "曲率で割っていません。損失の曲がり方が急なほど、学習率は小さくする必要があります。",
    " / curvature", "",
)
exercise.slip(
    "multiplies_by_the_curvature",
    "曲率を掛けています。損失の曲がり方が急なほど上限は小さいので、割ります。",
    " / curvature", " * curvature",
)
exercise.slip(
    "forgets_the_inner_two",
    "角度が 2 倍です。角度の分母は 2(2τ + 1) で、外側の 2 もあります。",
    "(2 * (2 * staleness + 1))", "(2 * staleness + 1)",
)
exercise.slip(
    "forgets_to_double_the_staleness",
    "τ を 2 倍していません。角度の分母は 2(2τ + 1) です。",
    "2 * staleness + 1", "staleness + 1",
)
exercise.slip(
    "forgets_the_one",
    "1 を足していません。角度の分母は 2(2τ + 1) です。",
    "2 * staleness + 1", "2 * staleness + (staleness == 0)",
)
exercise.slip(
    "opens_the_parentheses",
    "2 が 2τ だけに掛かっています。分母は 2(2τ + 1) なので、2τ + 1 をかっこで囲みます。",
    "2 * (2 * staleness + 1)", "2 * 2 * staleness + 1",
)
exercise.slip(
    "divides_only_by_two",
    "π を 2 で割ったあと、2τ + 1 を掛けています。分母の 2(2τ + 1) を、かっこで囲んでください。",
    "/ (2 * (2 * staleness + 1))", "/ 2 * (2 * staleness + 1)",
)
exercise.slip(
    "writes_no_parentheses",
    "分母のかっこがありません。π/2·2·τ + 1 と読まれるので、2(2τ + 1) を、かっこで囲みます。",
    "math.pi / (2 * (2 * staleness + 1))", "math.pi / 2 * 2 * staleness + 1",
)
exercise.slip(
    "forgets_the_two_in_front",
    "sin の前の 2 がありません。τ = 0 のときの上限は 2/h になります。",
    "2 * math.sin", "math.sin",
)
exercise.slip(
    "takes_the_cosine",
    "cos になっています。τ = 0 のとき 2/h になるのは sin です。",
    "math.sin", "math.cos",
)
exercise.slip(
    "takes_the_angle_for_the_sine",
    "sin を取らず、角度のまま使っています。τ が大きいときはほぼ等しくても、小さいと違います。",
    "math.sin(", "(",
)
exercise.slip(
    "counts_in_degrees",
    "角度を度で書いています。math.sin の引数はラジアンなので、180 ではなく math.pi を使います。",
    "math.pi", "180",
)
exercise.slip(
    "curves_the_angle",
    "曲率で角度を割っています。曲率で割るのは、sin を取ったあとです。",
    "+ 1))) / curvature", "+ 1)) / curvature)",
)


@exercise.wrong("2/h まで sin の中に入っています。sin のかっこは角度のあとで閉じ、2/h はその外で掛けます。")
def takes_the_sine_of_everything(curvature, staleness):
    return math.sin(2 / curvature * math.pi / (2 * (2 * staleness + 1)))


@exercise.wrong("2/h が逆さまです。曲率で割り、2 を掛けます。")
def turns_the_factor_over(curvature, staleness):
    return curvature / 2 * math.sin(math.pi / (2 * (2 * staleness + 1)))


@exercise.wrong("新しい勾配の上限 2/h を、τ + 1 で割っています。上限は反比例ではなく、sin の式で決まります。")
def divides_by_the_staleness(curvature, staleness):
    return 2 / curvature / (staleness + 1)


@exercise.right
def step_by_step(curvature, staleness):
    denominator = 2 * (2 * staleness + 1)
    angle = math.pi / denominator
    return math.sin(angle) * 2 / curvature


@exercise.right
def by_the_cosine(curvature, staleness):
    return 2 / curvature * math.cos(staleness * math.pi / (2 * staleness + 1))


@exercise.right
def numpy_minded(curvature, staleness):
    return 2 * np.sin(np.pi / (4 * staleness + 2)) / curvature
