"""dead_neurons: the hidden neurons that no connection enters, or that no connection leaves."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.pruning import dead_neurons

exercise = Exercise(
    dead_neurons,
    title="取り除けるニューロンを探す",
    statement=(
        "結合を切ったあとに、取り除ける隠れニューロンを探します。"
        "入る結合が 1 本も残っていないニューロンは、取り除けます。"
        "出る結合が 1 本も残っていないニューロンも、取り除けます。"
        "`incoming` の行と `outgoing` の列が、隠れニューロン 1 個に当たります。"
        "戻り値は隠れニューロンごとの bool で、取り除けるものを True にします。"
    ),
    difficulty=2,
    minutes=8,
    points=2,
    hints=(
        "「入る結合がない」と「出る結合がない」を別々に求めてから、1 つに合わせます。",
        "隠れニューロンの軸は、`incoming` [hidden, in] では 0、`outgoing` [out, hidden] では 1 です。",
        "`mask.any(dim=d)` は、軸 d に沿って True が 1 つでもあるかを調べます。軸 d は消えます。",
        "入る結合があるかは `incoming.any(dim=1)`、出る結合があるかは `outgoing.any(dim=0)` です。",
        "それぞれを `~` で反転し、「または」を表す `|` でつなぎます。",
    ),
)


EXAMPLE = (
    torch.tensor([[True, False], [False, False], [True, True]]),
    torch.tensor([[True, True, False]]),
)


@exercise.example
def example() -> str:
    incoming, outgoing = EXAMPLE
    dead = dead_neurons(incoming, outgoing)
    return (
        f"`incoming` が `{incoming.tolist()}`、`outgoing` が `{outgoing.tolist()}` のとき、"
        f"答えは `{dead.tolist()}` です。"
        "2 番目のニューロンには入る結合がなく、3 番目のニューロンからは出る結合がありません。"
    )


def masks(rng, inputs, hidden, outputs) -> tuple[torch.Tensor, torch.Tensor]:
    """Masks with neurons of every kind.

    The first and the last one go: one lacks only incoming, one only outgoing connections. Between
    them one lacks both, and another one hangs on a single connection on each side.
    """
    incoming, outgoing = rng.random((hidden, inputs)) < 0.6, rng.random((outputs, hidden)) < 0.6
    each = np.arange(hidden)
    incoming[each, rng.integers(inputs, size=hidden)] = True
    outgoing[rng.integers(outputs, size=hidden), each] = True
    only_in, only_out = rng.permutation([0, hidden - 1])
    both, thin = 1 + rng.permutation(hidden - 2)[:2]
    incoming[[only_in, both, thin]] = False
    outgoing[:, [only_out, both, thin]] = False
    incoming[thin, rng.integers(inputs)] = outgoing[rng.integers(outputs), thin] = True
    return torch.tensor(incoming), torch.tensor(outgoing)


@exercise.cases
def cases(rng):
    def full(rows: int, columns: int, value: bool = True) -> torch.Tensor:
        return torch.full((rows, columns), value)

    yield "基本", masks(rng, 4, 7, 3)
    yield "基本", masks(rng, 5, 9, 4)  # no constant has both sizes
    yield "問題文の例", EXAMPLE
    yield "入力の多い層", masks(rng, 11, 6, 2)
    yield "入力も隠れ層も出力も同じ大きさ", masks(rng, 6, 6, 6)
    yield "入力が 1 個", masks(rng, 1, 6, 3)
    yield "出力が 1 個", masks(rng, 5, 6, 1)
    yield "すべての結合が残る", (full(5, 3), full(2, 5))
    yield "入る結合がすべて切れた", (full(4, 3, False), masks(rng, 3, 4, 5)[1])
    yield "出る結合がすべて切れた", (masks(rng, 5, 4, 3)[0], full(3, 4, False))
    yield "すべての結合が切れた", (full(4, 3, False), full(2, 4, False))
    yield "1 本ずつ残る", (torch.eye(5, 6, dtype=torch.bool), torch.eye(5, dtype=torch.bool))

    incoming, outgoing = full(5, 4), full(2, 5)
    incoming[0] = outgoing[:, -1] = False
    yield "最初のニューロンだけを取り除ける", (incoming, full(2, 5))
    yield "最後のニューロンだけを取り除ける", (full(5, 4), outgoing)

    one, none = torch.tensor([[False, True]]), torch.tensor([[False, False]])
    yield "隠れニューロンが 1 個", (one, one.T)
    yield "隠れニューロンが 1 個", (one, none.T)
    yield "隠れニューロンが 1 個", (none, one.T)


@exercise.wrong("両方の結合がないときだけ True です。片方がなければ、もう取り除けます。")
def demands_both(incoming, outgoing):
    return ~incoming.any(dim=1) & ~outgoing.any(dim=0)


@exercise.wrong("出る結合を調べていません。出る結合がなければ、計算した値は使われません。")
def looks_only_at_incoming(incoming, outgoing):
    return ~incoming.any(dim=1)


@exercise.wrong("入る結合を調べていません。入る結合がなければ、入力は何も届きません。")
def looks_only_at_outgoing(incoming, outgoing):
    return ~outgoing.any(dim=0)


@exercise.wrong("True と False が逆です。True は取り除けるニューロンを表します。")
def returns_the_living(incoming, outgoing):
    return incoming.any(dim=1) & outgoing.any(dim=0)


@exercise.wrong("any の結果をそのまま使っています。any は「結合が残っている」なので、~ で逆にします。")
def forgets_to_negate(incoming, outgoing):
    return incoming.any(dim=1) | outgoing.any(dim=0)


@exercise.wrong("結合が 1 本でも切れると True になります。all ではなく any で、残りがあるかを調べます。")
def asks_for_all_connections(incoming, outgoing):
    return ~incoming.all(dim=1) | ~outgoing.all(dim=0)


@exercise.wrong("調べる軸が逆です。隠れニューロンは、incoming では行、outgoing では列です。")
def takes_the_other_axes(incoming, outgoing):
    return ~incoming.any(dim=0) | ~outgoing.any(dim=1)


@exercise.wrong("残りが 1 本のニューロンまで取り除いています。取り除けるのは 0 本のときだけです。")
def counts_one_as_none(incoming, outgoing):
    return (incoming.sum(dim=1) <= 1) | (outgoing.sum(dim=0) <= 1)


@exercise.wrong("両方の結合がないニューロンが抜けています。^ ではなく | でつなぎます。")
def excludes_both(incoming, outgoing):
    return ~incoming.any(dim=1) ^ ~outgoing.any(dim=0)


@exercise.wrong("番号を返しています。隠れニューロンと同じ数の bool を返してください。")
def returns_indices(incoming, outgoing):
    return torch.nonzero(~incoming.any(dim=1) | ~outgoing.any(dim=0)).flatten()


@exercise.wrong("Python のリストを返しています。bool のテンソルを返してください。")
def returns_a_list(incoming, outgoing):
    return (~incoming.any(dim=1) | ~outgoing.any(dim=0)).tolist()


@exercise.right
def counts_the_paths(incoming, outgoing):
    paths = incoming.sum(dim=1) * outgoing.sum(dim=0)
    return paths == 0


@exercise.right
def numpy_minded(incoming, outgoing):
    alive = np.logical_and(incoming.numpy().any(axis=1), outgoing.numpy().any(axis=0))
    return torch.from_numpy(np.logical_not(alive))


@exercise.right
def loop(incoming, outgoing):
    dead = []
    for j in range(len(incoming)):
        enters = sum(incoming[j].tolist())
        leaves = sum(row[j] for row in outgoing.tolist())
        dead.append(enters == 0 or leaves == 0)
    return torch.tensor(dead)
