"""column_parallel: a linear layer whose weight is split by output, and the outputs are joined."""

import numpy as np
import torch
import torch.nn.functional as F

from checker.exercise import Exercise
from lessons.model_parallel import column_parallel

exercise = Exercise(
    column_parallel,
    title="重みを出力で分ける",
    statement=(
        "全結合層の重みを出力のニューロンで分け、ワーカーごとに受け持たせます。"
        "どのワーカーも入力 `x` [batch, in] の全体を持ち、自分の出力 [batch, out_i] を計算します。"
        "`shards[i]` はワーカー i の重みで、`torch.nn.Linear` と同じ [出力, 入力] の順なので、形は [out_i, in] です。"
        "全員の出力を、ワーカーの順につないで返します。"
        "`out_i` はワーカーごとに違うことがあり、バイアスはありません。"
        "戻り値は、`x` と同じ型の新しいテンソル [batch, out_i の合計] です。"
    ),
    difficulty=1,
    minutes=7,
    points=2,
    hints=(
        "まず、1 つのワーカーの出力を計算します。それを全員について行い、最後につなぎます。",
        "重みは [出力, 入力] の順なので、入力 [batch, in] に掛ける前に転置します。",
        "1 つのワーカーの出力は `x @ shard.T` です。形は [batch, out_i] になります。",
        "`torch.cat(リスト, dim=d)` は、テンソルを軸 d の方向につなぎます。出力が並ぶ軸は 1 です。",
        "`[x @ shard.T for shard in shards]` を、`torch.cat` で `dim=1` の方向につなぎます。",
    ),
)

EXAMPLE = (
    torch.tensor([[1.0, 2.0]]),
    [torch.tensor([[1.0, 0.0], [1.0, 1.0]]), torch.tensor([[2.0, -1.0]])],
)


@exercise.example
def example() -> str:
    x, shards = EXAMPLE
    first, second = (column_parallel(x, [shard]).tolist() for shard in shards)
    return (
        f"`x` が `{x.tolist()}`、`shards` が `{[shard.tolist() for shard in shards]}` とします。"
        f"ワーカー 0 の出力は `{first}`、ワーカー 1 の出力は `{second}` です。"
        f"つないだ `{column_parallel(x, shards).tolist()}` が答えです。"
    )


def split(rng, batch: int, inputs: int, outputs: list[int], dtype=torch.float32) -> tuple:
    """x [batch, inputs], and a shard [outputs_i, inputs] for each worker."""
    shapes = [(batch, inputs), *((o, inputs) for o in outputs)]
    x, *shards = (torch.tensor(rng.normal(0, 1, shape), dtype=dtype) for shape in shapes)
    return x, shards


@exercise.cases
def cases(rng):
    yield "基本", split(rng, 3, 5, [2, 4])
    yield "問題文の例", EXAMPLE
    yield "ワーカーが 3 つで、出力の数が違う", split(rng, 4, 6, [3, 1, 5])
    yield "ワーカーが 4 つで、出力の数が同じ", split(rng, 3, 6, [2, 2, 2, 2])
    yield "ワーカーが 1 つだけ", split(rng, 4, 3, [5])
    yield "重みが正方形", split(rng, 5, 3, [3, 3])
    yield "件数も入力も出力も同じ", split(rng, 3, 3, [3, 3, 3])
    yield "1 件だけ", split(rng, 1, 6, [3, 2])
    yield "入力が 1 個", split(rng, 4, 1, [2, 3])
    yield "どのワーカーの出力も 1 個", split(rng, 2, 4, [1, 1, 1])
    yield "すべて 1 個", split(rng, 1, 1, [1])
    x, shards = split(rng, 3, 4, [2, 3])
    yield "同じ重みのワーカー", (x, [shards[0], shards[1], shards[0].clone()])
    yield "0 の入力がある", (x.masked_fill(torch.arange(4) % 2 == 1, 0), shards)
    yield "とても大きい値", (x * 1e6, shards)
    yield "倍精度", split(rng, 3, 4, [2, 5], torch.float64)


@exercise.wrong(
    "全員の出力を足しています。どの出力も別のニューロンのものなので、足さずにつなぎます。"
)
def adds_the_outputs(x, shards):
    return sum(x @ shard.T for shard in shards)


@exercise.wrong("件数の方向（dim=0）につないでいます。出力が並ぶのは軸 1 です。")
def joins_along_the_batch(x, shards):
    return torch.cat([x @ shard.T for shard in shards], dim=0)


@exercise.wrong(
    "重みを転置していません。重みは [出力, 入力] の順なので、x に掛ける前に .T を付けます。"
)
def forgets_to_transpose(x, shards):
    return torch.cat([x @ shard for shard in shards], dim=1)


@exercise.wrong("stack は新しい軸を作り、3 次元になります。同じ軸につなぐには cat を使います。")
def stacks_the_outputs(x, shards):
    return torch.stack([x @ shard.T for shard in shards], dim=1)


@exercise.wrong(
    "全員の出力を平均しています。どの出力も別のニューロンのものなので、平均せずにつなぎます。"
)
def averages_the_outputs(x, shards):
    return sum(x @ shard.T for shard in shards) / len(shards)


# Whatever asks for other inputs than there are ends in the same error: the sentence fits them all.
@exercise.wrong(
    "ワーカーが 2 つ以上のとき、x と重みの入力の数が合っていません。"
    "どのワーカーも x の全体を使います。重みは、出力の方向（軸 0）に分かれています。"
)
def splits_the_input(x, shards):
    parts = x.tensor_split(len(shards), dim=1)
    return torch.cat([part @ shard.T for part, shard in zip(parts, shards, strict=True)], dim=1)


# Of a single input, chunk makes one part, where the other ways make empty ones.
@exercise.wrong(
    "x を列で分けています。どのワーカーも x の全体を使います。分けるのは、重みの出力だけです。"
)
def chunks_the_input(x, shards):
    parts = x.chunk(len(shards), dim=1)
    return torch.cat([part @ shard.T for part, shard in zip(parts, shards, strict=False)], dim=1)


@exercise.wrong(
    "件をワーカーに分けています。それはデータ並列です。ここでは、どのワーカーもすべての件を計算します。"
)
def splits_the_batch(x, shards):
    parts = x.tensor_split(len(shards))
    return torch.cat([part @ shard.T for part, shard in zip(parts, shards, strict=True)], dim=1)


@exercise.wrong("1 つのワーカーの出力しか返していません。全員の出力をつなぎます。")
def returns_one_output(x, shards):
    return x @ shards[0].T


@exercise.wrong(
    "最後のワーカーの出力しか残っていません。リストにためてから、全員の出力をつなぎます。"
)
def keeps_the_last_output(x, shards):
    for shard in shards:
        output = x @ shard.T
    return output


@exercise.wrong(
    "出力をワーカーごとのリストで返しています。torch.cat で 1 つのテンソルにつなぎます。"
)
def returns_a_list(x, shards):
    return [x @ shard.T for shard in shards]


@exercise.wrong(
    "どのワーカーの出力の数も、最初のワーカーと同じとみなしています。out_i はワーカーごとに違うことがあります。"
)
def assumes_equal_shards(x, shards):
    size = shards[0].shape[0]
    joined = torch.zeros(x.shape[0], size * len(shards), dtype=x.dtype)
    for i, shard in enumerate(shards):
        joined[:, i * size : (i + 1) * size] = x @ shard.T
    return joined


@exercise.wrong(
    "出力を交互に並べています。ワーカー 0 の出力をすべて並べてから、ワーカー 1 の出力を並べます。"
)
def interleaves_the_outputs(x, shards):
    return torch.stack([x @ shard.T for shard in shards], dim=2).flatten(1)


@exercise.wrong("戻り値が [出力, 件数] の順になっています。[件数, 出力] の順で返してください。")
def returns_outputs_first(x, shards):
    return torch.cat([shard @ x.T for shard in shards], dim=0)


@exercise.wrong("型がいつも float32 になっています。x と同じ dtype を指定してください。")
def always_returns_float32(x, shards):
    joined = torch.zeros(x.shape[0], sum(shard.shape[0] for shard in shards))
    start = 0
    for shard in shards:
        joined[:, start : start + shard.shape[0]] = x @ shard.T
        start += shard.shape[0]
    return joined


@exercise.right
def joins_the_weights(x, shards):
    return F.linear(x, torch.cat(shards))


@exercise.right
def numpy_minded(x, shards):
    outputs = [x.numpy() @ shard.numpy().T for shard in shards]
    return torch.from_numpy(np.concatenate(outputs, axis=1))


@exercise.right
def loop(x, shards):
    columns = []
    for shard in shards:
        for weights in shard:
            columns.append((x * weights).sum(dim=1))
    return torch.stack(columns, dim=1)


@exercise.right
def fills_in(x, shards):
    joined = torch.empty(x.shape[0], sum(shard.shape[0] for shard in shards), dtype=x.dtype)
    start = 0
    for shard in shards:
        end = start + shard.shape[0]
        joined[:, start:end] = x @ shard.T
        start = end
    return joined
