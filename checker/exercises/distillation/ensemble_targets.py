"""ensemble_targets: several teachers become one, by the mean of their soft targets."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.distillation import ensemble_targets, soft_targets

exercise = Exercise(
    ensemble_targets,
    title="アンサンブルの教師",
    statement=(
        "複数の教師を、アンサンブルとして 1 人の教師にまとめます。"
        "教師ごとに、温度 `temperature` のソフトターゲットを求めます。"
        "その確率の算術平均が、生徒の目標です（式 (1)）。割る数は、教師の人数 $M$ です。"
        "教師の意見が分かれても、どの教師の確率も同じ重みで残ります。"
        "`logits` は教師ごとのロジットのリストで、どの教師も同じ形です。"
    ),
    difficulty=1,
    minutes=6,
    points=2,
    uses=("soft_targets",),
    hints=(
        "平均するのは、ロジットではなく確率です。softmax と平均の順を入れ替えると、値が変わります。",
        "教師 1 人のソフトターゲットは `soft_targets(z, temperature)` です。",
        "確率を教師について足し、教師の数 `len(logits)` で割ります。クラスの数ではありません。",
        "`torch.stack(リスト)` は、同じ形のテンソルを新しい最初の軸に並べます。",
        "`torch.stack([soft_targets(z, temperature) for z in logits])` を `mean(dim=0)` で平均します。",
    ),
)

SHOWN = [torch.tensor([4.0, 0.0, -2.0]), torch.tensor([-1.0, 3.0, 0.0])], 2.0


@exercise.example
def example() -> str:
    logits, temperature = SHOWN
    first, second, both = (
        [round(p, 3) for p in targets.tolist()]
        for targets in (
            *(soft_targets(z, temperature) for z in logits), ensemble_targets(logits, temperature)
        )
    )
    return (
        f"2 人の教師のロジットが `{[z.tolist() for z in logits]}`、`temperature={temperature}` とします。"
        f"ソフトターゲットは `{first}` と `{second}` です。"
        f"2 つを平均した `{both}` が答えです。"
    )


def teachers(rng, count, shape, dtype=torch.float32) -> list[torch.Tensor]:
    """Logits of teachers each of whom is sure of another class."""
    favourites = rng.permutation(shape[-1])
    members = []
    for member in range(count):
        values = rng.uniform(-2, 2, shape)
        values[..., favourites[member % shape[-1]]] += rng.uniform(3, 5)
        members.append(torch.tensor(values, dtype=dtype))
    return members


def huge(rng, rows, classes) -> list[torch.Tensor]:
    """Logits from -10000 to 10000 of three teachers, of whom the last two agree in every row.

    The gaps are wide, so that no rounding of logits / T shows.
    """
    step = 20_000 / (classes - 1)
    rungs = np.linspace(-10_000, 10_000, classes) + rng.uniform(-0.1, 0.1, (rows, classes)) * step
    first = torch.tensor(rng.permuted(rungs, axis=1), dtype=torch.float32)
    return [first, first.roll(1, dims=1), first.roll(1, dims=1)]


def warmth(rng) -> float:
    """A temperature clearly above 1."""
    return round(float(rng.uniform(1.7, 3.5)), 2)


@exercise.cases
def cases(rng):
    yield "基本", (teachers(rng, 3, (4, 5)), warmth(rng))
    yield "例のロジット", SHOWN
    yield "教師が 1 人だけ", (teachers(rng, 1, (3, 4)), warmth(rng))
    yield "教師が 2 人", (teachers(rng, 2, (3, 6)), warmth(rng))
    yield "教師が多い", (teachers(rng, int(rng.integers(6, 9)), (2, 4)), warmth(rng))
    one, other = teachers(rng, 2, (3, 5))
    yield "同じ意見の教師が 2 人", ([one, other, one.clone()], warmth(rng))
    yield "迷っている教師", ([torch.zeros(3, 4), *teachers(rng, 2, (3, 4))], warmth(rng))
    yield "画像が 1 枚だけ（1 次元）", (teachers(rng, 3, (5,)), warmth(rng))
    yield "3 次元", (teachers(rng, 4, (2, 3, 5)), warmth(rng))
    yield "大きさが 1 の軸", (teachers(rng, 3, (1, 1, 4)), warmth(rng))
    yield "クラスが 1 つだけ", (teachers(rng, 2, (3, 1)), warmth(rng))
    yield "温度が 1", (teachers(rng, 3, (2, 5)), 1.0)
    yield "1 より低い温度", (teachers(rng, 3, (3, 4)), round(float(rng.uniform(0.4, 0.7)), 2))

    sure = [3 * z for z in teachers(rng, 3, (2, 4))]
    yield "意見が強く分かれる教師", (sure, warmth(rng))
    yield "±10000 のロジット", (huge(rng, 2, 5), warmth(rng))
    yield "倍精度", (teachers(rng, 3, (2, 5), torch.float64), warmth(rng))


@exercise.wrong("ロジットか確率の対数を平均しています。教師ごとに確率を求め、確率そのものを平均します。")
def averages_the_logits(logits, temperature):
    return soft_targets(torch.stack(logits).mean(dim=0), temperature)


@exercise.wrong("幾何平均を取っています。確率を足して教師の数で割る、算術平均です。")
def takes_the_geometric_mean(logits, temperature):
    members = torch.stack([soft_targets(z, temperature) for z in logits])
    return members.log().mean(dim=0).exp()


@exercise.wrong("確率の対数を平均して返しています。対数を取らずに、確率そのものを平均します。")
def returns_mean_logarithms(logits, temperature):
    return torch.stack([torch.log_softmax(z / temperature, dim=-1) for z in logits]).mean(dim=0)


@exercise.wrong("最初の教師だけを使っています。すべての教師の確率を平均します。")
def takes_the_first_teacher(logits, temperature):
    return soft_targets(logits[0], temperature)


@exercise.wrong("同じ意見の教師を 1 人と数えています。同じ答えの教師が何人いても、1 人ずつ数えます。")
def counts_equal_teachers_once(logits, temperature):
    return torch.stack([soft_targets(z, temperature) for z in logits]).unique(dim=0).mean(dim=0)


@exercise.wrong("確率を足しただけで、和が 1 ではありません。教師の数で割ります。")
def forgets_to_divide(logits, temperature):
    return sum(soft_targets(z, temperature) for z in logits)


@exercise.wrong("温度が効いていません。教師ごとに、温度で割ったロジットから確率を求めます。")
def forgets_the_temperature(logits, temperature):
    return torch.stack([torch.softmax(z, dim=-1) for z in logits]).mean(dim=0)


@exercise.wrong("平均した確率に、もう一度 softmax を取っています。平均した確率の和は、すでに 1 です。")
def takes_softmax_twice(logits, temperature):
    mean = torch.stack([soft_targets(z, temperature) for z in logits]).mean(dim=0)
    return torch.softmax(mean, dim=-1)


@exercise.wrong("クラスの数で割っています。割るのは教師の数 len(logits) です。")
def divides_by_the_classes(logits, temperature):
    return sum(soft_targets(z, temperature) for z in logits) / logits[0].shape[-1]


@exercise.wrong("教師ではない軸で平均しています。stack すると、教師は最初の軸 dim=0 に並びます。")
def averages_another_axis(logits, temperature):
    return torch.stack([soft_targets(z, temperature) for z in logits]).mean(dim=1)


@exercise.wrong("教師の軸で softmax を取っています。確率はクラスについて求めます。クラスは最後の軸 dim=-1 です。")
def normalizes_over_the_teachers(logits, temperature):
    return torch.softmax(torch.stack(logits) / temperature, dim=0).mean(dim=0)


@exercise.wrong("多数決を取っています。1 位のクラスだけでなく、確率をそのまま平均します。")
def counts_votes(logits, temperature):
    winners = torch.stack(logits).argmax(dim=-1, keepdim=True)
    votes = torch.zeros_like(torch.stack(logits)).scatter(-1, winners, 1)
    return votes.mean(dim=0)


@exercise.wrong("クラスごとに最大の確率を選んでいます。和が 1 を超えるので、平均を取ります。")
def takes_the_maximum(logits, temperature):
    return torch.stack([soft_targets(z, temperature) for z in logits]).amax(dim=0)


@exercise.wrong("2 人ずつ順に平均しています。あとの教師ほど重くなるので、すべて足してから人数で割ります。")
def averages_in_pairs(logits, temperature):
    mean = soft_targets(logits[0], temperature)
    for z in logits[1:]:
        mean = (mean + soft_targets(z, temperature)) / 2
    return mean


@exercise.wrong("平均したあとに温度を使っています。温度で割るのは、教師ごとのロジットです。")
def softens_the_mean(logits, temperature):
    mean = torch.stack([torch.softmax(z, dim=-1) for z in logits]).mean(dim=0)
    return soft_targets(mean.log(), temperature)


@exercise.wrong("いつも 2 で割っています。割る数は教師の人数です。")
def always_divides_by_two(logits, temperature):
    return sum(soft_targets(z, temperature) for z in logits) / 2


@exercise.wrong("はじめの 2 人の教師だけを使っています。すべての教師の確率を平均します。")
def takes_two_teachers(logits, temperature):
    return (soft_targets(logits[0], temperature) + soft_targets(logits[1], temperature)) / 2


@exercise.wrong("最初の教師を足したところで return しています。return は for の外に置きます。")
def returns_inside_the_loop(logits, temperature):
    return soft_targets(logits[0], temperature) / len(logits)


@exercise.wrong("ロジットを足しています。教師ごとに確率を求め、確率そのものを平均します。")
def adds_the_logits(logits, temperature):
    return soft_targets(sum(logits), temperature)


@exercise.right
def stacks_the_logits(logits, temperature):
    return soft_targets(torch.stack(logits), temperature).mean(dim=0)


@exercise.right
def adds_shares(logits, temperature):
    total = torch.zeros_like(logits[0])
    for z in logits:
        total += torch.softmax(z / temperature, dim=-1) / len(logits)
    return total


@exercise.right
def numpy_minded(logits, temperature):
    z = np.stack([member.numpy() for member in logits]) / temperature
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return torch.from_numpy((e / e.sum(axis=-1, keepdims=True)).mean(axis=0))
