"""cut_traffic: the bytes that cross the cuts of a layer-wise split in one training step."""

import numpy as np

from checker.exercise import Exercise
from lessons.model_parallel import cut_traffic

exercise = Exercise(
    cut_traffic,
    title="切れ目を通るデータの大きさ",
    statement=(
        "ネットワークを層の並びの途中で切り、別々のワーカーに受け持たせます。"
        "1 回の更新で、すべての切れ目を通るデータの大きさを合計し、バイトで返します。"
        "1 つの切れ目を、順伝播では出力が先へ通り、逆伝播では勾配が戻ります。"
        "どちらの個数も、1 件につき、切れ目の直前の層の出力の個数です。"
        "`widths[i]` は層 i の出力の個数で、`cuts` には切れ目の直前の層の番号が入ります。"
        "番号は 0 から数え、どんな順で並んでいても構いません。"
    ),
    difficulty=1,
    minutes=6,
    points=1,
    hints=(
        "切れ目が 1 つのとき、何個の値が、どちら向きに通るかを数えます。",
        "切れ目の番号が `cut` なら、通る値は 1 件につき `widths[cut]` 個です。",
        "前向きの出力と、逆向きの勾配が通るので、2 倍になります。",
        "すべての切れ目の `widths[cut]` を `sum` で足します。切れ目がなければ、合計は 0 です。",
        "その合計に、`2 * batch * bytes_per_value` を掛けます。",
    ),
)

# The example: hidden layers of a network for images of handwritten digits.
EXAMPLE = ([300, 100, 10], [1, 0], 64, 4)


@exercise.example
def example() -> str:
    widths, cuts, batch, size = EXAMPLE
    first = cut_traffic(widths, cuts[1:], batch, size)
    return (
        f"出力が順に `{widths}` 個の 3 つの層を、`cuts={cuts[1:]}` で層 0 の後だけで切るとします。"
        f"{batch} 件、1 個 {size} バイトなら、2 × {widths[0]} × {batch} × {size} = {first:,} バイトです。"
        f"`cuts={cuts}` なら、2 × ({widths[1]} + {widths[0]}) × {batch} × {size} = "
        f"{cut_traffic(*EXAMPLE):,} バイトです。"
    )


def chain(rng, layers: int, n_cuts: int) -> tuple[list[int], list[int]]:
    """Widths and cuts for which no other choice of layers has the same sum by chance."""
    while True:
        widths = [int(w) for w in 20 + rng.permutation(400)[:layers]]
        cuts = [int(c) for c in rng.permutation(layers - 1)[:n_cuts]]
        before, right, after = (sum(widths[cut + shift] for cut in cuts) for shift in (-1, 0, 1))
        others = {before, after, sum(widths), sum(widths[:n_cuts]), sum(widths[-n_cuts:])}
        if right not in others and (n_cuts == 1 or cuts != sorted(cuts)):
            return widths, cuts


@exercise.cases
def cases(rng):
    def batch() -> int:
        return int(rng.integers(9, 70))

    yield "基本", (*chain(rng, 6, 2), batch(), 4)
    yield "基本", (*chain(rng, 7, 3), batch(), 4)
    yield "問題文の例", EXAMPLE
    yield "切れ目が 1 つ", (*chain(rng, 5, 1), batch(), 4)
    yield "切れ目がない", (chain(rng, 5, 1)[0], [], batch(), 4)
    widths, _ = chain(rng, 6, 2)
    yield "すべての層の間で切る", (widths, [3, 0, 4, 2, 1], batch(), 4)
    yield "最初の層のあとで切る", (widths, [0], batch(), 4)
    yield "最後から 2 番目の層のあとで切る", (widths, [4], batch(), 4)
    yield "切れ目が番号の大きい順", (chain(rng, 6, 2)[0], [3, 1], batch(), 4)
    yield "どの層も同じ大きさ", ([int(rng.integers(30, 90))] * 6, [2, 0], batch(), 4)
    yield "1 件だけ", (*chain(rng, 6, 3), 1, 4)
    yield "1 個 1 バイト", (*chain(rng, 6, 3), batch(), 1)
    yield "1 個 2 バイト", (*chain(rng, 6, 2), batch(), 2)
    yield "1 個 8 バイト", (*chain(rng, 6, 2), batch(), 8)
    widths, cuts = chain(rng, 40, 9)
    yield "深いネットワーク", (widths, cuts, batch(), 4)
    widths, cuts = chain(rng, 6, 2)
    yield "とても大きいネットワーク", ([w * 10**7 for w in widths], cuts, 10**4 * batch(), 4)


@exercise.wrong("順伝播の分だけを数えています。逆伝播では、同じ個数の勾配が戻ってきます。")
def forgets_the_gradients(widths, cuts, batch, bytes_per_value):
    return sum(widths[cut] for cut in cuts) * batch * bytes_per_value


@exercise.wrong("1 件分の大きさです。出力も勾配も 1 件ごとにあるので、batch を掛けます。")
def forgets_the_batch(widths, cuts, batch, bytes_per_value):
    return 2 * sum(widths[cut] for cut in cuts) * bytes_per_value


@exercise.wrong(
    "値の個数のままです。値 1 個の大きさ bytes_per_value を掛けると、バイトになります。"
)
def counts_values(widths, cuts, batch, bytes_per_value):
    return 2 * sum(widths[cut] for cut in cuts) * batch


@exercise.wrong("切れ目の直後の層の出力を数えています。切れ目を通るのは、直前の層の出力です。")
def takes_the_layer_after(widths, cuts, batch, bytes_per_value):
    return 2 * sum(widths[cut + 1] for cut in cuts) * batch * bytes_per_value


@exercise.wrong(
    "層の番号を 1 から数えています。番号は 0 から数えるので、widths[cut] をそのまま使います。"
)
def counts_layers_from_one(widths, cuts, batch, bytes_per_value):
    return 2 * sum(widths[cut - 1] for cut in cuts) * batch * bytes_per_value


@exercise.wrong(
    "戻る勾配を、直後の層の出力で数えています。勾配の個数は、先へ通った出力と同じです。"
)
def takes_both_sides(widths, cuts, batch, bytes_per_value):
    return sum(widths[cut] + widths[cut + 1] for cut in cuts) * batch * bytes_per_value


@exercise.wrong(
    "すべての層の出力を足しています。ワーカーの間を通るのは、切れ目の直前の層の出力だけです。"
)
def adds_all_layers(widths, cuts, batch, bytes_per_value):
    return 2 * sum(widths) * batch * bytes_per_value


@exercise.wrong("切れ目を 1 つしか数えていません。すべての切れ目の分を足します。")
def takes_the_first_cut(widths, cuts, batch, bytes_per_value):
    return 2 * sum(widths[cut] for cut in cuts[:1]) * batch * bytes_per_value


@exercise.wrong(
    "最初の切れ目だけを数えて終わっています。return は for の外に置き、すべてを足してから返します。"
)
def returns_inside_the_loop(widths, cuts, batch, bytes_per_value):
    total = 0
    for cut in cuts:
        total += 2 * widths[cut] * batch * bytes_per_value
        return total


@exercise.wrong("切れ目ごとの個数を掛け合わせています。別々の切れ目を通るので、足します。")
def multiplies_the_widths(widths, cuts, batch, bytes_per_value):
    crossing = 1
    for cut in cuts:
        crossing *= widths[cut]
    return 2 * crossing * batch * bytes_per_value


@exercise.wrong("最も大きい切れ目だけを数えています。すべての切れ目の分を足します。")
def takes_the_widest_cut(widths, cuts, batch, bytes_per_value):
    return 2 * max((widths[cut] for cut in cuts), default=0) * batch * bytes_per_value


@exercise.wrong("層の番号を足しています。足すのは、その番号の層の出力の個数 widths[cut] です。")
def adds_the_indices(widths, cuts, batch, bytes_per_value):
    return 2 * sum(cuts) * batch * bytes_per_value


@exercise.wrong("先頭の層から、切れ目の数だけ足しています。cuts の番号の層を足します。")
def takes_the_first_layers(widths, cuts, batch, bytes_per_value):
    return 2 * sum(widths[: len(cuts)]) * batch * bytes_per_value


@exercise.wrong("重みの個数を数えています。切れ目を通るのは、重みではなく出力と勾配です。")
def counts_weights(widths, cuts, batch, bytes_per_value):
    return sum(widths[cut] * widths[cut + 1] for cut in cuts) * bytes_per_value


@exercise.wrong("ビットの数です。bytes_per_value はもともとバイトなので、8 は掛けません。")
def counts_bits(widths, cuts, batch, bytes_per_value):
    return 16 * sum(widths[cut] for cut in cuts) * batch * bytes_per_value


@exercise.wrong(
    "切れ目が 1 つのときの式で、切れ目の数を掛けています。通る個数は、切れ目ごとに違います。"
)
def multiplies_by_the_number_of_cuts(widths, cuts, batch, bytes_per_value):
    first = widths[cuts[0]] if cuts else 0
    return 2 * len(cuts) * first * batch * bytes_per_value


@exercise.right
def loop(widths, cuts, batch, bytes_per_value):
    total = 0
    for cut in cuts:
        forward = batch * widths[cut] * bytes_per_value
        backward = batch * widths[cut] * bytes_per_value
        total += forward + backward
    return total


@exercise.right
def walks_through_the_layers(widths, cuts, batch, bytes_per_value):
    total = 0
    for i, width in enumerate(widths):
        if i in cuts:
            total += 2 * width * batch * bytes_per_value
    return total


@exercise.right
def numpy_minded(widths, cuts, batch, bytes_per_value):
    crossing = np.array(widths, dtype=np.int64)[np.array(cuts, dtype=np.int64)]
    return int(crossing.sum()) * 2 * batch * bytes_per_value
