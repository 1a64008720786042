"""binary_weights: the best approximation of a layer's weights by ±α."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.quantization import binary_weights

exercise = Exercise(
    binary_weights,
    title="1 bit の重み ±α",
    statement=(
        "1 つの層の重みを、$\\alpha$ と $-\\alpha$ の 2 つの値だけで近似します。"
        "符号は元の重みと同じにします。"
        "0 の重みは $+\\alpha$ にします。"
        "$\\alpha$ は、層全体の重みの絶対値の平均で、このとき二乗誤差が最も小さくなります"
        "（論文の XNOR-Net ではフィルターごと、ここでは簡単に、層で 1 つです）。"
        "戻り値は、`weight` と同じ形と型の新しいテンソルです。"
    ),
    difficulty=1,
    minutes=8,
    points=2,
    hints=(
        "「α を 1 つの数として求める」と「符号を付ける」の 2 段階に分けます。",
        "α は、絶対値を取ってから平均します。先に平均すると、正と負が打ち消し合います。",
        "`torch.sign(0)` は 0 なので、0 の重みには使えません。条件で値を選びます。",
        "`torch.where(条件, True のときの値, False のときの値)` は、要素ごとに値を選びます。",
        "`alpha = weight.abs().mean()` を求め、`torch.where(weight >= 0, alpha, -alpha)` を返します。",
    ),
)


@exercise.example
def example() -> str:
    weight = torch.tensor([[0.5, -1.25], [0.0, -0.25]])
    return (
        f"重みが `{weight.tolist()}` のとき、絶対値の平均 α は {weight.abs().mean():g} です。"
        f"答えは `{binary_weights(weight).tolist()}` です。"
        "0 の重みは +α になります。"
    )


def weights(rng, shape, mean=0.0, zeros=0, dtype=torch.float32) -> torch.Tensor:
    """Weights of both signs, some of them exactly 0; the largest magnitudes differ."""
    values = rng.normal(mean, 0.6, shape)
    values = np.where(np.abs(values) < 0.02, 0.02, values)
    places = rng.permutation(values.size)
    values.flat[places[:2]] = rng.uniform(0.2, 0.9), -rng.uniform(1, 1.8)
    values.flat[places[2 : 2 + zeros]] = 0
    return torch.tensor(values, dtype=dtype)


@exercise.cases
def cases(rng):
    yield "基本", (weights(rng, (4, 6)),)
    yield "0 を含む重み", (weights(rng, (5, 4), zeros=6),)
    yield "1 次元", (weights(rng, (9,), zeros=1),)
    yield "畳み込みの重み（4 次元）", (weights(rng, (3, 2, 3, 3), zeros=4),)
    yield "平均が 0 でない重み", (weights(rng, (6, 5), mean=0.4),)
    yield "小さな値の重み", (weights(rng, (4, 5)) * 1e-3,)
    yield "すべて負", (-weights(rng, (3, 4)).abs(),)
    yield "すべて 0", (torch.zeros(2, 3),)
    yield "例の重み", (torch.tensor([[0.5, -1.25], [0.0, -0.25]]),)
    negative_zero = torch.tensor([-0.0, 1.0, -0.0, -3.0]) * float(rng.uniform(0.5, 2))
    yield "-0.0 を含む重み", (negative_zero,)
    tiny = torch.tensor([[-1e-7, 1.0, 1e-7], [-1e-20, -1.0, 1e-20]]) * float(rng.uniform(0.5, 2))
    yield "0 に近い正と負の重み", (tiny,)
    yield "合計が 0 の重み", (torch.tensor([[1, -1], [-0.5, 0.5]]) * float(rng.uniform(0.5, 2)),)
    yield "すべて正", (weights(rng, (3, 4)).abs(),)
    yield "すべて同じ重み", (torch.full((2, 3), -float(rng.uniform(0.5, 2))),)
    yield "重みが 1 つだけ", (torch.tensor([[-float(rng.uniform(0.5, 2))]]),)
    yield "1 行だけの重み", (weights(rng, (1, 5), zeros=1),)
    yield "とても大きな値ととても小さな値の層", (weights(rng, (4, 5), zeros=1) * 1e30,)
    yield "とても大きな値ととても小さな値の層", (weights(rng, (4, 5), zeros=1) * 1e-30,)
    yield "倍精度", (weights(rng, (3, 5), zeros=2, dtype=torch.float64),)


@exercise.wrong("0 の重みが 0 のままです。値は α と −α の 2 つだけで、0 の重みは +α にします。")
def leaves_zeros(weight):
    return weight.abs().mean() * weight.sign()


@exercise.wrong("0 の重みを −α にしています。0 の重みは +α です。比べる記号は >= です。")
def makes_zeros_negative(weight):
    alpha = weight.abs().mean()
    return torch.where(weight > 0, alpha, -alpha)


@exercise.wrong("α を掛けていません。±1 のままでは、重みの大きさが失われます。")
def forgets_alpha(weight):
    return torch.where(weight >= 0, 1.0, -1.0).to(weight.dtype)


@exercise.wrong("α を行ごとに求めています。論文ではフィルターごとですが、ここでは簡単に、層全体で 1 つの数です。")
def takes_alpha_of_each_row(weight):
    alpha = weight.abs().mean(dim=-1, keepdim=True)
    return torch.where(weight >= 0, alpha, -alpha)


@exercise.wrong("α を行ごと（dim=1）に求めています。α は層全体で 1 つの数なので、次元を指定せずに平均します。")
def averages_along_the_rows(weight):
    alpha = weight.abs().mean(dim=1, keepdim=True)
    return torch.where(weight >= 0, alpha, -alpha)


@exercise.wrong("α を列ごと（dim=0）に求めています。α は層全体で 1 つの数なので、次元を指定せずに平均します。")
def averages_down_the_columns(weight):
    alpha = weight.abs().mean(dim=0)
    return torch.where(weight >= 0, alpha, -alpha)


@exercise.wrong("len(weight) は最初の次元の大きさです。重みの個数は weight.numel() です。")
def divides_by_the_rows(weight):
    alpha = weight.abs().sum() / len(weight)
    return torch.where(weight >= 0, alpha, -alpha)


@exercise.wrong("α を 0 でない重みだけで平均しています。0 の重みも個数に数えます。")
def averages_without_zeros(weight):
    alpha = weight[weight != 0].abs().mean()
    return torch.where(weight >= 0, alpha, -alpha)


@exercise.wrong("絶対値を取らずに平均しています。正と負の重みが打ち消し合います。")
def averages_the_signed_weights(weight):
    alpha = weight.mean()
    return torch.where(weight >= 0, alpha, -alpha)


@exercise.wrong("α を絶対値の最大にしています。二乗誤差が最も小さいのは、絶対値の平均です。")
def takes_the_largest(weight):
    alpha = weight.abs().max()
    return torch.where(weight >= 0, alpha, -alpha)


@exercise.wrong("α を二乗平均の平方根にしています。二乗誤差が最も小さいのは、絶対値の平均です。")
def takes_the_root_mean_square(weight):
    alpha = weight.square().mean().sqrt()
    return torch.where(weight >= 0, alpha, -alpha)


@exercise.wrong("元の重みに α を掛けています。符号だけを取り出して、α を掛けます。")
def scales_the_weights(weight):
    return weight.abs().mean() * weight


@exercise.wrong("型がいつも float32 になっています。weight と同じ dtype で返してください。")
def always_returns_float32(weight):
    alpha = weight.abs().mean()
    return torch.where(weight >= 0, alpha, -alpha).float()


@exercise.wrong("-0.0 の重みが −α になっています。-0.0 も 0 と等しいので +α です。weight >= 0 で比べます。")
def copies_the_sign_bit(weight):
    return torch.copysign(weight.abs().mean(), weight)


@exercise.wrong("0 に近い負の重みまで +α になっています。符号を決める境目は、ちょうど 0 です。")
def adds_a_small_number(weight):
    return weight.abs().mean() * torch.sign(weight + 1e-6)


@exercise.wrong("α を中央値にしています。二乗誤差が最も小さいのは、絶対値の平均です。")
def takes_the_median(weight):
    alpha = weight.abs().median()
    return torch.where(weight >= 0, alpha, -alpha)


@exercise.wrong("符号を逆にしています。0 以上の重みが +α です。")
def inverts_the_signs(weight):
    alpha = weight.abs().mean()
    return torch.where(weight >= 0, -alpha, alpha)


@exercise.wrong("正の重みと負の重みを、別々に平均しています。α は、層全体で 1 つの数です。")
def averages_each_sign(weight):
    kept = weight >= 0
    above, below = ((weight * p).sum() / p.sum().clamp(min=1) for p in (kept, ~kept))
    return torch.where(kept, above, below)


exercise.slip(
    "maps_negative_weights_to_zero",
    "負の重みを 0 にしています。値は α と −α の 2 つだけです。",
    "alpha, -alpha", "alpha, torch.zeros_like(alpha)",
)


@exercise.right
def doubles_the_condition(weight):
    return (2 * (weight >= 0).to(weight.dtype) - 1) * weight.abs().mean()


@exercise.right
def numpy_minded(weight):
    values = weight.numpy()
    alpha = np.abs(values).mean()
    return torch.from_numpy(np.where(values < 0, -alpha, alpha))


@exercise.right
def loop(weight):
    values = weight.flatten().tolist()
    alpha = sum(abs(v) for v in values) / len(values)
    signed = [alpha if v >= 0 else -alpha for v in values]
    return torch.tensor(signed, dtype=weight.dtype).reshape(weight.shape)
