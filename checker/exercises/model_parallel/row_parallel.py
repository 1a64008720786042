"""row_parallel: a linear layer whose weight is split by input, and the partial results are added."""

import numpy as np
import torch
import torch.nn.functional as F

from checker.exercise import Exercise
from lessons.model_parallel import row_parallel

exercise = Exercise(
    row_parallel,
    title="重みを入力で分ける",
    statement=(
        "全結合層の重みを入力で分け、ワーカーごとに受け持たせます。"
        "`shards[i]` はワーカー i の重みで、`torch.nn.Linear` と同じ [出力, 入力] の順なので、形は [out, in_i] です。"
        "ワーカー 0 は `x` の先頭の in_0 列、ワーカー 1 はその次の in_1 列というように、順に列を受け持ちます。"
        "各ワーカーは、自分の列と自分の重みだけから、部分和 [batch, out] を計算します。"
        "全員の部分和を足し合わせて返します（all-reduce）。"
        "`in_i` はワーカーごとに違うことがあり、バイアスはありません。"
    ),
    difficulty=2,
    minutes=10,
    points=2,
    hints=(
        "ワーカー i が `x` のどの列を受け持つかを、先に決めます。in_i は `shards[i].shape[1]` です。",
        "始まりの列を変数に持ち、ワーカーが 1 つ終わるごとに in_i だけ進めます。",
        "1 つのワーカーの部分和は `x[:, start:end] @ shard.T` です。形は [batch, out] です。",
        "`x.split([2, 3], dim=1)` は、x を 2 列と 3 列に分けます。列の数のリストを渡せます。",
        "分けた `x` と `shards` を `zip` で組にし、`part @ shard.T` を `sum` で足します。",
    ),
)

EXAMPLE = (
    torch.tensor([[1.0, 2.0, 3.0]]),
    [torch.tensor([[1.0, 0.0], [1.0, 1.0]]), torch.tensor([[2.0], [-1.0]])],
)


@exercise.example
def example() -> str:
    x, shards = EXAMPLE
    parts = x[:, :2], x[:, 2:]
    first, second = (
        row_parallel(part, [shard]).tolist() for part, shard in zip(parts, shards, strict=True)
    )
    return (
        f"`x` が `{x.tolist()}`、`shards` が `{[shard.tolist() for shard in shards]}` とします。"
        f"ワーカー 0 は `{parts[0].tolist()}` を受け持ち、部分和は `{first}` です。"
        f"ワーカー 1 は `{parts[1].tolist()}` を受け持ち、部分和は `{second}` です。"
        f"足した `{row_parallel(x, shards).tolist()}` が答えです。"
    )


def split(rng, batch: int, inputs: list[int], outputs: int, dtype=torch.float32) -> tuple:
    """x [batch, sum of inputs], and a shard [outputs, inputs_i] for each worker."""
    shapes = [(batch, sum(inputs)), *((outputs, i) for i in inputs)]
    x, *shards = (torch.tensor(rng.normal(0, 1, shape), dtype=dtype) for shape in shapes)
    return x, shards


@exercise.cases
def cases(rng):
    yield "基本", split(rng, 3, [2, 4], 5)
    yield "問題文の例", EXAMPLE
    yield "ワーカーが 3 つで、入力の数が違う", split(rng, 4, [3, 1, 5], 6)
    yield "ワーカーが 4 つで、入力の数が同じ", split(rng, 3, [2, 2, 2, 2], 5)
    yield "ワーカーが 1 つだけ", split(rng, 4, [5], 3)
    yield "重みが正方形", split(rng, 5, [3, 3], 3)
    yield "件数も入力も出力も同じ", split(rng, 3, [3, 3, 3], 3)
    yield "1 件だけ", split(rng, 1, [3, 4], 6)
    yield "出力が 1 個", split(rng, 4, [3, 2], 1)
    yield "どのワーカーの入力も 1 個", split(rng, 2, [1, 1, 1], 4)
    yield "すべて 1 個", split(rng, 1, [1], 1)
    x, shards = split(rng, 3, [2, 3], 4)
    yield "同じ重みのワーカー", (torch.cat([x, x[:, :2] + 1], dim=1), [*shards, shards[0].clone()])
    yield "0 の入力がある", (x.masked_fill(torch.arange(5) % 2 == 1, 0), shards)
    yield "とても大きい値", (x * 1e6, shards)
    yield "倍精度", split(rng, 3, [2, 4], 5, torch.float64)


@exercise.wrong("部分和をつないでいます。どれも同じニューロンの結果の一部なので、足し合わせます。")
def joins_the_results(x, shards):
    parts = x.split([shard.shape[1] for shard in shards], dim=1)
    return torch.cat([part @ shard.T for part, shard in zip(parts, shards, strict=True)], dim=1)


@exercise.wrong("どのワーカーにも x の先頭の列を渡しています。前のワーカーの続きの列から渡します。")
def gives_all_the_first_columns(x, shards):
    return sum(x[:, : shard.shape[1]] @ shard.T for shard in shards)


@exercise.wrong("x を同じ大きさに分けています。列の数 in_i は、ワーカーごとに違うことがあります。")
def splits_evenly(x, shards):
    parts = x.tensor_split(len(shards), dim=1)
    return sum(part @ shard.T for part, shard in zip(parts, shards, strict=True))


@exercise.wrong(
    "始まりの列を i × in_i で決めています。前のワーカーの列の数を、順に足して決めます。"
)
def starts_at_multiples(x, shards):
    total = torch.zeros(x.shape[0], shards[0].shape[0], dtype=x.dtype)
    for i, shard in enumerate(shards):
        size = shard.shape[1]
        total += x[:, i * size : (i + 1) * size] @ shard.T
    return total


@exercise.wrong(
    "始まりの列を、前のワーカーの列の数で置き換えています。それまでの始まりに足していきます。"
)
def forgets_the_earlier_workers(x, shards):
    total, start = torch.zeros(x.shape[0], shards[0].shape[0], dtype=x.dtype), 0
    for shard in shards:
        size = shard.shape[1]
        total += x[:, start : start + size] @ shard.T
        start = size
    return total


@exercise.wrong("部分和を平均しています。元の層の出力は、平均ではなく合計です。")
def averages_the_results(x, shards):
    parts = x.split([shard.shape[1] for shard in shards], dim=1)
    products = [part @ shard.T for part, shard in zip(parts, shards, strict=True)]
    return torch.stack(products).mean(dim=0)


@exercise.wrong("件の方向に足しています。足すのはワーカーについてなので、重ねた方向（dim=0）に足します。")
def adds_over_the_batch(x, shards):
    parts = x.split([shard.shape[1] for shard in shards], dim=1)
    products = [part @ shard.T for part, shard in zip(parts, shards, strict=True)]
    return torch.stack(products).sum(dim=1)


@exercise.wrong("最後のワーカーを足していません。range の終わりの数を確かめてください。")
def leaves_the_last_worker_out(x, shards):
    parts = x.split([shard.shape[1] for shard in shards], dim=1)
    total = torch.zeros(x.shape[0], shards[0].shape[0], dtype=x.dtype)
    for i in range(len(shards) - 1):
        total += parts[i] @ shards[i].T
    return total


@exercise.wrong(
    "重みを転置していません。重みは [出力, 入力] の順なので、x に掛ける前に .T を付けます。"
)
def forgets_to_transpose(x, shards):
    parts = x.split([shard.shape[1] for shard in shards], dim=1)
    return sum(part @ shard for part, shard in zip(parts, shards, strict=True))


# Whatever multiplies other columns than a worker has ends in the same error: it fits them all.
@exercise.wrong(
    "ワーカーが 2 つ以上のとき、x の列の数と重みの入力の数が合っていません。"
    "各ワーカーは、自分が受け持つ列だけを使います。"
)
def gives_all_the_whole_input(x, shards):
    return sum(x @ shard.T for shard in shards)


@exercise.wrong("x の行（件）を分けています。ここで分けるのは、列（入力）です。")
def splits_the_batch(x, shards):
    parts = x.split([shard.shape[1] for shard in shards], dim=0)
    return sum(part @ shard.T for part, shard in zip(parts, shards, strict=True))


@exercise.wrong("x の列を飛び飛びに配っています。各ワーカーは、となり合う列を受け持ちます。")
def deals_the_columns_out(x, shards):
    n = len(shards)
    return sum(x[:, i::n] @ shard.T for i, shard in enumerate(shards))


@exercise.wrong("最後のワーカーの結果しか残っていません。繰り返しの中で、+= で足していきます。")
def keeps_the_last_result(x, shards):
    parts = x.split([shard.shape[1] for shard in shards], dim=1)
    return parts[-1] @ shards[-1].T


@exercise.wrong("最初のワーカーの結果だけを返しています。全員の結果を足してから返します。")
def returns_the_first_result(x, shards):
    return x[:, : shards[0].shape[1]] @ shards[0].T


@exercise.wrong("部分和をリストで返しています。足し合わせて、1 つのテンソルにします。")
def returns_a_list(x, shards):
    parts = x.split([shard.shape[1] for shard in shards], dim=1)
    return [part @ shard.T for part, shard in zip(parts, shards, strict=True)]


@exercise.wrong("型がいつも float32 になっています。x と同じ dtype を指定してください。")
def always_returns_float32(x, shards):
    total, start = torch.zeros(x.shape[0], shards[0].shape[0]), 0
    for shard in shards:
        end = start + shard.shape[1]
        total += x[:, start:end] @ shard.T
        start = end
    return total


@exercise.right
def joins_the_weights(x, shards):
    return x @ torch.cat(shards, dim=1).T


@exercise.right
def numpy_minded(x, shards):
    ends = np.cumsum([shard.shape[1] for shard in shards])
    parts = np.split(x.numpy(), ends[:-1], axis=1)
    total = sum(part @ shard.numpy().T for part, shard in zip(parts, shards, strict=True))
    return torch.from_numpy(total)


@exercise.right
def loop(x, shards):
    total, start = torch.zeros(x.shape[0], shards[0].shape[0], dtype=x.dtype), 0
    for shard in shards:
        for j in range(shard.shape[1]):
            total += x[:, start + j, None] * shard[:, j]
        start += shard.shape[1]
    return total


@exercise.right
def stacks_and_sums(x, shards):
    sizes = [shard.shape[1] for shard in shards]
    parts = torch.split(x, sizes, dim=1)
    return torch.stack(
        [F.linear(part, shard) for part, shard in zip(parts, shards, strict=True)]
    ).sum(0)
