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
        "掛け算をビットのずらしに変えるため、1 つの層の重み $w_i$ を"
        " $\\mathrm{sign}(w_i) \\cdot q_i \\cdot 2^s$ で近似します。\n\n"
        "1. 段の番号 $t$ は、0 以上 $2^{b-2}$ 未満の整数です（$b$ は `bits`）。\n"
        "2. $q_i$ は、$\\mu \\cdot 2^{-t} \\le |w_i|$ となる最も小さい $t$ での $2^{-t}$ で、"
        "そのような $t$ がなければ 0 です（$\\mu$ は $|w_i|$ の最大の 3/4）。\n"
        "3. $s$ は、層全体で 1 つの整数 $\\lfloor \\log_2 (4 \\sum_i q_i |w_i| \\,/\\, 3 \\sum_i q_i^2) \\rfloor$ です。\n\n"
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

    None lies near a threshold, and what floor drops from log2(…) lies in `fraction`. On each level
    one weight lies below the next power of two, and in the first of several rows all are small:
    a threshold without ¾, or one of each row, never comes out right by chance. The largest is
    positive: where the signs matter to μ, a case of its own shows it.
    """
    levels = 2 ** (bits - 2)
    rest = shape[-1] if np.prod(shape[:-1]) > 1 else 0
    while True:
        place = rng.uniform(-levels - 1, 0.3, shape)  # log2 of the magnitude, but for a factor
        place.flat[:rest] = rng.uniform(-levels, -1.7, rest)
        chosen = rest + rng.permutation(place.size - rest)[: levels + 3]
        place.flat[chosen] = 0.4, *(0.2 - np.arange(levels + 2))
        magnitude = 2.0 ** (place + exponent + rng.uniform())
        step = np.log2(magnitude / (0.75 * magnitude.max()))
        q = np.where(step < 1 - levels, 0, 2.0 ** np.floor(step).clip(max=0))
        s = math.log2(4 * (q * magnitude).sum() / (3 * (q * q).sum()))
        lost = np.log2(q.sum() / (q * q).sum())  # what s loses with the sum of q for that of q²
        ratios = math.log2(4 / 3 * (magnitude[q > 0] / q[q > 0]).mean())
        sums = math.log2(magnitude.sum() / q.sum())  # as s without 4/3, and without q
        if (
            np.abs(step - step.round()).min() > 1e-3
            and fraction[0] < s % 1 < fraction[1]
            and (lost > fraction[1] if fraction[0] < 0.5 else lost < fraction[0])
            and abs(ratios - math.floor(s) - 0.5) < 0.49
            and abs(sums - math.floor(s) + (0.5 if fraction[0] < 0.5 else -0.5)) < 0.49
        ):
            signs = rng.choice([-1, 1], shape)
            signs.flat[chosen[:2]] = 1, -1
            return torch.tensor(signs * magnitude, dtype=dtype), bits


@exercise.cases
def cases(rng):
    yield "基本", clear_weights(rng, (4, 6), 4)
    yield "ビット数が 3", clear_weights(rng, (5, 4), 3, fraction=(0.75, 0.95))
    yield "ビット数が 5", clear_weights(rng, (5, 6), 5, fraction=(0.75, 0.95))
    yield "ビット数が 6", clear_weights(rng, (6, 8), 6)
    yield "1 次元", clear_weights(rng, (11,), 4, fraction=(0.55, 0.75))
    yield "畳み込みの重み（4 次元）", clear_weights(rng, (3, 2, 3, 3), 3, fraction=(0.75, 0.95))
    yield "小さな値の重み", clear_weights(rng, (4, 5), 4, exponent=-12)
    yield "大きな値の重み", clear_weights(rng, (4, 5), 3, exponent=5, fraction=(0.75, 0.95))

    # The largest is not in the first row: its thresholds are not those of the layer.
    rows = [[0.375, 0.375, 0.1875, 0.1875, 0.09375, 0.046875, 0],
            [1, 1, 0.75, 0.75, 0.09375, 0.046875, 0]]
    ties = rng.permuted(rows, axis=1) * rng.choice([-1, 1], (2, 7)) / 8
    ties *= np.sign(ties.flat[np.abs(ties).argmax()])
    yield "しきい値とちょうど等しい重み", (torch.tensor(ties, dtype=torch.float32), 4)

    weight, bits = clear_weights(rng, (4, 6), 3, fraction=(0.75, 0.95))
    smallest = weight.abs() < 0.15 * weight.abs().max()
    with_zeros = torch.where(smallest, 0.0, weight)
    yield "0 を含む重み", (with_zeros, bits)
    yield "0 と負の重みだけ", (-with_zeros.abs(), bits)
    yield "0 と正の重みだけ", (with_zeros.abs(), bits)
    yield "例の重み", (torch.tensor([0.8, -0.5, 0.2, 0.1, 0.35]), 3)
    pair, factor = torch.tensor([0.4, -1.0]), 2.0 ** -int(rng.integers(1, 6))
    # log2(…) is 0.03 here; with the mean of |w|/q in place of the two sums it is below 0
    yield "2 個の重み", (pair * float(rng.uniform(0.795, 0.81)) * factor, 3)
    # log2(…) is 0.33 here: less than log2(4/3), more than the sum of q for that of q² takes away
    yield "2 個の重み（s の小数部が 0.3 ほど）", (pair * float(rng.uniform(0.975, 0.99)) * factor, 3)
    cancelling = torch.tensor([[0.8, -0.8], [-0.32, 0.32]]) * factor
    yield "合計が 0 になる重み", (cancelling, 3)
    yield "重みが 1 つだけ", (torch.tensor([[-float(rng.uniform(0.8, 0.95))]]) * factor, 4)
    yield "すべて同じ重み", (torch.full((2, 3), float(rng.uniform(0.8, 0.95))) * factor, 3)
    yield "1 行だけの重み", clear_weights(rng, (1, 9), 3, fraction=(0.75, 0.95))
    yield "とても小さい重み", clear_weights(rng, (4, 5), 3, fraction=(0.75, 0.95), exponent=-90)
    yield "とても大きい重み", clear_weights(rng, (4, 5), 3, fraction=(0.75, 0.95), exponent=90)
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
exercise.slip(
    "cuts_ties",
    "しきい値とちょうど等しい重みを、1 つ下の段にしています。比べる記号は >= です。",
    "magnitude >= mu", "magnitude > mu",
)
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
exercise.slip(
    "sums_q_without_squaring",
    "s の式の分母が、q の合計になっています。分母は q² の合計の 3 倍です。",
    "q.square().sum()", "q.sum()",
)
exercise.slip(
    "averages_the_ratios",
    "s を、|w|/q の平均から求めています。Σ q·|w| と Σ q² を別々に合計してから割ります。",
    "4 * (q * magnitude).sum() / (3 * q.square().sum())",
    "4 / 3 * (magnitude[q > 0] / q[q > 0]).mean()",
)
exercise.slip(
    "looks_for_a_positive_weight",
    "符号つきの最大が 0 かどうかを調べています。0 と負の重みだけの層も、すべて 0 ではありません。",
    "    if mu == 0:", "    if weight.max() == 0:",
)
exercise.slip(
    "loses_the_sign",
    "符号を付けていません。負の重みは負のままです。",
    "weight.sign() * q", "q",
)
exercise.slip(
    "truncates_the_exponent",
    "int は 0 のほうへ切り捨てます。log2 が負のときは切り上がるので、math.floor で切り下げます。",
    "math.floor(", "int(",
)
exercise.slip(
    "leaves_the_exponent_real",
    "s を整数に切り下げていません。q·2^s が 2 の累乗にならないので、math.floor を使います。",
    "math.floor(math.log2(4 * (q * magnitude).sum() / (3 * q.square().sum())))",
    "math.log2(4 * (q * magnitude).sum() / (3 * q.square().sum()))",
)
exercise.slip(
    "forgets_abs_for_mu",
    "μ を、絶対値を取らずに最大の重みから求めています。負の大きな重みも数えるので、|w| の最大を使います。",
    "magnitude.max()\n    if mu == 0:", "weight.max()\n    if magnitude.max() == 0:",
)
exercise.slip(
    "counts_the_levels_from_one",
    "t を 1 から数えています。t は 0 以上 n 未満なので、最初の段は μ·2^0 です。",
    "range(2 ** (bits - 2))", "range(1, 2 ** (bits - 2) + 1)",
)
exercise.slip(
    "takes_the_bits_for_the_levels",
    "段の数が違います。n は bits − 1 や bits − 2 ではなく、2^(bits − 2) です。",
    "range(2 ** (bits - 2))", "range(bits - 2)",
)
exercise.slip(
    "takes_one_level_for_each_bit",
    "段の数が違います。n は bits − 1 や bits − 2 ではなく、2^(bits − 2) です。",
    "range(2 ** (bits - 2))", "range(bits - 1)",
)
exercise.slip(
    "overwrites_with_small_levels",
    "大きい重みの q が、あとから小さい段の値で上書きされています。小さい段から順に入れます。",
    "reversed(range(2 ** (bits - 2)))", "range(2 ** (bits - 2))",
)
exercise.slip(
    "takes_one_level_too_many",
    "段が 1 つ多くなっています。t は 0 以上 n 未満です。",
    "range(2 ** (bits - 2))", "range(2 ** (bits - 2) + 1)",
)


@exercise.right
def without_loop(weight, bits):
    magnitude = weight.abs()
    t = (0.75 * magnitude.max() / magnitude).log2().ceil().clamp(min=0)
    q = torch.where(t < 2 ** (bits - 2), 2.0**-t, 0.0)
    s = (4 * (q * magnitude).sum() / (3 * q.square().sum())).log2().floor()
    return torch.where(q > 0, weight.sign() * q * 2.0**s, 0.0)


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
