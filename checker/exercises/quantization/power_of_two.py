"""power_of_two: LBW-Net's weights, 0 or ± a power of two."""

import math

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.quantization import power_of_two

exercise = Exercise(
    power_of_two,
    title="2 の累乗の重み（LBW-Net）",
    statement=(
        "1 つの層の重み w を、`符号 × q × 2^s` で近似します。q は 0 か `2^-t` で、`t` は 0 以上 n 未満です。"
        "段の数は n = 2^(`bits` − 2)、しきい値のもとになる μ は |w| の最大の 3/4 です。"
        "各重みの q は、`μ·2^-t ≦ |w|` となる最大の `2^-t` で、どの段にも届かなければ 0 です。"
        "s は層全体で 1 つの整数で、floor(log2(4·Σ q·|w| / (3·Σ q²))) です。"
        "重みがすべて 0 なら、すべて 0 を返します。"
    ),
    difficulty=3,
    minutes=20,
    points=4,
    hints=(
        "「μ を求める」「各重みの q を決める」「s を求める」「組み立てる」の 4 段階に分けます。"
        "すべて 0 の重みは、最初に分けます。",
        "q は 0 から始めます。しきい値の低い段から順に、届いた重みの q を上書きします。",
        "段の番号 t は `reversed(range(2 ** (bits - 2)))` で、大きいほうから 0 まで回します。"
        "届いたかどうかは `weight.abs() >= mu * 2.0**-t` です。",
        "s は 1 つの整数です。`math.log2` と `math.floor` を使います。"
        "分子は `4 * (q * weight.abs()).sum()`、分母は `3 * q.square().sum()` です。",
        "最後は `weight.sign() * q * 2.0**s` です。s は負のことが多いので、`2.0` と小数で書きます。",
    ),
)


@exercise.example
def example() -> str:
    weight, bits = torch.tensor([0.8, -0.5, 0.2, 0.1, 0.35]), 3
    mu, rounded = 0.75 * float(weight.abs().max()), power_of_two(weight, bits)
    q = rounded.abs() / rounded.abs().max()
    exponent = math.log2(4 * float((q * weight.abs()).sum()) / (3 * float(q.square().sum())))
    return (
        f"重みが `{[round(w, 2) for w in weight.tolist()]}` で `bits={bits}` のとき、"
        f"μ は {mu:.2f} で、2 段のしきい値は {mu:.2f} と {mu / 2:.2f} です。"
        f"q は `{q.tolist()}` です。"
        f"log2 の値は {exponent:.4f} なので、切り下げて s = {math.floor(exponent)} です。"
        f"答えは `{rounded.tolist()}` です。"
    )


def clear_weights(rng, shape, bits, fraction=(0.05, 0.35), exponent=-2, dtype=torch.float32):
    """Weights and bits, with every level in use and some weights cut to 0.

    None lies near a threshold, and what floor drops from log2(…) lies in `fraction`.
    """
    levels = 2 ** (bits - 2)
    while True:
        place = rng.uniform(-levels - 1, 0.4, shape)  # log2 of the magnitude, but for a factor
        place.flat[rng.permutation(place.size)[: levels + 2]] = 0.3 - np.arange(levels + 2)
        magnitude = 2.0 ** (place + exponent + rng.uniform())
        step = np.log2(magnitude / (0.75 * magnitude.max()))
        q = np.where(step < 1 - levels, 0, 2.0 ** np.floor(step).clip(max=0))
        s = math.log2(4 * (q * magnitude).sum() / (3 * (q * q).sum()))
        if np.abs(step - step.round()).min() > 1e-3 and fraction[0] < s % 1 < fraction[1]:
            return torch.tensor(rng.choice([-1, 1], shape) * magnitude, dtype=dtype), bits


@exercise.cases
def cases(rng):
    yield "基本", clear_weights(rng, (4, 6), 4)
    yield "ビット数が 3", clear_weights(rng, (5, 4), 3, fraction=(0.75, 0.95))
    yield "ビット数が 5", clear_weights(rng, (5, 6), 5, fraction=(0.75, 0.95))
    yield "ビット数が 6", clear_weights(rng, (6, 8), 6)
    yield "1 次元", clear_weights(rng, (11,), 4, fraction=(0.55, 0.75))
    yield "畳み込みの重み（4 次元）", clear_weights(rng, (3, 2, 3, 3), 3)
    yield "小さな値の重み", clear_weights(rng, (4, 5), 4, exponent=-12)
    yield "大きな値の重み", clear_weights(rng, (4, 5), 3, exponent=5, fraction=(0.75, 0.95))

    levels = np.repeat([1, 0.75, 0.375, 0.1875, 0.09375, 0.046875, 0], 2)
    ties = rng.permutation(levels * rng.choice([-1, 1], 14)) / 8
    yield "しきい値とちょうど等しい重み", (torch.tensor(ties.reshape(2, 7), dtype=torch.float32), 4)

    weight, bits = clear_weights(rng, (4, 6), 3)
    smallest = weight.abs() < 0.1 * weight.abs().max()
    yield "0 を含む重み", (torch.where(smallest, 0.0, weight), bits)
    yield "すべて 0", (torch.zeros(3, 4), 4)
    yield "倍精度", clear_weights(rng, (4, 5), 4, dtype=torch.float64)


exercise.slip(
    "forgets_three_quarters",
    "μ に 3/4 を掛けていません。μ は、絶対値の最大の 3/4 です。",
    "0.75 * magnitude.max()", "magnitude.max()",
)
exercise.slip(
    "takes_mu_of_each_row",
    "μ を行ごとに求めています。μ は層全体で 1 つです。",
    "magnitude.max()\n    if mu == 0:",
    "magnitude.amax(dim=-1, keepdim=True)\n    if mu.max() == 0:",
)


@exercise.wrong("しきい値とちょうど等しい重みを、1 つ下の段にしています。比べる記号は >= です。")
def cuts_ties(weight, bits):
    magnitude = weight.abs()
    mu, q = 0.75 * magnitude.max(), torch.zeros_like(weight)
    for t in reversed(range(2 ** (bits - 2))):
        q[magnitude > mu * 2.0**-t] = 2.0**-t
    s = (4 * (q * magnitude).sum() / (3 * q.square().sum())).log2().floor()
    return weight.sign() * q * 2.0**s


exercise.slip(
    "doubles_the_levels",
    "段の数が多すぎます。0 と符号の分を除くので、n は 2^(bits − 2) です。",
    "2 ** (bits - 2)", "2 ** (bits - 1)",
)
exercise.slip(
    "takes_the_ceiling",
    "s を切り上げています。s は floor で切り下げます。",
    "math.floor(", "math.ceil(",
)
exercise.slip(
    "rounds_the_exponent",
    "s を四捨五入しています。4/3 が丸めの分を含んでいるので、floor で切り下げます。",
    "math.floor(", "round(",
)
exercise.slip(
    "forgets_four_thirds",
    "log2 の中で 4/3 を掛けていません。切り下げだけになり、s が小さくなります。",
    "4 * (q * magnitude).sum() / (3 * q.square().sum())",
    "(q * magnitude).sum() / q.square().sum()",
)
exercise.slip(
    "forgets_the_exponent",
    "2^s を掛けていません。q は最大が 1 の段の値で、重みの大きさではありません。",
    "q * 2.0**s", "q",
)
exercise.slip(
    "never_cuts",
    "届かない重みを 0 にせず、最も小さい段にしています。届かなければ q は 0 です。",
    "q = torch.zeros_like(weight)", "q = torch.full_like(weight, 2.0 ** (1 - 2 ** (bits - 2)))",
)
exercise.slip(
    "forgets_all_zeros",
    "すべて 0 の重みを分けていません。log2(0) は計算できないので、先に 0 を返します。",
    "    if mu == 0:\n        return torch.zeros_like(weight)\n", "",
)


@exercise.right
def without_loop(weight, bits):
    magnitude = weight.abs()
    t = (0.75 * magnitude.max() / magnitude).log2().ceil().clamp(min=0)
    q = torch.where(t < 2 ** (bits - 2), 2.0**-t, 0.0)
    s = (4 * (q * magnitude).sum() / (3 * q.square().sum())).log2().floor()
    return torch.where(q > 0, weight.sign() * q * 2.0**s, 0.0)


@exercise.right
def numpy_minded(weight, bits):
    values = weight.numpy()
    q = np.zeros_like(values)
    threshold, level = 0.75 * np.abs(values).max(), 1.0
    for _ in range(2 ** (bits - 2)):
        q[(q == 0) & (np.abs(values) >= threshold) & (values != 0)] = level
        threshold, level = threshold / 2, level / 2
    if q.any():
        q *= 2.0 ** np.floor(np.log2(4 * (q * np.abs(values)).sum() / (3 * (q * q).sum())))
    return torch.from_numpy(np.sign(values) * q)


@exercise.right
def loop(weight, bits):
    values = weight.flatten().tolist()
    mu = 0.75 * max(abs(w) for w in values)
    if mu == 0:
        return torch.zeros_like(weight)
    levels = [2.0**-t for t in range(2 ** (bits - 2))]
    q = [next((level for level in levels if abs(w) >= mu * level), 0.0) for w in values]
    ratio = sum(a * abs(w) for a, w in zip(q, values, strict=True)) / sum(a * a for a in q)
    step = 2.0 ** math.floor(math.log2(4 / 3 * ratio))
    rounded = [math.copysign(a * step, w) for a, w in zip(q, values, strict=True)]
    return torch.tensor(rounded, dtype=weight.dtype).reshape(weight.shape)
