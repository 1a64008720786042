"""federated_average: the clients' parameters, name by name, weighted by their samples."""

import copy
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from checker.exercise import Exercise
from lessons.data_parallel import federated_average

exercise = Exercise(
    federated_average,
    title="連合学習の平均（FedAvg）",
    statement=(
        "クライアントが学習したパラメータを、名前ごとに平均します。"
        "`states` は、クライアントごとの、名前とテンソルの辞書です。"
        "名前と形はどのクライアントも同じですが、名前の並ぶ順は違うことがあります。"
        "件数 `n_samples` の多いクライアントほど、その分だけ大きく数えます。"
        "戻り値は同じ名前の辞書で、形と型は元のテンソルと同じです。"
        "元のテンソルは書き換えず、メモリも共有しません。"
    ),
    difficulty=2,
    minutes=8,
    points=2,
    hints=(
        "名前を 1 つ決めれば、勾配を件数で平均したときと同じ計算です。",
        "名前は `for name in states[0]:` で 1 つずつ取り出せます。",
        "名前ごとに、件数の割合 `n / sum(n_samples)` を掛けて、全員の `state[name]` を足します。",
        "`total = sum(n_samples)` として、1 つの名前の平均は "
        "`sum(n / total * state[name] for n, state in zip(n_samples, states))` です。",
        "`{name: 平均 for name in states[0]}` という辞書を返します。",
    ),
)

EXAMPLE = (
    [
        {"weight": torch.tensor([1.0, 2.0]), "bias": torch.tensor([0.0])},
        {"weight": torch.tensor([5.0, -2.0]), "bias": torch.tensor([8.0])},
    ],
    [30, 10],
)


@exercise.example
def example() -> str:
    (one, other), (many, few) = EXAMPLE
    shown = [{name: t.tolist() for name, t in state.items()} for state in (one, other)]
    mean = {name: t.tolist() for name, t in federated_average(*EXAMPLE).items()}
    a, b = shown[0]["bias"][0], shown[1]["bias"][0]
    return (
        f"{many} 件のクライアントのパラメータが `{shown[0]}`、"
        f"{few} 件のクライアントのパラメータが `{shown[1]}` とします。"
        f"`bias` は ({many} × {a:g} + {few} × {b:g}) ÷ {many + few} = {mean['bias'][0]:g} です。"
        f"答えは `{mean}` です。"
    )


SHAPES = {"weight": (2, 3), "bias": (2,)}


def clients(rng, count, shapes=None, dtype=torch.float32) -> list[dict[str, Tensor]]:
    """Parameters of so many clients; the shape of each name, or its shape and dtype."""
    return [
        {
            name: torch.tensor(rng.normal(0, 1, shape), dtype=dtype)
            for name, shape in (shapes or SHAPES).items()
        }
        for _ in range(count)
    ]


def sizes(rng, count) -> list[int]:
    """Different numbers of samples, neither the most nor the fewest first."""
    counts = sorted(rng.choice(np.arange(5, 90), count, replace=False).tolist())
    return [counts[1], counts[-1], counts[0], *counts[2:-1]] if count > 2 else counts


def showing(draw: Callable, rng) -> tuple[list[dict[str, Tensor]], list[int]]:
    """Clients with which shares that were rounded to float32 show in every double."""
    rounding = exercise.wrongs["rounds_the_shares"].function
    while True:
        states, counts = draw(), sizes(rng, 3)
        exact, rounded = federated_average(states, counts), rounding(states, counts)
        doubles = [name for name in exact if exact[name].dtype == torch.float64]
        apart = [(exact[name] - rounded[name]).abs().max() / exact[name].abs().max() for name in doubles]
        if min(apart) > 4e-8:
            return states, counts


@exercise.cases
def cases(rng):
    yield "基本", (clients(rng, 3), sizes(rng, 3))
    yield "問題文の例", EXAMPLE
    yield "件数が全員等しい", (clients(rng, 3), [int(rng.integers(5, 90))] * 3)
    yield "クライアントが 1 人", (clients(rng, 1), sizes(rng, 1))
    yield "クライアントが多い", (clients(rng, 7), sizes(rng, 7))
    yield "1 件だけのクライアント", (clients(rng, 3), [int(rng.integers(9, 40)), 1, 1])
    yield "名前が 1 つだけ", (clients(rng, 2, {"scale": (4,)}), sizes(rng, 2))
    layers = {"0.weight": (4, 3), "0.bias": (4,), "2.weight": (2, 4), "2.bias": (2,)}
    yield "2 つの層", (clients(rng, 3, layers), sizes(rng, 3))
    norm = clients(rng, 3, {"weight": (4,), "bias": (4,)})
    norm[1] = dict(reversed(norm[1].items()))
    yield "名前の並ぶ順が違う", (norm, sizes(rng, 3))
    same = clients(rng, 2)
    yield "同じパラメータのクライアント", ([*same, copy.deepcopy(same[0])], sizes(rng, 3))
    yield "値が 1 個（0 次元）", (clients(rng, 3, {"temperature": ()}), sizes(rng, 3))

    def both() -> list[dict[str, Tensor]]:
        norms = clients(rng, 3, {"norm": (3,)}, torch.float64)
        return [one | norm for one, norm in zip(clients(rng, 3), norms, strict=True)]

    yield "名前によって型が違う", showing(both, rng)
    yield "倍精度", showing(lambda: clients(rng, 3, dtype=torch.float64), rng)


exercise.slip(
    "takes_the_plain_mean",
    "件数を使わずに平均しています。件数の多いクライアントを、その分だけ大きく数えます。",
    "n / total", "1 / len(states)",
)
exercise.slip(
    "adds_the_states",
    "足しただけで、平均していません。件数の割合 n / total を掛けて足します。",
    "n / total *", "1.0 *",
)
exercise.slip(
    "forgets_to_divide",
    "件数を掛けて足しましたが、割っていません。件数の合計で割ります。",
    "n / total", "n",
)
exercise.slip(
    "divides_by_the_clients",
    "クライアントの数で割っています。件数を掛けたので、割るのは件数の合計です。",
    "n / total", "n / len(states)",
)
exercise.slip(
    "divides_twice",
    "件数の合計で割ったあと、さらにクライアントの数で割っています。割るのは 1 回だけです。",
    "n / total", "n / total / len(states)",
)
exercise.slip(
    "weighs_the_small_ones_more",
    "件数の少ないクライアントほど、重くなっています。重みは件数に比例します。",
    "n / total", "1 / n / sum(1 / m for m in n_samples)",
)
exercise.slip(
    "cuts_the_shares_off",
    "// は小数点から下を切り捨てるので、割合が 0 になります。/ で割ってください。",
    "n / total", "n // total",
)
exercise.slip(
    "rounds_the_shares",
    "件数の割合が float32 に丸まっています。テンソルにせず、n / sum(n_samples) という Python の数で掛けます。",
    "n / total *", "(torch.tensor(n) / total) *",
)
exercise.slip(
    "takes_the_first_client",
    "最初のクライアントのパラメータだけを使っています。全員の state[name] を足します。",
    "state[name]", "states[0][name]",
)
exercise.slip(
    "averages_the_values_too",
    "テンソルの中の値まで平均しています。平均するのは、クライアントについてだけです。",
    "state[name]", "state[name].mean()",
)
exercise.slip(
    "pairs_by_position",
    "並ぶ順でテンソルを組にしています。順はクライアントごとに違うので、state[name] と名前で取り出します。",
    "state[name]", "list(state.values())[list(states[0]).index(name)]",
)
exercise.slip(
    "returns_a_list",
    "テンソルのリストを返しています。{名前: 平均} という辞書を返します。",
    "    return {\n"
    "        name: sum(n / total * state[name] for n, state in zip(n_samples, states, strict=True))\n"
    "        for name in states[0]\n"
    "    }",
    "    return [\n"
    "        sum(n / total * state[name] for n, state in zip(n_samples, states, strict=True))\n"
    "        for name in states[0]\n"
    "    ]",
)


@exercise.wrong("件数の最も多いクライアントのパラメータを選んでいます。全員の平均を求めます。")
def takes_the_largest_client(states, n_samples):
    return states[n_samples.index(max(n_samples))]


@exercise.wrong("最初の名前だけを平均しています。return は、名前の for の外に置きます。")
def returns_inside_the_loop(states, n_samples):
    result = {}
    for name in states[0]:
        pairs = zip(n_samples, states, strict=True)
        result[name] = sum(n / sum(n_samples) * state[name] for n, state in pairs)
        return result


@exercise.wrong("weight だけを平均して、ほかは最初のクライアントのままです。すべての名前を平均します。")
def averages_only_the_weights(states, n_samples):
    def mean(name):
        pairs = zip(n_samples, states, strict=True)
        return sum(n / sum(n_samples) * state[name] for n, state in pairs)

    return {name: mean(name) if "weight" in name else states[0][name].clone() for name in states[0]}


@exercise.wrong("最初のクライアントを 2 回足しています。0 から始めるか、2 人目から足します。")
def counts_the_first_twice(states, n_samples):
    result = {}
    for name in states[0]:
        total = n_samples[0] * states[0][name]
        for n, state in zip(n_samples, states, strict=True):
            total = total + n * state[name]
        result[name] = total / sum(n_samples)
    return result


@exercise.wrong("足さずに上書きしています。最後のクライアントだけが残るので、前の値に足していきます。")
def overwrites_instead_of_adding(states, n_samples):
    return {name: n_samples[-1] / sum(n_samples) * states[-1][name] for name in states[0]}


@exercise.wrong("最初のクライアントの辞書に書き込んでいます。新しい辞書とテンソルを作ってください。")
def writes_into_the_first_state(states, n_samples):
    result = states[0]
    for name in result:
        result[name] *= n_samples[0] / sum(n_samples)
        for n, state in zip(n_samples[1:], states[1:], strict=True):
            result[name] += n / sum(n_samples) * state[name]
    return result


@exercise.wrong("型がいつも float32 になっています。torch.zeros_like(states[0][name]) なら、元と同じ型です。")
def always_returns_float32(states, n_samples):
    result = {}
    for name in states[0]:
        result[name] = torch.zeros(states[0][name].shape)
        for n, state in zip(n_samples, states, strict=True):
            result[name] += n / sum(n_samples) * state[name]
    return result


@exercise.right
def loop(states, n_samples):
    result = {}
    for name in states[0]:
        total = torch.zeros_like(states[0][name])
        for i in range(len(states)):
            total += n_samples[i] * states[i][name]
        result[name] = total / sum(n_samples)
    return result


@exercise.right
def numpy_minded(states, n_samples):
    return {
        name: torch.tensor(
            np.average([state[name].numpy() for state in states], axis=0, weights=n_samples),
            dtype=tensor.dtype,
        )
        for name, tensor in states[0].items()
    }


@exercise.right
def copies_and_adds(states, n_samples):
    result = {name: states[0][name].clone() for name in sorted(states[0])}
    for name, tensor in result.items():
        tensor *= n_samples[0] / sum(n_samples)
        for n, state in zip(n_samples[1:], states[1:], strict=True):
            tensor += n / sum(n_samples) * state[name]
    return result
