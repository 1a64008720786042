"""loss_scale: the largest power of two by which gradients may be multiplied."""

import math

import torch

from checker.exercise import Exercise
from lessons.quantization import loss_scale

exercise = Exercise(
    loss_scale,
    title="損失のスケーリングの倍率",
    statement=(
        "勾配に掛けても `dtype` の最大値を超えない倍率のうち、最大の 2 の累乗を返します。"
        "比べるのは、勾配の絶対値の最大に倍率を掛けた値と `torch.finfo(dtype).max` です。"
        "`dtype` に丸める前の値を Python の float（倍精度）で比べ、ちょうど等しくなる倍率は許します。"
        "勾配が大きいと、倍率は 1/2 や 1/4 のように 1 より小さくなります。"
        "勾配がすべて 0 なら 1.0 を返します。"
        "倍率は int でも float でもかまいません。"
    ),
    difficulty=2,
    minutes=10,
    points=3,
    hints=(
        "倍率を決めるのは、絶対値が最も大きい勾配 1 つだけです。",
        "`float(gradients.abs().max())` で Python の数にします。"
        "倍率は float32 の最大値を超えることがあるので、テンソルのままでは inf になります。",
        "2 の累乗でなければ、倍率は `torch.finfo(dtype).max / largest` まで大きくできます。",
        "それを超えない 2 の累乗は、`math.log2` の値を `math.floor` で切り下げると求まります。",
        "`largest` が 0 なら 1.0、それ以外は "
        "`2.0 ** math.floor(math.log2(torch.finfo(dtype).max / largest))` です。",
    ),
)


@exercise.example
def example() -> str:
    gradients, limit = torch.tensor([0.03125, -0.75, 0.001]), torch.finfo(torch.float16).max
    largest, scale = float(gradients.abs().max()), loss_scale(gradients, torch.float16)
    return (
        f"絶対値の最大が {largest} で、float16 の最大値が {limit:.0f} のとき、"
        f"倍率は {limit:.0f} ÷ {largest} = {limit / largest:.1f} まで許されます。"
        f"それを超えない最大の 2 の累乗は {scale:.0f} です。"
        f"{largest} × {scale:.0f} = {largest * scale:.0f} は収まり、"
        f"2 倍の倍率では {largest * 2 * scale:.0f} になって超えます。"
    )


LIMITS = {dtype: torch.finfo(dtype).max for dtype in (torch.float16, torch.bfloat16)}


def gradients(rng, shape, largest, sign=1) -> torch.Tensor:
    """float32 gradients of this largest magnitude, the others below 0.4 of it.

    Twenty or more have a norm that takes another factor, fewer never.
    """
    near = (0.3, 0.4) if math.prod(shape) >= 20 else (0.05, 0.15)
    values = rng.uniform(*near, shape) * rng.choice([-1, 1], shape) * largest
    values.flat[int(rng.integers(values.size))] = sign * largest
    return torch.tensor(values, dtype=torch.float32)


@exercise.cases
def cases(rng):
    def limit(dtype, low, high, share=None):
        """The limit divided by a power of two, of which only a share is used.

        Below 0.7 the nearest power of two is too large, above 0.72 it is the right one.
        """
        share = rng.uniform(0.55, 0.68) if share is None else share
        return LIMITS[dtype] * share * 2.0 ** -int(rng.integers(low, high))

    half, brain = torch.float16, torch.bfloat16
    # Two factors that never agree, so that no constant passes.
    for low in rng.permutation([20, 23]).tolist():
        yield "基本", (gradients(rng, (4, 6), limit(half, low, low + 3)), half)
    yield "切り下げで大きく変わる", (gradients(rng, (9,), limit(half, 17, 21, 0.9)), half)
    yield "最大が負の勾配", (gradients(rng, (3, 2, 4), limit(half, 22, 28), -1), half)
    yield "最大が負の勾配", (gradients(rng, (5,), limit(half, 13, 16), -1), half)
    for power in (9, 10):
        exact = gradients(rng, (7,), LIMITS[half] * 2.0**-power, -1)
        yield "ちょうど最大値になる倍率", (exact, half)
        above = torch.where(exact == exact.min(), torch.nextafter(exact, 2 * exact), exact)
        yield "最大値をわずかに超える", (above, half)
    for low, high in ((120, 126), (132, 138)):
        yield "bfloat16 の勾配", (gradients(rng, (3, 5), limit(brain, low, high)), brain)
    exact = gradients(rng, (6,), LIMITS[brain] * 2.0 ** -int(rng.integers(100, 120)))
    yield "bfloat16 でちょうど最大値", (exact, brain)
    above = torch.where(exact == exact.max(), torch.nextafter(exact, 2 * exact), exact)
    yield "bfloat16 でわずかに超える", (above, brain)
    yield "1 より小さい倍率", (gradients(rng, (8,), limit(half, -6, -2)), half)
    yield "そのままでよい勾配", (gradients(rng, (8,), limit(half, 0, 1)), half)
    yield "勾配がすべて 0", (torch.zeros(3, int(rng.integers(2, 9))), half)
    yield "勾配がすべて 0", (torch.zeros(int(rng.integers(2, 9))), brain)
    yield "勾配が 1 つだけ", (gradients(rng, (1,), limit(half, 17, 30)), half)

    yield "例の勾配", (torch.tensor([0.03125, -0.75, 0.001]), half)
    rectified = gradients(rng, (4, 4), limit(half, 18, 24)).clamp(min=0)
    yield "0 の混じった勾配", (rectified, half)
    yield "0 の混じった勾配", (-rectified, half)
    largest = 3 * 2.0 ** -int(rng.integers(4, 12))
    cancelling = torch.tensor([[largest, -largest], [-largest / 4, largest / 4]])
    yield "合計が 0 になる勾配", (cancelling, half)
    yield "合計が 0 になる勾配", (cancelling, brain)
    yield "すべて等しい勾配", (torch.full((2, 3), largest), half)
    above_limit = float(rng.uniform(1.01, 1.4))
    for times, dtype in ((above_limit, half), (1.003, brain)):
        yield "最大値を超える勾配", (gradients(rng, (5,), LIMITS[dtype] * times), dtype)
    yield "とても大きい勾配", (gradients(rng, (5,), limit(half, -112, -108)), half)
    yield "とても大きい勾配", (gradients(rng, (5,), limit(brain, 0, 3), -1), brain)
    yield "とても小さい勾配", (gradients(rng, (5,), limit(half, 131, 136)), half)
    yield "正の勾配と、より大きい負の勾配", (torch.tensor([largest / 3, -largest, 0.0]), half)


exercise.slip(
    "returns_a_real_number",
    "実数の倍率を返しています。2 の累乗に切り下げると、掛けても仮数部が変わりません。",
    "return 2.0**k", "return limit / largest",
)
exercise.slip(
    "rounds_to_the_nearest",
    "最も近い 2 の累乗に丸めています。切り上がると、最大値を超えて inf になります。",
    "return 2.0**k", "return 2.0 ** round(math.log2(limit / largest))",
)
exercise.slip(
    "takes_the_norm",
    "勾配全体のノルム（二乗の和の平方根）を見ています。収まるかどうかを決めるのは、絶対値が最大の 1 つです。",
    "float(gradients.abs().max())", "float(gradients.double().norm())",
)
exercise.slip(
    "forgets_abs",
    "絶対値を取っていません。負の大きな勾配も、掛けると範囲を超えます。",
    "float(gradients.abs().max())", "abs(float(gradients.max()))",
)
exercise.slip(
    "excludes_the_limit",
    "ちょうど最大値になる倍率を除いています。最大値そのものは表せます。",
    "mantissa > limit_mantissa", "mantissa >= limit_mantissa",
)


@exercise.wrong("勾配がすべて 0 のときに、0 で割っています。先に調べて 1.0 を返してください。")
def divides_by_zero(gradients, dtype):
    return 2.0 ** math.floor(math.log2(torch.finfo(dtype).max / float(gradients.abs().max())))


exercise.slip(
    "gives_up_at_one_zero",
    "0 の勾配が 1 つでもあると 1.0 を返しています。1.0 にするのは、すべての勾配が 0 のときだけです。",
    "    if largest == 0:", "    if (gradients == 0).any():",
)
exercise.slip(
    "gives_up_at_a_sum_of_zero",
    "勾配の合計が 0 だと 1.0 を返しています。正と負が打ち消し合っても、勾配は 0 ではありません。",
    "    if largest == 0:", "    if gradients.sum() == 0:",
)
exercise.slip(
    "looks_at_the_mean",
    "絶対値の平均で決めています。最も大きい勾配が、最大値を超えてしまいます。",
    "gradients.abs().max()", "gradients.abs().mean()",
)
exercise.slip(
    "rounds_up",
    "2 の累乗に切り上げています。掛けた値が最大値を超えて inf になります。",
    "return 2.0**k", "return 2.0 ** math.ceil(math.log2(limit / largest))",
)
exercise.slip(
    "leaves_a_bit",
    "倍率が小さすぎます。2 倍にしても、まだ最大値を超えません。",
    "return 2.0**k", "return 2.0 ** (k - 1)",
)
exercise.slip(
    "never_shrinks",
    "倍率を 1 より小さくしていません。大きな勾配は、縮めないと範囲を超えます。",
    "return 2.0**k", "return max(1.0, 2.0**k)",
)


@exercise.wrong("dtype に丸めてから調べています。わずかに超えた値は、最大値に丸められて見逃されます。")
def checks_after_rounding(gradients, dtype):
    largest = float(gradients.abs().max())
    if largest == 0:
        return 1.0
    scale = 2.0 ** math.ceil(math.log2(torch.finfo(dtype).max / largest))
    while torch.tensor(largest * scale, dtype=torch.float64).to(dtype).isinf():
        scale /= 2
    return scale


@exercise.wrong("float32 のまま計算しています。桁が足りず、大きな倍率は inf になります。")
def computes_in_float32(gradients, dtype):
    largest = gradients.abs().max()
    if largest == 0:
        return 1.0
    return float(2.0 ** torch.floor(torch.log2(torch.finfo(dtype).max / largest)))


@exercise.wrong("float32 のテンソルに掛けています。float(…) で Python の数にしてから 2 倍していきます。")
def doubles_in_float32(gradients, dtype):
    largest, limit, scale = gradients.abs().max(), torch.finfo(dtype).max, 1.0
    if largest == 0:
        return scale
    while largest * scale > limit:
        scale /= 2
    while largest * scale * 2 <= limit:
        scale *= 2
    return scale


@exercise.wrong("float32 のテンソルに掛けています。float(…) で Python の数にしてから 2 倍していきます。")
def doubles_in_float32_and_halves(gradients, dtype):
    largest, limit, scale = gradients.abs().max(), torch.finfo(dtype).max, 1.0
    if largest == 0:
        return scale
    while largest * scale * 2 <= limit:
        scale *= 2
    while largest * scale > limit:
        scale /= 2
    return scale


exercise.slip(
    "always_float16",
    "いつも float16 の最大値を使っています。最大値は dtype から取り出してください。",
    "torch.finfo(dtype).max", "65504.0",
)
exercise.slip(
    "returns_the_exponent",
    "指数だけを返しています。2 をその指数で累乗してください。",
    "return 2.0**k", "return k",
)
exercise.slip(
    "starts_at_65536",
    "65536 から半分にしていくだけです。小さな勾配には、もっと大きな倍率が使えます。",
    "return 2.0**k", "return min(65536.0, 2.0**k)",
)
exercise.slip(
    "truncates_the_exponent",
    "int は 0 のほうへ切り捨てます。log2 が負のときは切り上がるので、math.floor で切り下げます。",
    "return 2.0**k", "return 2.0 ** int(math.log2(limit / largest))",
)
exercise.slip(
    "goes_one_step_too_far",
    "最大値を超えてしまった倍率を返しています。超える 1 つ前の倍率で、2 倍にするのを止めてください。",
    "return 2.0**k", "return max(1.0, 2.0 ** (k + 1))",
)
exercise.slip(
    "doubles_without_end",
    "勾配がすべて 0 のときに、倍率が inf になるまで 2 倍しています。先に調べて 1.0 を返してください。",
    "        return 1.0\n", "        return math.inf\n",
)


@exercise.right
def with_logarithm(gradients, dtype):
    largest = gradients.abs().max().item()
    if not largest:
        return 1.0
    return 2.0 ** math.floor(math.log2(torch.finfo(dtype).max / largest))


@exercise.right
def loop(gradients, dtype):
    largest = max(abs(g) for g in gradients.flatten().tolist())
    limit, scale = torch.finfo(dtype).max, 1.0
    if largest == 0:
        return scale
    while largest * scale > limit:
        scale /= 2
    while largest * scale * 2 <= limit:
        scale *= 2
    return scale
