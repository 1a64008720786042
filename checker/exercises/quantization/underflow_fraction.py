"""underflow_fraction: the share of non-zero values that another dtype turns into 0."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.quantization import underflow_fraction

exercise = Exercise(
    underflow_fraction,
    title="0 に消える値の割合",
    statement=(
        "`values` を `dtype` に変換したときに、ちょうど 0 になってしまう値の割合を、Python の float で返します。"
        "分母は、もともと 0 でない値の個数です。"
        "もともと 0 だった値は、まったく数えません。"
        "変換では最も近い値に丸め、ちょうど中間の値は仮数部が偶数のほうへ丸めます。"
        "torch の `to` がこの丸めをします。"
        "0 でない値が 1 つもなければ 0.0 を返します。"
    ),
    difficulty=1,
    minutes=8,
    points=2,
    rtol=1e-5,  # a mean in float32 is as good
    hints=(
        "実際に変換してから、0 になった値を数えるのが確実です。",
        "`values.to(dtype)` で変換できます。bool のテンソルは `sum()` で True の数を数えられます。",
        "もともと 0 でない場所は `nonzero = values != 0` です。この個数が分母です。",
        "消えた場所は `nonzero & (values.to(dtype) == 0)` です。",
        "分母が 0 なら先に `return 0.0` とします。"
        "割るときは `int(消えた場所.sum()) / int(nonzero.sum())` として Python の数にします。",
    ),
)


@exercise.example
def example() -> str:
    values = torch.tensor([1e-3, 0.0, -1e-6, 2e-8, 0.0, 1e-10])
    half, brain = values.to(torch.float16), values.to(torch.bfloat16)
    nonzero = int((values != 0).sum())
    lost = nonzero - int((half != 0).sum())
    return (
        f"値が `{', '.join(f'{v:.0e}' if v else '0' for v in values.tolist())}` のとき、"
        f"0 でない値は {nonzero} 個です。"
        f"float16 では {lost} 個が 0 になるので、"
        f"割合は {lost}/{nonzero} = {underflow_fraction(values, torch.float16)} です。"
        f"bfloat16 では {nonzero - int((brain != 0).sum())} 個なので、"
        f"割合は {underflow_fraction(values, torch.bfloat16)} です。"
    )


def mixed(rng, tiny, lost, kept, zeros=0, subnormals=0, dtype=torch.float32) -> torch.Tensor:
    """So many values well on each side of `tiny`, the smallest subnormal, and of both signs.

    Of the first two kinds, some lie between a half and the whole of it, and are rounded up.
    """
    exponents = np.concatenate([rng.uniform(-8, -1.2, lost), rng.uniform(15, 25, kept),
                                rng.uniform(1, 5, subnormals), rng.uniform(-0.8, -0.2, 2)])
    signs = np.resize([-1.0, 1.0], len(exponents))
    values = np.concatenate([signs * tiny * 2.0**exponents, np.zeros(zeros)])
    return torch.tensor(rng.permutation(values), dtype=dtype)


@exercise.cases
def cases(rng):
    half, brain, single = 2.0**-24, 2.0**-133, 2.0**-149

    def count(low, high):
        return int(rng.integers(low, high))

    # Two shares that never agree, so that no constant passes.
    for lost in rng.permutation([count(4, 8), count(12, 16)]).tolist():
        yield "基本", (mixed(rng, half, lost, 9, 4, 5), torch.float16)
    yield "形が 3 次元", (mixed(rng, half, 5, 11, 3, 3).reshape(2, 3, 4), torch.float16)
    values = mixed(rng, half, count(4, 8), 12, 2)
    yield "bfloat16 では消えない値", (torch.cat([values, torch.tensor([2e-8])]), torch.bfloat16)
    yield "bfloat16 でも消える値", (mixed(rng, brain, count(4, 8), 10, 3, 6), torch.bfloat16)
    doubles = mixed(rng, single, count(4, 8), 8, 3, 5, dtype=torch.float64)
    yield "float64 から float32", (doubles, torch.float32)
    yield "float64 から float16", (doubles * 2.0**125, torch.float16)
    yield "float64 のまま", (doubles, torch.float64)
    tie = torch.tensor([half / 2, -half / 2, half, -half, 0.0, float(rng.uniform(0.1, 1))])
    yield "ちょうど中間の値は 0 へ", (tie, torch.float16)
    just = torch.nextafter(tie, 2 * tie)
    yield "中間より少しだけ大きい値", (just, torch.float16)
    yield "例の値", (torch.tensor([1e-3, 0.0, -1e-6, 2e-8, 0.0, 1e-10]), torch.float16)
    twice = [1e-10, 1e-10, -1e-10, float(rng.uniform(0.1, 1)), 1.0, 1.0, 1.0]
    yield "同じ値が 2 つ以上ある", (torch.tensor(rng.permutation(twice), dtype=torch.float32), torch.float16)
    signed = torch.tensor([[-0.0, 1e-10, -1e-10, 0.0, -0.0, -1.0]]) * count(1, 9)
    yield "-0.0 を含む値", (signed, torch.float16)
    huge = torch.tensor([1e30, -1e30, 7e4, 1e-30, 0.0]) * count(1, 9)
    yield "大きすぎる値（inf になる）", (huge, torch.float16)
    cancelling = torch.tensor([1e-10, -1.0, -1e-10, 1.0, 2.0, -2.0])
    yield "合計が 0 の値", (cancelling * count(1, 9), torch.float16)
    yield "すべて消える", (torch.tensor([[1e-20], [-1e-30], [0.0]]) * count(1, 9), torch.float16)
    yield "値が 1 つだけ", (torch.tensor([-1e-9]) * count(1, 9), torch.float16)
    yield "0 でない値が 1 つもない", (torch.zeros(count(3, 9)), torch.float16)
    one = torch.zeros(6)
    one[count(0, 6)] = half / count(5, 50)
    yield "0 でない値が 1 つだけ", (one, torch.float16)


exercise.slip(
    "counts_zeros_below",
    "分母に 0 も数えています。もともと 0 でない値の個数で割ってください。",
    "/ total", "/ values.numel()",
)


@exercise.wrong("もともとの 0 まで、消えた値に数えています。分母と分子の両方から除いてください。")
def counts_zeros_on_both_sides(values, dtype):
    return int((values.to(dtype) == 0).sum()) / values.numel()


exercise.slip(
    "counts_zeros_above",
    "もともとの 0 まで、消えた値に数えています。分子からも 0 を除いてください。",
    "nonzero & (values.to(dtype) == 0)", "values.to(dtype) == 0",
)
exercise.slip(
    "returns_a_percentage",
    "百分率を返しています。割合は 0 以上 1 以下の数です。",
    "int(vanished.sum()) / total", "100 * int(vanished.sum()) / total",
)
exercise.slip(
    "returns_the_share_that_stays",
    "残った値の割合を返しています。返すのは、0 になってしまう値の割合です。",
    "int(vanished.sum()) / total", "1 - int(vanished.sum()) / total",
)


@exercise.wrong("同じ値を 1 回しか数えていません。値の種類ではなく、個数を数えます。")
def counts_each_value_once(values, dtype):
    kinds = values.unique()
    kinds = kinds[kinds != 0]
    if not len(kinds):
        return 0.0
    return int((kinds.to(dtype) == 0).sum()) / len(kinds)


exercise.slip(
    "uses_the_smallest_normal",
    "最小の正規化数より小さい値を数えています。その下にも、非正規化数があります。",
    "values.to(dtype) == 0", "values.double().abs() < torch.finfo(dtype).tiny",
)
exercise.slip(
    "forgets_rounding_up",
    "最小の非正規化数より小さい値をすべて数えています。その半分より大きい値は、切り上げられます。",
    "values.to(dtype) == 0",
    "values.double().abs() < torch.finfo(dtype).tiny * torch.finfo(dtype).eps",
)
exercise.slip(
    "keeps_ties",
    "最小の非正規化数のちょうど半分を残しています。中間の値は偶数、つまり 0 へ丸めます。",
    "values.to(dtype) == 0",
    "values.double().abs() < torch.finfo(dtype).tiny * torch.finfo(dtype).eps / 2",
)
exercise.slip(
    "forgets_abs",
    "負の値をすべて数えています。大きさを比べるには、絶対値を取ります。",
    "values.to(dtype) == 0",
    "values.double() <= torch.finfo(dtype).tiny * torch.finfo(dtype).eps / 2",
)
exercise.slip(
    "counts_rounded_values",
    "変換で少しでも変わった値を数えています。数えるのは、ちょうど 0 になった値です。",
    "values.to(dtype) == 0", "values.to(dtype).to(values.dtype) != values",
)
exercise.slip(
    "takes_small_values_for_zero",
    "0 に近いだけの値も、消えた値に数えています。ちょうど 0 かどうかを == 0 で調べます。",
    "values.to(dtype) == 0", "values.to(dtype).double().abs() <= 1e-8",
)
exercise.slip(
    "looks_before_converting",
    "変換する前の値を調べています。to は新しいテンソルを返すので、その結果を調べます。",
    "values.to(dtype) == 0", "values == 0",
)
exercise.slip(
    "divides_by_zero",
    "0 でない値が 1 つもないときに、0 で割っています。先に調べて 0.0 を返してください。",
    "    if total == 0:\n        return 0.0\n", "",
)


@exercise.wrong("空の平均が nan になっています。0 でない値が 1 つもなければ 0.0 を返してください。")
def takes_an_empty_mean(values, dtype):
    return float((values[values != 0].to(dtype) == 0).double().mean())


exercise.slip(
    "goes_through_float32",
    "はじめに float32 に直しています。float64 の小さな値が、そこで先に消えます。",
    "nonzero = values != 0\n", "values = values.float()\n    nonzero = values != 0\n",
)


exercise.slip(
    "divides_by_the_rows",
    "len(values) は最初の次元の大きさです。0 でない値の個数で割ってください。",
    "/ total", "/ len(values)",
)
exercise.slip(
    "always_takes_float16",
    "dtype を使わず、いつも float16 に変換しています。",
    "values.to(dtype)", "values.half()",
)


@exercise.right
def loop(values, dtype):
    total = vanished = 0
    for value in values.flatten():
        if value.item() != 0:
            total += 1
            vanished += value.to(dtype).item() == 0
    return vanished / total if total else 0.0


@exercise.right
def mean_in_single_precision(values, dtype):
    rest = values[values != 0].to(dtype)
    return (rest == 0).float().mean().item() if len(rest) else 0.0


@exercise.right
def mean_of_the_rest(values, dtype):
    rest = values[values != 0].to(dtype)
    return (rest == 0).double().mean().item() if len(rest) else 0.0


@exercise.right
def numpy_minded(values, dtype):
    before = np.count_nonzero(values.numpy())
    after = np.count_nonzero(values.to(dtype).double().numpy())
    return float((before - after) / max(before, 1))
