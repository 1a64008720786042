"""sync_sgd: all workers use one theta, and one update follows from all their gradients.

The cases name the loss; the observer makes the gradient function of it.
"""

import numpy as np
import torch
from torch import Tensor

from checker.exercise import Exercise
from lessons.data_parallel import average_gradients, sync_sgd

exercise = Exercise(
    sync_sgd,
    title="同期型の SGD",
    statement=(
        "同期型のデータ並列で、パラメータを `steps` 回更新します。"
        "1 回の更新では、全員が同じ `theta` で、自分のデータの勾配を求めます。"
        "全員の勾配がそろったら、件数で重みを付けて平均し、学習率を掛けて `theta` から引きます。"
        "`gradient(theta, shard)` は、`shard` の件で平均した損失の勾配を返します。"
        "件数は `len(shard)` で、ワーカーごとに違うことがあります。"
        "渡された `theta` は書き換えず、最後のパラメータだけを返します。"
    ),
    difficulty=2,
    minutes=10,
    points=3,
    uses=("average_gradients",),
    hints=(
        "更新を `steps` 回くり返す for の中で、まず全員の勾配をリストに集めます。",
        "勾配を集めている間は、`theta` を変えません。"
        "変えると、次のワーカーが新しい `theta` を使ってしまいます。",
        "平均は `average_gradients(勾配のリスト, 件数のリスト)` で求まります。",
        "勾配のリストは `[gradient(theta, shard) for shard in shards]` です。",
        "平均を求めたら、`theta = theta - lr * 平均` とします。"
        "`-=` は渡された `theta` を書き換えるので、使いません。",
    ),
)


def centre(theta: Tensor, shard: Tensor) -> Tensor:
    """Of half the squared distance to the samples."""
    return theta - shard.mean(dim=0)


@exercise.example
def example() -> str:
    theta, lr = torch.tensor([8.0]), 0.5
    shards = [torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[10.0]])]
    first, second = (centre(theta, shard).item() for shard in shards)
    mean = average_gradients([centre(theta, shard) for shard in shards], [3, 1]).item()
    once, twice = (sync_sgd(centre, theta, shards, lr, steps).item() for steps in (1, 2))
    return (
        "`gradient(theta, shard)` が `theta - shard.mean(dim=0)` を返すとします。"
        f"`theta={theta.tolist()}`、`lr={lr}` で、"
        f"2 人のデータは `{shards[0].tolist()}` と `{shards[1].tolist()}` です。"
        f"2 人の勾配は {first:g} と {second:g} で、件数で重みを付けた平均は {mean:g} です。"
        f"1 回の更新で {theta.item():g} − {lr} × {mean:g} = {once:g} になります。"
        f"`steps=2` なら、答えは `[{twice:g}]` です。"
    )


def data(rng, sizes, width=3, dtype=torch.float32) -> list[Tensor]:
    """Shards of inputs and a target; each has its own curvature and its own best theta."""
    shards = []
    for i, n in enumerate(sizes):
        x = rng.normal(0.5, 0.6 + 0.5 * (i % 2), (n, width))
        y = x @ rng.uniform(-1, 0, width) + rng.normal(-0.5, 0.1, n)
        shards.append(torch.tensor(np.column_stack([x, y]), dtype=dtype))
    return shards


def start(rng, width=3, dtype=torch.float32) -> Tensor:
    return torch.tensor(rng.uniform(0.6, 1.2, width), dtype=dtype)


def rate(rng) -> float:
    return round(float(rng.uniform(0.05, 0.1)), 3)


def sizes(rng, count) -> list[int]:
    """Different numbers of samples; the first worker has neither the most nor the fewest."""
    counts = sorted(rng.choice([2, 4, 7, 11, 16, 22, 29], count, replace=False).tolist())
    return [counts[1], counts[-1], counts[0], *counts[2:-1]]


@exercise.cases
def cases(rng):
    plain, bent = "(x·θ − y)² の平均の勾配", "(tanh(x·θ) − y)² の平均の勾配"
    yield "基本", (plain, start(rng), data(rng, sizes(rng, 3)), rate(rng), 3)
    yield "更新が 1 回だけ", (plain, start(rng), data(rng, sizes(rng, 3)), rate(rng), 1)
    yield "更新が多い", (plain, start(rng), data(rng, sizes(rng, 3)), rate(rng), 6)
    yield "別の損失", (bent, start(rng, 2), data(rng, sizes(rng, 3), 2), rate(rng), 3)
    full = int(rng.integers(4, 9))
    yield "件数が全員等しい", (plain, start(rng), data(rng, [full] * 3), rate(rng), 3)
    rest = data(rng, [full + 9, full + 9, full])
    yield "最後のワーカーだけ少ない", (plain, start(rng), rest, rate(rng), 2)
    yield "1 件だけのワーカー", (plain, start(rng), data(rng, [1, 9, 1]), rate(rng), 2)
    yield "ワーカーが 1 人", (plain, start(rng), data(rng, [full]), rate(rng), 3)
    yield "ワーカーが多い", (plain, start(rng), data(rng, sizes(rng, 6)), rate(rng), 2)
    yield "パラメータが 1 個", (plain, start(rng, 1), data(rng, sizes(rng, 3), 1), rate(rng), 2)
    double = torch.float64
    many = data(rng, sizes(rng, 3), dtype=double)
    yield "倍精度", (plain, start(rng, dtype=double), many, rate(rng), 3)


@exercise.observe
def observer(answer, gradient, theta, shards, lr, steps):
    def of_the_mean_loss(theta, shard):
        x, y = shard[:, :-1], shard[:, -1]
        out = x @ theta
        slope = torch.ones_like(out)
        if "tanh" in gradient:
            out = torch.tanh(out)
            slope = 1 - out * out
        return 2 * ((out - y) * slope) @ x / len(shard)

    return {"戻り値": answer(of_the_mean_loss, theta, shards, lr, steps)}


EACH = (
    "gradients = [gradient(theta, shard) for shard in shards]\n"
    "        theta = theta - lr * average_gradients(gradients, sizes)"
)
LOOP = f"    for _ in range(steps):\n        {EACH}"

exercise.slip(
    "updates_between_the_workers",
    "ワーカーが 1 人終わるたびに更新しています。全員が同じ theta で勾配を求めてから、1 回だけ更新します。",
    EACH,
    "for shard in shards:\n"
    "            theta = theta - lr * gradient(theta, shard)",
)
exercise.slip(
    "updates_between_with_shares",
    "勾配を求める途中で theta を変えています。全員の勾配を集め終わるまで、theta は変えません。",
    EACH,
    "for n, shard in zip(sizes, shards):\n"
    "            theta = theta - lr * n / sum(sizes) * gradient(theta, shard)",
)
exercise.slip(
    "updates_between_with_a_mean",
    "人数で割っていますが、1 人終わるたびに更新しています。全員が同じ theta で求めてから、1 回だけ更新します。",
    EACH,
    "for shard in shards:\n"
    "            theta = theta - lr / len(shards) * gradient(theta, shard)",
)
exercise.slip(
    "keeps_the_old_gradients",
    "前の回の勾配がリストに残っています。空のリストは、steps の for の中で作ります。",
    LOOP,
    "    gradients, counts = [], []\n"
    "    for _ in range(steps):\n"
    "        gradients += [gradient(theta, shard) for shard in shards]\n"
    "        counts += sizes\n"
    "        theta = theta - lr * average_gradients(gradients, counts)",
)
exercise.slip(
    "takes_the_plain_mean",
    "件数の重みが付いていません。average_gradients の 2 つ目の引数に、件数 len(shard) のリストを渡します。",
    "average_gradients(gradients, sizes)", "torch.stack(gradients).mean(dim=0)",
)
exercise.slip(
    "adds_the_gradients",
    "勾配を足しただけで、平均していません。ワーカーが増えるほど、更新が大きくなりすぎます。",
    "average_gradients(gradients, sizes)", "sum(gradients)",
)
exercise.slip(
    "multiplies_by_the_workers",
    "平均した勾配に、ワーカーの数を掛けています。平均に掛けるのは学習率だけです。",
    "lr * average", "lr * len(shards) * average",
)
exercise.slip(
    "divides_the_learning_rate",
    "ワーカーの数で、もう一度割っています。平均した勾配に掛けるのは、学習率そのものです。",
    "lr * average", "lr / len(shards) * average",
)
exercise.slip(
    "updates_once",
    "更新が 1 回だけです。return は for の外に置き、steps 回くり返します。",
    "range(steps)", "range(1)",
)
exercise.slip(
    "takes_one_step_too_few",
    "更新が 1 回足りません。range(steps) なら、ちょうど steps 回くり返します。",
    "range(steps)", "range(1, steps)",
)
exercise.slip(
    "takes_one_step_too_many",
    "更新が 1 回多くなっています。range(steps) なら、ちょうど steps 回くり返します。",
    "range(steps)", "range(steps + 1)",
)
exercise.slip(
    "asks_one_worker_in_each_step",
    "1 回の更新に、1 人の勾配しか使っていません。どの回も、全員の勾配を平均します。",
    LOOP,
    "    for step in range(steps):\n"
    "        theta = theta - lr * gradient(theta, shards[step % len(shards)])",
)
exercise.slip(
    "stays_at_the_first_theta",
    "2 回目からも、はじめの theta で勾配を求めています。更新した theta で、全員が求め直します。",
    "    for _ in range(steps):\n"
    "        gradients = [gradient(theta, shard) for shard in shards]\n",
    "    gradients = [gradient(theta, shard) for shard in shards]\n"
    "    for _ in range(steps):\n",
)
exercise.slip(
    "starts_anew_in_each_step",
    "どの回も、はじめの theta から引いています。引いた結果を theta に入れ、次の回に引き継ぎます。",
    LOOP,
    "    start = theta\n"
    "    for _ in range(steps):\n"
    "        gradients = [gradient(theta, shard) for shard in shards]\n"
    "        theta = start - lr * average_gradients(gradients, sizes)",
)
exercise.slip(
    "averages_at_the_end",
    "各ワーカーが最後まで別々に学習し、そのあとで平均しています。平均は、更新のたびに行います。",
    LOOP + "\n    return theta",
    "    own = [theta for _ in shards]\n"
    "    for _ in range(steps):\n"
    "        own = [t - lr * gradient(t, shard) for t, shard in zip(own, shards)]\n"
    "    return average_gradients(own, sizes)",
)
exercise.slip(
    "uses_the_first_shard",
    "最初のワーカーのデータだけで学習しています。全員の勾配を合わせます。",
    "average_gradients(gradients, sizes)", "gradients[0]",
)
exercise.slip(
    "climbs_the_gradient",
    "勾配を足しています。損失を減らすには、勾配の逆の向きに進みます。",
    "theta - lr", "theta + lr",
)
exercise.slip(
    "forgets_the_learning_rate",
    "学習率を掛けていません。引くのは、lr と平均した勾配の積です。",
    "lr * average", "average",
)
exercise.slip(
    "writes_into_theta",
    "-= は、渡された theta そのものを変えます。theta = theta - … と書くと、新しいテンソルになります。",
    "theta = theta - lr", "theta -= lr",
)
exercise.slip(
    "returns_the_history",
    "途中のパラメータまで、リストで返しています。返すのは、最後のパラメータだけです。",
    LOOP + "\n    return theta",
    "    history = []\n"
    "    for _ in range(steps):\n"
    "        gradients = [gradient(theta, shard) for shard in shards]\n"
    "        theta = theta - lr * average_gradients(gradients, sizes)\n"
    "        history.append(theta)\n"
    "    return history",
)


@exercise.right
def one_worker_with_all_data(gradient, theta, shards, lr, steps):
    everything = torch.cat(shards)
    for _ in range(steps):
        theta = theta - lr * gradient(theta, everything)
    return theta


@exercise.right
def loop(gradient, theta, shards, lr, steps):
    theta = theta.clone()
    for _ in range(steps):
        total, count = torch.zeros_like(theta), 0
        for shard in shards:
            total += shard.shape[0] * gradient(theta, shard)
            count += shard.shape[0]
        theta -= lr * total / count
    return theta


@exercise.right
def averages_the_parameters(gradient, theta, shards, lr, steps):
    sizes = [len(shard) for shard in shards]
    for _ in range(steps):
        copies = [theta - lr * gradient(theta, shard) for shard in shards]
        theta = average_gradients(copies, sizes)
    return theta


@exercise.right
def recursive(gradient, theta, shards, lr, steps):
    if steps == 0:
        return theta
    mean = sum(len(s) * gradient(theta, s) for s in shards) / sum(len(s) for s in shards)
    return sync_sgd(gradient, theta - lr * mean, shards, lr, steps - 1)
