"""04-1, after training in half precision: underflow, the scale of the loss, the weights in float32."""

import math

import torch

from checker.catalogue import load
from checker.question import Choice, Option, item, sample, slips
from lessons.quantization import loss_scale, underflow_fraction


def listed(values: list[float]) -> str:
    return "`[" + ", ".join(map(str, values)).replace("-", "−") + "]`"


@item(word="アンダーフロー", keyword="量子化", cell="underflow_fraction")
def share_that_vanishes(rng):
    def percent(share: float) -> str:
        return f"{100 * share:.1f} %"

    # Below 3 they vanish; from 3.1 to 5.9 they are rounded up to the smallest number.
    while True:
        lost, kept, large = (int(n) for n in sample(rng, (1, 2, 3, 4), 3))
        zeros, total = int(rng.integers(1, 3)), lost + kept + large
        shares = (lost / total, lost / (total + zeros), (lost + kept) / total, 1 - lost / total)
        if len(set(shares)) == 4:
            break
    drawn = [*rng.uniform(0.3, 2.7, lost), *rng.uniform(3.4, 5.5, kept), *rng.uniform(7, 30, large)]
    signed = [round(float(v), 1) * int(rng.choice([-1, 1])) for v in drawn] + [0.0] * zeros
    values = sample(rng, tuple(signed), len(signed))
    gradients = torch.tensor(values, dtype=torch.float64) * 1e-8
    mistakes = (
        ("counts_zeros_below", "もともと 0 の勾配まで、割る数に入れています。0 でない勾配の数で割ります。"),
        ("forgets_rounding_up", "最小の数 6.0 より小さいものをすべて数えています。3.0 より大きければ、切り上げられて残ります。"),
        ("returns_the_share_that_stays", "残る割合です。聞かれているのは、0 になる割合です。"),
    )  # fmt: skip
    right = percent(underflow_fraction(gradients, torch.float16))
    return Choice(
        stem=(
            f"{len(values)} 個の勾配は、次の数に 10⁻⁸ を掛けた値です。{listed(values)} "
            "これを float16 に直します。"
            "float16 で表せる最小の正の数は、およそ 6.0×10⁻⁸ です。"
            "絶対値が 3.0×10⁻⁸ 以下の値は、0 に丸められます。"
            "0 でない勾配のうち、0 になるものの割合はどれですか。"
        ),
        right=right,
        wrong=slips(load("underflow_fraction"), (gradients, torch.float16), percent, *mistakes),
        explanation=(
            "使う公式: 割合 = 0 になる個数 ÷ 0 でない勾配の個数\n"
            f"代入: 絶対値が 3.0 以下で 0 でないものは {lost} 個、"
            f"0 でないものは {total} 個です。100 × {lost} ÷ {total}\n"
            f"答え: {right}"
        ),
    )


@share_that_vanishes.by_hand
def _(count, ten, *rest):
    values = rest[: int(count)]
    there = [v for v in values if v]
    return 100 * sum(-3 <= v <= 3 for v in there) / len(there)


@item(word="損失のスケーリング", keyword="量子化", cell="loss_scale")
def largest_scale(rng):
    largest = round(float(rng.uniform(0.02, 0.9)), 2)
    others = [round(float(v) * largest, 4) for v in rng.uniform(0.02, 0.2, 3)]
    values = sample(rng, (-largest, *others), 4)
    gradients = torch.tensor(values, dtype=torch.float32)

    def said(scale: float) -> str:
        return f"2 の {round(math.log2(scale))} 乗"

    mistakes = (
        ("leaves_a_bit", "まだ大きくできます。2 倍にしても、65504 を超えません。"),
        ("forgets_abs", "絶対値を取っていません。負の大きな勾配も、掛けると範囲を超えます。"),
    )
    scale = loss_scale(gradients, torch.float16)
    right = said(scale)
    above = "大きすぎます。絶対値が最大の勾配に掛けると、65504 を超えて inf になります。"
    limit = 65504 / largest
    return Choice(
        stem=(
            f"float16 で学習します。最大の有限の値は 65504 です。勾配は {listed(values)} です。"
            "損失のスケーリングに使う倍率を、2 の累乗から選びます。"
            "どの勾配も範囲を超えない、最大の倍率はどれですか。"
        ),
        right=right,
        wrong=(
            *slips(load("loss_scale"), (gradients, torch.float16), said, *mistakes),
            Option(said(2 * scale), above, "loss_scale.rounds_up"),
        ),
        explanation=(
            "使う公式: 倍率 × 最大の |g| ≦ 65504 となる、最大の 2 の累乗\n"
            f"代入: 最大の |g| は {largest} です。65504 ÷ {largest} = {limit:,.0f} 以下の 2 の累乗を選びます。\n"
            f"答え: {right}"
        ),
    )


@largest_scale.by_hand
def _(limit, *rest):
    gradients, k = rest[:4], 0
    while all(-limit <= 2.0 ** (k + 1) * g <= limit for g in gradients):
        k += 1
    return 2, k


@item(word="損失のスケーリング", keyword="量子化", cell="学習でのアンダーフロー")
def why_the_loss_is_scaled(rng):
    wrong = (
        Option(
            "学習率を大きくしたのと同じ効果を出すためです。",
            "更新の前に同じ倍率で割るので、重みの動きは変わりません。",
        ),
        Option(
            "大きすぎる勾配が、無限大になるのを防ぐためです。",
            "倍率を掛けると、勾配は大きくなります。防げるのは、0 になることです。",
        ),
        Option(
            "重みのビット数を減らし、メモリを節約するためです。",
            "倍率を掛けても、メモリは減りません。減るのは、形式を 16 bit にしたときです。",
        ),
        Option(
            "損失の値を、読みやすい大きさにするためです。",
            "読みやすさのためではありません。倍率がないと、学習が止まることがあります。",
        ),
    )
    return Choice(
        stem=(
            "float16 の混合精度学習では、損失に大きな数を掛けてから逆伝播をし、"
            "更新の前に同じ数で割ります。その理由として正しいものを、1 つ選んでください。"
        ),
        right="小さな勾配が、float16 で 0 になるのを防ぐためです。",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "損失を大きくすると、連鎖律により、すべての勾配が同じ倍率で大きくなります。\n"
            "float16 で 0 になる勾配が減り、あとで割れば、重みの動きは変わりません。"
        ),
    )


@item(word="混合精度学習", keyword="量子化", cell="学習でのアンダーフロー")
def why_a_copy_in_float32(rng):
    wrong = (
        Option(
            "bfloat16 では、小さな勾配がすぐに 0 になるからです。",
            "bfloat16 の範囲は float32 と同じくらい広いので、勾配はすぐには 0 になりません。",
        ),
        Option(
            "bfloat16 では、重みが無限大になりやすいからです。",
            "bfloat16 の最大値は、float32 とほとんど同じです。",
        ),
        Option(
            "float32 の重みも持つと、メモリが減るからです。",
            "もう 1 組の重みを持つと、メモリは増えます。それでも、更新を失わないために持ちます。",
        ),
        Option(
            "float32 で順伝播をすると、計算が速くなるからです。",
            "順伝播と逆伝播は bfloat16 で行います。更新用の重みを使うのは、重みの更新です。",
        ),
    )
    return Choice(
        stem=(
            "bfloat16 の混合精度学習では、更新用の重み（マスターウェイト）を float32 で持ち、そこに更新を足します。"
            "その理由として正しいものを、1 つ選んでください。"
        ),
        right="重みに比べて小さな更新が、丸めで消えるからです。",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "bfloat16 の仮数部は 7 bit なので、目盛りがあらくなります。\n"
            "重みの目盛りの半分より小さい更新は、足しても元の重みに丸められて消えます。"
        ),
    )
