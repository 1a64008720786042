"""remove_neurons: the smaller layers that are left when hidden neurons go."""

import torch

from checker.exercise import Exercise
from lessons.pruning import remove_neurons

exercise = Exercise(
    remove_neurons,
    title="ニューロンを取り除いて層を小さくする",
    statement=(
        "`keep` が False の隠れニューロンを取り除き、小さくなった重みを返します。"
        "1 個の隠れニューロンは、`w_in` の 1 行、`b_in` の 1 要素、`w_out` の 1 列を占めます。"
        "この 3 つから、残すニューロンの分だけを、元の順番で取り出します。"
        "戻り値は `(w_in, b_in, w_out)` のタプルです。"
        "`keep` はすべて True のことも、すべて False のこともあります。"
        "どの場合も、元のテンソルを書き換えず、複製を返します。"
    ),
    difficulty=3,
    minutes=10,
    points=3,
    hints=(
        "重みを 0 にするのではなく、行や列そのものをなくします。",
        "bool のテンソルを添え字にすると、True のところだけが残ります。",
        "行を選ぶには `w_in[keep]` と書きます。バイアスも同じです。",
        "列を選ぶには、行をすべて残すという意味の `:` を先に書いて `w_out[:, keep]` とします。",
        "bool の添え字は、すべて True でも複製を作ります。3 つをコンマで並べて return します。",
    ),
)


EXAMPLE = (
    torch.tensor([[1.5, -0.5], [0.25, 2.0], [-1.0, 0.75]]),
    torch.tensor([0.1, 0.2, 0.3]),
    torch.tensor([[3.0, -2.0, 0.5]]),
    torch.tensor([True, False, True]),
)


@exercise.example
def example() -> str:
    w_in, b_in, w_out, keep = EXAMPLE
    smaller = remove_neurons(w_in, b_in, w_out, keep)
    before, after = (
        "、".join(f"`{list(tensor.shape)}`" for tensor in tensors)
        for tensors in ((w_in, b_in, w_out), smaller)
    )
    return (
        f"形が {before} の重みに `keep={keep.tolist()}` を渡すと、形は {after} になります。"
        f"`w_in` が `{w_in.tolist()}` なら、新しい `w_in` は `{smaller[0].tolist()}` です。"
        f"`w_out` が `{w_out.tolist()}` なら、新しい `w_out` は `{smaller[2].tolist()}` です。"
    )


def layers(rng, inputs, hidden, outputs, kept, dtype=torch.float32) -> tuple:
    """Two layers and a `keep` of `kept` neurons; if any goes, the first one does."""
    shapes = (hidden, inputs), (hidden,), (outputs, hidden)
    weights = (torch.tensor(rng.normal(0, 0.8, shape), dtype=dtype) for shape in shapes)
    keep = torch.zeros(hidden, dtype=torch.bool)
    order = [*(1 + rng.permutation(hidden - 1)), 0]
    keep[order[:kept]] = True
    return *weights, keep


@exercise.cases
def cases(rng):
    yield "基本", layers(rng, inputs=5, hidden=7, outputs=3, kept=4)
    yield "問題文の例", EXAMPLE
    yield "隠れ層の大きい層", layers(rng, inputs=2, hidden=11, outputs=5, kept=7)
    yield "入力も隠れ層も出力も同じ大きさ", layers(rng, inputs=5, hidden=5, outputs=5, kept=3)
    yield "入力が 1 個", layers(rng, inputs=1, hidden=6, outputs=3, kept=4)
    yield "出力が 1 個", layers(rng, inputs=3, hidden=6, outputs=1, kept=4)
    yield "すべて残す", layers(rng, inputs=3, hidden=5, outputs=4, kept=5)
    yield "すべて取り除く", layers(rng, inputs=3, hidden=4, outputs=2, kept=0)
    yield "1 個だけ残す", layers(rng, inputs=4, hidden=5, outputs=2, kept=1)
    yield "隠れニューロンが 1 個", layers(rng, inputs=4, hidden=1, outputs=3, kept=1)
    yield "隠れニューロンが 1 個", layers(rng, inputs=4, hidden=1, outputs=3, kept=0)

    w_in, b_in, w_out, _ = layers(rng, inputs=4, hidden=5, outputs=2, kept=0)
    yield "最後だけを取り除く", (w_in, b_in, w_out, torch.tensor([True, True, True, True, False]))
    keep, both = torch.tensor([False, True, True, False, True]), torch.tensor([1, 3])
    zeros = (w_in.index_fill(0, both, 0), b_in.index_fill(0, both, 0), w_out.index_fill(1, both, 0))
    yield "残すニューロンの重みが 0", (*zeros, keep)
    first = torch.tensor([0, 1, 2, 1, 4])  # the neuron at 3 is like the one at 1
    twins = w_in[first], b_in[first], w_out[:, first]
    yield "重みの同じニューロンがある", (*twins, keep)
    yield "重みの同じニューロンがある", (*twins, keep | torch.arange(5).eq(3))

    yield "倍精度", layers(rng, inputs=3, hidden=7, outputs=2, kept=4, dtype=torch.float64)


@exercise.wrong(
    "行や列を 0 にしただけで、大きさが変わっていません。残す分だけを取り出してください。"
)
def fills_with_zeros(w_in, b_in, w_out, keep):
    return w_in * keep[:, None], b_in * keep, w_out * keep


@exercise.wrong("バイアスを小さくしていません。b_in も隠れニューロンごとに 1 要素です。")
def forgets_the_bias(w_in, b_in, w_out, keep):
    return w_in[keep], b_in, w_out[:, keep]


@exercise.wrong("次の層を小さくしていません。w_out は隠れニューロンごとに 1 列です。")
def forgets_the_next_layer(w_in, b_in, w_out, keep):
    return w_in[keep], b_in[keep], w_out


@exercise.wrong("取り除くニューロンを残しています。keep の True は残すニューロンです。")
def inverts_keep(w_in, b_in, w_out, keep):
    return w_in[~keep], b_in[~keep], w_out[:, ~keep]


@exercise.wrong("w_out の行を選んでいます。w_out [out, hidden] では、隠れニューロンは列です。")
def takes_rows_of_w_out(w_in, b_in, w_out, keep):
    return w_in[keep], b_in[keep], w_out[keep]


@exercise.wrong("w_in の列を選んでいます。w_in [hidden, in] では、隠れニューロンは行です。")
def takes_columns_of_w_in(w_in, b_in, w_out, keep):
    return w_in[:, keep], b_in[keep], w_out[:, keep]


@exercise.wrong("個数だけを数えて、先頭から残しています。keep が True の位置を残してください。")
def keeps_the_first_ones(w_in, b_in, w_out, keep):
    kept = int(keep.sum())
    return w_in[:kept].clone(), b_in[:kept].clone(), w_out[:, :kept].clone()


@exercise.wrong(
    "squeeze で番号の軸が消え、1 個だけ残すときに次元が減ります。keep で直接選んでください。"
)
def squeezes_the_index(w_in, b_in, w_out, keep):
    index = keep.nonzero().squeeze()
    return w_in[index], b_in[index], w_out[:, index]


@exercise.wrong("すべて残すときに引数をそのまま返しています。そのときも複製を返してください。")
def hands_back_the_arguments(w_in, b_in, w_out, keep):
    if keep.all():
        return w_in, b_in, w_out
    return w_in[keep], b_in[keep], w_out[:, keep]


@exercise.wrong("リストを返しています。3 つのテンソルをコンマで並べると、タプルになります。")
def returns_a_list(w_in, b_in, w_out, keep):
    return [w_in[keep], b_in[keep], w_out[:, keep]]


@exercise.right
def selects_by_index(w_in, b_in, w_out, keep):
    index = keep.nonzero().flatten()
    return w_in.index_select(0, index), b_in.index_select(0, index), w_out.index_select(1, index)


@exercise.right
def numpy_minded(w_in, b_in, w_out, keep):
    chosen = keep.numpy()
    smaller = w_in.numpy()[chosen], b_in.numpy()[chosen], w_out.numpy()[:, chosen]
    return tuple(torch.from_numpy(values) for values in smaller)


@exercise.right
def loop(w_in, b_in, w_out, keep):
    kept = [j for j in range(len(keep)) if keep[j]]
    new_in = torch.empty(len(kept), w_in.shape[1], dtype=w_in.dtype)
    new_bias = torch.empty(len(kept), dtype=b_in.dtype)
    new_out = torch.empty(w_out.shape[0], len(kept), dtype=w_out.dtype)
    for new, old in enumerate(kept):
        new_in[new], new_bias[new], new_out[:, new] = w_in[old], b_in[old], w_out[:, old]
    return new_in, new_bias, new_out
