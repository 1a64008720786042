"""average_gradients: workers' mean gradients become that of all samples together."""

import numpy as np
import torch
from torch import Tensor

from checker.exercise import Exercise
from lessons.data_parallel import average_gradients

exercise = Exercise(
    average_gradients,
    title="全員の勾配を平均する",
    statement=(
        "ワーカーごとの勾配から、全員の件を合わせた平均損失の勾配を求めます。"
        "渡される勾配は、それぞれのワーカーが、自分の件だけで平均したものです。"
        "件数はワーカーごとに違うことがあります。最後のワーカーだけ少ないことが、よくあります。"
        "どの件も、どのワーカーにあっても、1 件ずつ等しく数えます。"
        "元の勾配は書き換えません。"
    ),
    difficulty=1,
    minutes=7,
    points=2,
    hints=(
        "3 人の組の平均点と、1 人の組の平均点から、4 人の平均点を求めるときと同じです。",
        "平均に件数を掛けると、その人の件の合計に戻ります。",
        "全員の合計を足し、件数の合計 `sum(batch_sizes)` で割ります。ワーカーの数では割りません。",
        "`zip(batch_sizes, gradients)` で、件数 `n` と勾配 `g` の組を 1 つずつ取り出せます。",
        "`sum(n / total * g for n, g in zip(batch_sizes, gradients))` が答えです。"
        "`total` は件数の合計です。",
    ),
)

EXAMPLE = [torch.tensor([1.0, -2.0]), torch.tensor([5.0, 4.0])], [3, 1]


@exercise.example
def example() -> str:
    (first, second), (many, few) = EXAMPLE
    mean = average_gradients(*EXAMPLE).tolist()
    return (
        f"{many} 件のワーカーの勾配が `{first.tolist()}`、"
        f"{few} 件のワーカーの勾配が `{second.tolist()}` とします。"
        f"1 番目の値は ({many} × {first[0]:g} + {few} × {second[0]:g}) ÷ {many + few} = {mean[0]:g} です。"
        f"答えは `{mean}` です。"
        f"2 人の勾配をそのまま足して 2 で割った `{((first + second) / 2).tolist()}` とは違います。"
    )


def drawn(rng, count, shape, dtype=torch.float32) -> list[Tensor]:
    """Gradients of so many workers."""
    return [torch.tensor(rng.normal(0, 1, shape), dtype=dtype) for _ in range(count)]


def sizes(rng, count, most=40) -> list[int]:
    """Different numbers of samples, neither rising nor falling."""
    while True:
        counts = rng.choice(np.arange(3, most), count, replace=False).tolist()
        if counts not in (sorted(counts), sorted(counts)[::-1]) or count < 3:
            return counts


def doubles(rng) -> tuple[list[Tensor], list[int]]:
    """Numbers with which shares that were rounded to float32 show."""
    while True:
        gradients, counts = drawn(rng, 3, (4,), torch.float64), sizes(rng, 3)
        exact = average_gradients(gradients, counts)
        shares = torch.tensor(counts) / sum(counts)
        rounded = sum(s * g for s, g in zip(shares, gradients, strict=True))
        if ((rounded - exact).abs() > 4e-8 * exact.abs().max()).any():
            return gradients, counts


@exercise.cases
def cases(rng):
    yield "基本", (drawn(rng, 3, (4,)), sizes(rng, 3))
    yield "問題文の例", EXAMPLE
    full, rest = int(rng.integers(24, 40)), int(rng.integers(3, 12))
    yield "最後のワーカーだけ少ない", (drawn(rng, 4, (3,)), [full, full, full, rest])
    yield "件数が全員等しい", (drawn(rng, 3, (5,)), [int(rng.integers(5, 30))] * 3)
    yield "ワーカーが 1 人", (drawn(rng, 1, (4,)), sizes(rng, 1))
    many = int(rng.integers(6, 9))
    yield "ワーカーが多い", (drawn(rng, many, (3,)), sizes(rng, many))
    yield "1 件だけのワーカー", (drawn(rng, 3, (4,)), [int(rng.integers(9, 30)), 1, 1])
    yield "重み行列の勾配（2 次元）", (drawn(rng, 3, (2, 4)), sizes(rng, 3))
    yield "値が 1 個の勾配", (drawn(rng, 2, (1,)), sizes(rng, 2))
    first, second = drawn(rng, 2, (4,))
    yield "同じ勾配のワーカーが 2 人", ([first, second, first.clone()], sizes(rng, 3))
    yield "勾配が 0 のワーカー", ([first, torch.zeros(4), second], sizes(rng, 3))
    yield "倍精度", doubles(rng)


@exercise.wrong("件数を使わずに平均しています。件数の多いワーカーの勾配を、その分だけ大きく数えます。")
def takes_the_plain_mean(gradients, batch_sizes):
    return torch.stack(gradients).mean(dim=0)


@exercise.wrong("勾配を足しただけです。求めるのは平均なので、件数を掛けて足し、件数の合計で割ります。")
def adds_the_gradients(gradients, batch_sizes):
    return sum(gradients)


@exercise.wrong("件数を掛けて足しましたが、割っていません。最後に件数の合計 sum(batch_sizes) で割ります。")
def forgets_to_divide(gradients, batch_sizes):
    return sum(n * g for n, g in zip(batch_sizes, gradients, strict=True))


@exercise.wrong("ワーカーの数で割っています。1 件あたりの平均なので、件数の合計で割ります。")
def divides_by_the_workers(gradients, batch_sizes):
    weighted = sum(n * g for n, g in zip(batch_sizes, gradients, strict=True))
    return weighted / len(gradients)


@exercise.wrong("件数の合計で割ったあと、さらにワーカーの数で割っています。割るのは 1 回だけです。")
def divides_twice(gradients, batch_sizes):
    pairs = zip(batch_sizes, gradients, strict=True)
    return torch.stack([n / sum(batch_sizes) * g for n, g in pairs]).mean(dim=0)


@exercise.wrong("勾配を足して、件数の合計で割っています。渡された勾配は平均なので、先に件数を掛けて合計に戻します。")
def forgets_that_they_are_means(gradients, batch_sizes):
    return sum(gradients) / sum(batch_sizes)


@exercise.wrong("勾配を件数で割っています。渡された勾配はもう平均なので、件数を掛けて合計に戻します。")
def divides_each_by_its_size(gradients, batch_sizes):
    return sum(g / n for n, g in zip(batch_sizes, gradients, strict=True))


@exercise.wrong("件数が少ないワーカーほど、重くなっています。重みは件数に比例します。")
def weighs_the_small_ones_more(gradients, batch_sizes):
    shares = [1 / n for n in batch_sizes]
    return sum(s * g for s, g in zip(shares, gradients, strict=True)) / sum(shares)


@exercise.wrong("// は小数点から下を切り捨てるので、割合が 0 になります。/ で割ってください。")
def cuts_the_shares_off(gradients, batch_sizes):
    total = sum(batch_sizes)
    return sum(n // total * g for n, g in zip(batch_sizes, gradients, strict=True))


@exercise.wrong("全員の件数を、最初のワーカーと同じと見ています。件数はワーカーごとに違います。")
def takes_the_first_size_for_all(gradients, batch_sizes):
    return sum(batch_sizes[0] * g for g in gradients) / sum(batch_sizes)


@exercise.wrong("最初のワーカーの勾配だけを使っています。全員の勾配を合わせます。")
def takes_the_first_worker(gradients, batch_sizes):
    return gradients[0]


@exercise.wrong("件数の最も多いワーカーの勾配だけを使っています。少ないワーカーの件も数えます。")
def takes_the_largest_worker(gradients, batch_sizes):
    return gradients[batch_sizes.index(max(batch_sizes))]


@exercise.wrong("最後のワーカーを足していません。range の終わりの数を確かめてください。少ない件も捨てません。")
def leaves_the_last_worker_out(gradients, batch_sizes):
    total = torch.zeros_like(gradients[0])
    for i in range(len(gradients) - 1):
        total = total + batch_sizes[i] * gradients[i]
    return total / sum(batch_sizes)


@exercise.wrong("最初のワーカーを足したところで return しています。return は for の外に置きます。")
def returns_inside_the_loop(gradients, batch_sizes):
    return batch_sizes[0] / sum(batch_sizes) * gradients[0]


@exercise.wrong("足さずに上書きしています。最後のワーカーだけが残るので、前の値に足していきます。")
def overwrites_instead_of_adding(gradients, batch_sizes):
    return batch_sizes[-1] / sum(batch_sizes) * gradients[-1]


@exercise.wrong("2 人ずつ順に平均しています。あとのワーカーほど重くなるので、件数の割合を掛けて足します。")
def averages_in_pairs(gradients, batch_sizes):
    mean = gradients[0].clone()
    for g in gradients[1:]:
        mean = (mean + g) / 2
    return mean


@exercise.wrong("勾配の中の値まで平均しています。平均するのは、ワーカーについてだけです。")
def averages_the_values_too(gradients, batch_sizes):
    pairs = zip(batch_sizes, gradients, strict=True)
    return sum(n / sum(batch_sizes) * g for n, g in pairs).mean()


@exercise.wrong("+= や *= は、引数の勾配そのものを変えます。新しいテンソルに足していきます。")
def writes_into_the_gradients(gradients, batch_sizes):
    total = gradients[0]
    total *= batch_sizes[0]
    for n, g in zip(batch_sizes[1:], gradients[1:], strict=True):
        total += n * g
    return total / sum(batch_sizes)


@exercise.wrong("型がいつも float32 になっています。元の勾配と同じ dtype にしてください。")
def always_returns_float32(gradients, batch_sizes):
    total = torch.zeros(gradients[0].shape)
    for n, g in zip(batch_sizes, gradients, strict=True):
        total += n / sum(batch_sizes) * g
    return total


@exercise.wrong("件数の割合を float32 で計算しています。torch.tensor に dtype=gradients[0].dtype を渡します。")
def rounds_the_shares(gradients, batch_sizes):
    shares = torch.tensor(batch_sizes) / sum(batch_sizes)
    return sum(s * g for s, g in zip(shares, gradients, strict=True))


@exercise.right
def loop(gradients, batch_sizes):
    total = torch.zeros_like(gradients[0])
    for i in range(len(gradients)):
        total += batch_sizes[i] * gradients[i]
    return total / sum(batch_sizes)


@exercise.right
def by_a_product(gradients, batch_sizes):
    weights = torch.tensor(batch_sizes, dtype=gradients[0].dtype)
    return torch.tensordot(weights / weights.sum(), torch.stack(gradients), dims=1)


@exercise.right
def numpy_minded(gradients, batch_sizes):
    mean = np.average([g.numpy() for g in gradients], axis=0, weights=batch_sizes)
    return torch.tensor(mean, dtype=gradients[0].dtype)


@exercise.right
def every_sample_once(gradients, batch_sizes):
    samples = [g for n, g in zip(batch_sizes, gradients, strict=True) for _ in range(n)]
    return torch.stack(samples).mean(dim=0)
