"""threshold_mask: keep the connections whose magnitude reaches α·σ of their layer."""

import math

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.pruning import threshold_mask

exercise = Exercise(
    threshold_mask,
    title="しきい値 α·σ のマスク",
    statement=(
        "1 つの層の重み `weight` から、残す結合を True、切る結合を False にしたマスクを作ります。"
        "しきい値は、その層の重み全体の標準偏差 σ に `alpha` を掛けた値です。"
        "重みそのものの絶対値がしきい値以上なら残し、しきい値より小さければ切ります。"
        "平均からのずれを使うのは、σ の計算だけです。"
        "σ は n で割る母標準偏差です。torch の `std` は、そのままでは n−1 で割ります。"
    ),
    difficulty=1,
    minutes=8,
    points=2,
    hints=(
        "しきい値を 1 つの数として求め、次に重みの大きさと比べる、という 2 段階に分けます。",
        "負の重みも大きければ大切です。比べる前に絶対値を取ります。",
        "標準偏差は `weight.std(…)` で求めます。何で割るかは、引数 `correction` で選びます。",
        "`weight.std(correction=0)` は n で割る標準偏差です。重みの形にかかわらず 1 つの数になります。",
        "`weight.abs()` と `alpha * weight.std(correction=0)` を `>=` で比べた結果が答えです。",
    ),
)


EXAMPLE = torch.tensor([[0.5, -0.125], [0.25, -0.75]]), 0.8


@exercise.example
def example() -> str:
    weight, alpha = EXAMPLE
    sigma, mask = weight.std(correction=0), threshold_mask(weight, alpha)
    return (
        f"重みが `{weight.tolist()}` のとき、σ は {sigma:.4f} です。"
        f"`alpha={alpha}` ならしきい値は {alpha * sigma:.4f} になり、マスクは `{mask.tolist()}` です。"
    )


def weights(rng, shape, alpha, mean=0.15, dtype=torch.float32) -> torch.Tensor:
    """Weights for which every mistake of these changes the mask, and rounding does not."""

    def draw() -> torch.Tensor:
        return torch.tensor(rng.normal(mean, 0.4, shape), dtype=dtype)

    def is_clear(weight: torch.Tensor) -> bool:
        mask = threshold_mask(weight, alpha)
        cut = alpha * weight.double().std(correction=0)
        return (weight.double().abs() - cut).abs().min() > 1e-3 * cut and not any(
            mistake(weight, alpha).equal(mask)
            for mistake in MISTAKES
            if len(shape) > 1 or mistake is not takes_sigma_of_each_row  # one axis is one row
        )

    return next(weight for weight in (draw() for _ in range(10_000)) if is_clear(weight))


@exercise.cases
def cases(rng):
    yield "基本", (weights(rng, (4, 6), 1.3), 1.3)
    yield "問題文の例", EXAMPLE
    yield "平均が 0 から遠い重み", (weights(rng, (5, 7), 0.9, mean=-0.4), 0.9)
    yield "1 次元の重み", (weights(rng, (17,), 1.1), 1.1)
    yield "3 次元の重み", (weights(rng, (2, 4, 5), 0.6), 0.6)
    yield "畳み込みの重み（4 次元）", (weights(rng, (3, 2, 3, 3), 0.7), 0.7)

    # Exact in binary, and so are σ and the thresholds.
    scale, constant = 2.0 ** int(rng.integers(-3, 0)), int(rng.integers(9, 39)) / 64
    yield "しきい値とちょうど等しい重み", (scale * torch.tensor([[1.0, -1.0], [-1.0, 1.0]]), 1.0)
    yield "しきい値とちょうど等しい重み", (scale * torch.tensor([0.0, -2.0, 0.0, -2.0]), 2.0)

    yield "α が 0", (torch.tensor([0.0, 0.25, -0.5, 0.0]), 0.0)
    outlier = torch.tensor(rng.uniform(-0.1, 0.1, (5, 6)), dtype=torch.float32)
    outlier[int(rng.integers(5)), int(rng.integers(6))] = -5.0  # more than 5 σ
    yield "大きな α（外れ値だけが残る）", (outlier, float(rng.uniform(3.6, 4.6)))
    yield "とても大きな α（すべて切れる）", (outlier, float(rng.uniform(50, 90)))
    yield "すべて同じ重み", (torch.full((3, 4), constant), 0.5)
    yield "すべて同じ重み", (torch.full((5,), -constant), 1.5)
    yield "すべて 0 の重み", (torch.zeros(2, 3), 1.2)
    yield "重みが 1 個", (torch.tensor([[constant]]), 0.7)
    yield "倍精度", (weights(rng, (3, 5), 1.1, dtype=torch.float64), 1.1)
    yield "平均が 0 から遠い重み", (weights(rng, (8, 15), 1.7, mean=-0.4), 1.7)


@exercise.wrong("σ を n−1 で割る標本標準偏差で求めています。torch の std には correction=0 が要ります。")
def uses_sample_std(weight, alpha):
    sigma = weight.std()
    return weight.abs() >= alpha * sigma


@exercise.wrong("しきい値とちょうど等しい重みまで切っています。講義の「以下」ではそうなりますが、この講座では残します。比べる記号は >= です。")
def cuts_ties(weight, alpha):
    sigma = weight.std(correction=0)
    return weight.abs() > alpha * sigma


@exercise.wrong("σ の代わりに、絶対値の平均を使っています。σ は weight.std(correction=0) です。")
def takes_the_mean_magnitude(weight, alpha):
    return weight.abs() >= alpha * weight.abs().mean()


@exercise.wrong("絶対値を取らずに比べています。大きな負の重みまで切れてしまいます。")
def forgets_abs(weight, alpha):
    return weight >= alpha * weight.std(correction=0)


@exercise.wrong("True と False が逆です。True は残す結合を表します。")
def inverts_the_mask(weight, alpha):
    sigma = weight.std(correction=0)
    return weight.abs() < alpha * sigma


@exercise.wrong("α そのものをしきい値にしています。α は σ に掛ける倍率です。")
def takes_alpha_as_threshold(weight, alpha):
    return weight.abs() >= alpha


@exercise.wrong("しきい値が σ/α になっています。α は、重みではなく σ に掛けます。")
def divides_by_alpha(weight, alpha):
    return alpha * weight.abs() >= weight.std(correction=0)


@exercise.wrong("σ の代わりに分散 σ² を掛けています。平方根を取ってください。")
def uses_variance(weight, alpha):
    return weight.abs() >= alpha * weight.var(correction=0)


@exercise.wrong("σ の代わりに二乗平均の平方根を使っています。σ は平均からのずれで測ります。")
def uses_root_mean_square(weight, alpha):
    return weight.abs() >= alpha * weight.square().mean().sqrt()


@exercise.wrong("重みから平均を引いて比べています。比べるのは重みそのものの絶対値です。")
def centres_the_weights(weight, alpha):
    sigma = weight.std(correction=0)
    return (weight - weight.mean()).abs() >= alpha * sigma


@exercise.wrong("σ を行ごとに求めています。しきい値は層全体で 1 つです。")
def takes_sigma_of_each_row(weight, alpha):
    return weight.abs() >= alpha * weight.std(dim=-1, correction=0, keepdim=True)


# What shows by chance. A tie does not, and a mask of floats always does.
@exercise.wrong("しきい値に平均を足しています。しきい値は α·σ だけです。")
def adds_the_mean(weight, alpha):
    return weight.abs() >= weight.mean() + alpha * weight.std(correction=0)


MISTAKES = (
    uses_sample_std,
    takes_the_mean_magnitude,
    forgets_abs,
    takes_alpha_as_threshold,
    divides_by_alpha,
    uses_variance,
    uses_root_mean_square,
    centres_the_weights,
    takes_sigma_of_each_row,
    adds_the_mean,
)


@exercise.wrong("マスクが 0 と 1 の小数になっています。bool のまま返してください。")
def returns_floats(weight, alpha):
    return (weight.abs() >= alpha * weight.std(correction=0)).to(weight.dtype)


@exercise.right
def numpy_minded(weight, alpha):
    values = weight.numpy()
    return torch.from_numpy(np.abs(values) >= alpha * values.std())


@exercise.right
def loop(weight, alpha):
    values = weight.flatten().tolist()
    mean = sum(values) / len(values)
    sigma = math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))
    kept = [abs(v) >= alpha * sigma for v in values]
    return torch.tensor(kept).reshape(weight.shape)
