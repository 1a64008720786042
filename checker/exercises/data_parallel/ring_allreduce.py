"""ring_allreduce: everyone ends with the sum, in memory of their own."""

import numpy as np
import torch
from torch import Tensor

from checker.exercise import Exercise
from lessons.data_parallel import ring_allreduce

exercise = Exercise(
    ring_allreduce,
    title="リング all-reduce",
    statement=(
        "n 人のワーカーが 1 本ずつ持つベクトルを足し合わせ、同じ和を全員が持つようにします。"
        "はじめに、各ベクトルを `torch.tensor_split` で n 個のチャンクに分けます。"
        "reduce-scatter では、輪の左どなりから届いたチャンクを、自分の同じ番号のチャンクに足します。"
        "all-gather では、完成したチャンクを輪に回し、受け取った人が自分のチャンクと置き換えます。"
        "判定するのは結果の値とメモリで、手順は問いません。"
        "n 個の和は、互いにも元のベクトルとも、メモリを共有しません。"
    ),
    difficulty=3,
    minutes=20,
    points=4,
    hints=(
        "`chunks[w][c]` を、ワーカー w が持つ c 番のチャンクとします。"
        "`list(torch.tensor_split(vector, n))` で、1 人分のリストができます。",
        "ワーカー w の右どなりは `(w + 1) % n` です。輪なので、最後の人の右は 0 番です。",
        "どの回も、w は 1 つのチャンクを右に送ります。"
        "step 回目（0 から数えます）に送るのは、`(w - step) % n` 番です。",
        "全部で 2(n−1) 回です。`step < n - 1` の間は足し、そのあとは置き換えます。"
        "n−1 回で、どのチャンクの和も、誰か 1 人のところにそろうからです。",
        "足すときは `a = a + b` と書きます。`+=` は元のベクトルを書き換えます。",
        "最後に `[torch.cat(parts) for parts in chunks]` を返すと、1 人ずつ別のテンソルになります。",
    ),
)

EXAMPLE = ([torch.tensor([1.0, 2.0, 3.0]), torch.tensor([10.0, 20.0, 30.0])],)


@exercise.example
def example() -> str:
    (vectors,) = EXAMPLE
    first, second = (torch.tensor_split(v, 2) for v in vectors)
    results = [r.tolist() for r in ring_allreduce(vectors)]
    sums = [(a + b).tolist() for a, b in zip(first, second, strict=True)]
    return (
        f"2 人のベクトルは `{vectors[0].tolist()}` と `{vectors[1].tolist()}` です。"
        f"`torch.tensor_split(vector, 2)` は、0 番の人のベクトルを `{first[0].tolist()}` と "
        f"`{first[1].tolist()}` に分けます。"
        f"0 番のチャンクは 1 番の人のところで `{sums[0]}` に、"
        f"1 番のチャンクは 0 番の人のところで `{sums[1]}` になります。"
        f"2 つを配り合った `{results}` が答えです。"
    )


def drawn(rng, n, length, dtype=torch.float32) -> list[Tensor]:
    """The vectors of n workers, each around a value of its own."""
    return [
        torch.tensor(rng.normal(0, 0.5, length) + rng.uniform(1, 3) * (w + 1), dtype=dtype)
        for w in range(n)
    ]


@exercise.cases
def cases(rng):
    yield "基本", (drawn(rng, 3, 6),)
    yield "問題文の例", EXAMPLE
    yield "ワーカーが 1 人", (drawn(rng, 1, 4),)
    yield "ワーカーが 2 人", (drawn(rng, 2, 4),)
    yield "ワーカーが多い", (drawn(rng, 7, 14),)
    yield "長さが割り切れない", (drawn(rng, 4, 4 * int(rng.integers(2, 5)) + 3),)
    yield "ワーカーより短いベクトル", (drawn(rng, 5, 3),)
    yield "値が 1 個のベクトル", (drawn(rng, 3, 1),)
    one, other = drawn(rng, 2, 6)
    yield "同じベクトルのワーカーが 2 人", ([one, other, one.clone()],)
    yield "0 のベクトルのワーカー", ([one, torch.zeros(6), other],)
    yield "負の値", ([-vector for vector in drawn(rng, 4, 8)],)
    yield "倍精度", (drawn(rng, 4, 8, torch.float64),)


@exercise.observe
def observer(answer, vectors):
    value = answer(vectors)
    shared = False
    if type(value) is list and all(type(v) is torch.Tensor for v in value):
        kept = [v.detach().clone() for v in value]
        for i, written in enumerate(value):
            # Whoever has memory of their own does not see what is written into another's.
            written.detach().add_(1)
            others = [j for j in range(len(value)) if j != i]
            shared |= any(not torch.equal(value[j], kept[j]) for j in others)
            written.detach().copy_(kept[i])
    return {"戻り値": value, "戻り値どうしのメモリ": "共有しています" if shared else "別々です"}


exercise.slip(
    "skips_the_gathering",
    "reduce-scatter で終わっています。和がそろったチャンクは 1 人に 1 つなので、all-gather で全員に配ります。",
    "range(2 * (n - 1))", "range(n - 1)",
)
exercise.slip(
    "stops_one_round_early",
    "all-gather が 1 回足りません。足すのに n−1 回、配るのに n−1 回で、合わせて 2(n−1) 回です。",
    "range(2 * (n - 1))", "range(2 * (n - 1) - 1)",
)
exercise.slip(
    "spreads_unsummed_chunks",
    "まだ和になっていないチャンクを配っています。"
    "reduce-scatter では届いたチャンクを足し、all-gather では、和のそろったチャンクから送ります。",
    "if step < n - 1:", "if step < 0:",
)
exercise.slip(
    "adds_while_gathering",
    "all-gather でも足しています。届くのは完成した和なので、自分のチャンクと置き換えます。",
    "if step < n - 1:", "if step >= 0:",
)
exercise.slip(
    "sends_the_same_chunk",
    "どの回も、同じ番号のチャンクを送っています。1 回ごとに、番号を 1 つずつ戻します。",
    "(worker - step) % n", "worker",
)
exercise.slip(
    "writes_into_the_vectors",
    "分けたチャンクは、元のベクトルの一部です。+= で足すと元も変わるので、a = a + b と書きます。",
    "chunks[right][c] = chunks[right][c] + chunks[worker][c]", "chunks[right][c] += chunks[worker][c]",
)


@exercise.wrong("1 つの和を、全員で共有しています。1 人が書き換えると全員の値が変わるので、人数分を複製します。")
def shares_one_total(vectors):
    return [torch.stack(vectors).sum(dim=0)] * len(vectors)


@exercise.wrong("和を 1 つだけ返しています。all-reduce では、全員が和を持つので、n 個のリストを返します。")
def returns_one_sum(vectors):
    return torch.stack(vectors).sum(dim=0)


@exercise.wrong("1 本のテンソルにまとめて返しています。ワーカーごとに分けた、リストで返します。")
def returns_a_matrix(vectors):
    return torch.stack(vectors).sum(dim=0).repeat(len(vectors), 1)


@exercise.wrong("ベクトルをつないでいます（all-gather）。all-reduce では、同じ場所の値を足します。")
def joins_the_vectors(vectors):
    return [torch.cat(vectors) for _ in vectors]


@exercise.wrong("自分が受け持つチャンクの和だけです。all-gather で全員のチャンクを集め、つないで返します。")
def keeps_its_own_chunk(vectors):
    n, total = len(vectors), torch.stack(vectors).sum(dim=0)
    return [chunk.clone() for chunk in torch.tensor_split(total, n)]


@exercise.wrong("0 番のワーカーだけが和を持っています（reduce）。all-reduce では、全員が同じ和を持ちます。")
def reduces_to_the_first(vectors):
    return [torch.stack(vectors).sum(dim=0), *(v.clone() for v in vectors[1:])]


@exercise.wrong("平均になっています。求めるのは和なので、人数では割りません。")
def takes_the_mean(vectors):
    return [torch.stack(vectors).mean(dim=0) for _ in vectors]


@exercise.wrong("左どなりの分しか足していません。全員の分が届くまで、n−1 回くり返します。")
def adds_one_neighbour(vectors):
    return [vectors[w] + vectors[w - 1] if len(vectors) > 1 else vectors[0].clone()
            for w in range(len(vectors))]  # fmt: skip


@exercise.wrong("自分のベクトルを足していません。和には、自分の分も入ります。")
def leaves_itself_out(vectors):
    total = torch.stack(vectors).sum(dim=0)
    return [total - v for v in vectors]


@exercise.wrong("届いたものを次の回にも足しているので、同じ値を何度も足しています。チャンクごとに 1 回ずつ足します。")
def adds_again_and_again(vectors):
    held = [v.clone() for v in vectors]
    for _ in range(len(vectors) - 1):
        for w in range(len(vectors)):
            held[w] = held[w] + held[w - 1]
    return held


@exercise.wrong("割り切れない余りを落としています。torch.tensor_split なら、余りも分けてくれます。")
def drops_the_rest(vectors):
    n = len(vectors)
    length = len(vectors[0]) // n * n
    total = torch.stack(vectors)[:, :length].sum(dim=0)
    return [total.clone() for _ in vectors]


@exercise.wrong("ベクトルの中の値まで足しています。足すのはワーカーについてだけなので、dim=0 を指定します。")
def sums_the_values_too(vectors):
    return [torch.stack(vectors).sum() for _ in vectors]


@exercise.wrong("同じベクトルを 1 人分と数えています。同じ値でも、1 人ずつ足します。")
def adds_equal_vectors_once(vectors):
    total = torch.stack(vectors).unique(dim=0).sum(dim=0)
    return [total.clone() for _ in vectors]


@exercise.right
def one_sum_copied(vectors):
    total = torch.zeros_like(vectors[0])
    for vector in vectors:
        total += vector
    return [total.clone() for _ in vectors]


@exercise.right
def whole_vectors_round_the_ring(vectors):
    n, held = len(vectors), [v.clone() for v in vectors]
    moving = list(vectors)
    for _ in range(n - 1):
        moving = [moving[w - 1] for w in range(n)]
        held = [held[w] + moving[w] for w in range(n)]
    return held


@exercise.right
def rows_of_a_matrix(vectors):
    return list(torch.stack(vectors).sum(dim=0).repeat(len(vectors), 1))


@exercise.right
def numpy_minded(vectors):
    total = np.sum([vector.numpy() for vector in vectors], axis=0)
    return [torch.tensor(total) for _ in vectors]
