"""01, after the traffic of a cut: what crosses it, how much, and what 「分割して学習」 means."""

from checker.catalogue import load
from checker.question import Choice, Option, Stem, item, sample, slips
from lessons.model_parallel import cut_traffic

LAYERS = 5


def said(size: float) -> str:
    return f"{int(size):,} byte"


@item(word="モデル並列化", keyword="モデル並列化", cell="cut_traffic")
def what_crosses_a_cut(rng):
    wrong = (
        Option(
            "切れ目の両側にある層の重みと、そのバイアス",
            "重みは、それを受け持つワーカーに置いたままです。ほかのワーカーには送りません。",
        ),
        Option(
            "すべてのワーカーで平均した、重みの勾配",
            "勾配を平均するのは、データ並列です。モデル並列では、ワーカーごとに持つ重みが違います。",
        ),
        Option(
            "学習データのうち、次のワーカーが受け持つ件",
            "データを件で分けるのは、データ並列です。モデル並列では、すべての件が切れ目を通ります。",
        ),
        Option(
            "学習がすべて終わったあとの、部品ごとの重み",
            "それでは、学習の途中で先のワーカーに何も届かず、計算を始められません。",
        ),
    )
    return Choice(
        stem=(
            "ネットワークを層の途中で切り、2 つのワーカーに受け持たせて学習します。"
            "1 回の更新ごとに切れ目を通るものはどれですか。"
        ),
        right="切れ目の直前の層の出力と、その出力についての勾配",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "順伝播では、切れ目の直前の層の出力が先へ通ります。\n"
            "逆伝播では、同じ個数の勾配が戻ります。重みは動きません。"
        ),
    )


@item(
    word="分割と復元",
    keyword="モデル並列化",
    cell="「分割して学習し、最後に復元する」とは",
)
def split_and_restore(rng):
    wrong = (
        Option(
            "部品を別々に学習し終えてから、つなぐと元のモデルになる",
            "部品は、組になる相手の出力と勾配を使って学習します。別々に学習した部品は、かみ合いません。",
        ),
        Option(
            "どの部品にも、学習データの違う部分だけを使わせる",
            "データを分けるのはデータ並列です。モデル並列では、どの件もすべての部品を通ります。",
        ),
        Option(
            "部品ごとの重みを平均して、1 つのモデルにまとめる",
            "部品は別の層なので、重みの形も意味も違います。平均はできません。",
        ),
        Option(
            "部品どうしは、1 エポックに 1 回だけ値を交換する",
            "順伝播も逆伝播も、前後の部品の値がないと計算できません。交換は、更新のたびに要ります。",
        ),
        Option(
            "分けて学習すると、分けないときとは違うモデルになる",
            "更新のたびに値をやりとりすれば、分けないときと同じ計算になり、同じモデルになります。",
        ),
    )
    return Choice(
        stem=(
            "モデル並列は「親モデルを分割してそれぞれを学習させ、最後に 1 つに復元する」と説明されます。"
            "実際に行われることとして正しいものを、1 つ選んでください。"
        ),
        right="更新のたびに、部品の間で出力と勾配をやりとりする",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "部品は、更新のたびに出力と勾配をやりとりしながら学習します。\n"
            "そのため、最後に部品を並べたモデルは、分けずに学習したモデルと同じになります。"
        ),
    )


@Stem
def chain(rng):
    """Five layers with widths of which no two sums that a mistake makes are equal."""
    widths = [10 * int(w) for w in 4 + rng.permutation(60)[: LAYERS - 1]] + [10]
    batch, size = int(rng.choice([16, 32, 64])), int(rng.choice([2, 4]))
    names = "".join(f" {i} |" for i in range(LAYERS))
    return (
        f"次の表のネットワークを、1 回の更新に {batch} 件を使って学習します。"
        f"値は 1 個 {size} byte です。層の番号は 0 から数えます。\n\n"
        f"| 層 |{names}\n| --- |{' --- |' * LAYERS}\n"
        f"| 1 件あたりの出力の個数 |{''.join(f' {w} |' for w in widths)}"
    ), (widths, batch, size)


def table_of(numbers: tuple[float, ...]) -> tuple[float, float, tuple, tuple]:
    """Batch, bytes of a value, widths, and the numbers of the question: of all numbers in a row."""
    _, batch, _, size, _, *rest = numbers  # 1 回の更新, …, 1 個, …, 0 から
    table = rest[LAYERS + 1 :]  # after the layers' numbers and 「1 件あたり」
    return batch, size, table[:LAYERS], table[LAYERS:]


@item(word="通信量", keyword="モデル並列化", cell="cut_traffic", stem=chain)
def cut_bytes(rng, values):
    widths, batch, size = values
    while True:
        cuts = sorted(int(c) for c in rng.permutation(LAYERS - 1)[:2])
        shifted = {sum(widths[c + shift] for c in cuts) for shift in (-1, 0, 1)}
        if len({*shifted, sum(widths[c] for c in cuts) // 2}) == 4:
            break
    first, second = cuts
    mistakes = (
        "forgets_the_gradients",
        (
            "takes_the_layer_after",
            "切れ目の直後の層の出力を数えています。切れ目を通るのは、直前の層の出力です。",
        ),
        (
            "counts_layers_from_one",
            "層の番号を 1 から数えています。この表の番号は 0 から始まります。",
        ),
        ("counts_bits", "ビットの数です。値の大きさはもともと byte なので、8 は掛けません。"),
    )
    right = said(cut_traffic(widths, cuts, batch, size))
    return Choice(
        stem=(
            f"層 {first} のあとと層 {second} のあとで切りました。"
            "1 回の更新で、2 つの切れ目を両方の向きに通るデータは、合わせて何 byte ですか。"
        ),
        right=right,
        wrong=slips(
            load("cut_traffic"), (widths, cuts, batch, size), said, *sample(rng, mistakes, 3)
        ),
        explanation=(
            "使う公式: 2 × 件数 × 値の大きさ × 切れ目の直前の層の出力の個数の合計\n"
            f"代入: 2 × {batch} × {size} × ({widths[first]} + {widths[second]})\n答え: {right}"
        ),
    )


@cut_bytes.by_hand
def _(*numbers):
    batch, size, widths, cuts = table_of(numbers)
    forward = sum(widths[int(c)] * batch for c in cuts[:2])
    return (forward + forward) * size


@item(word="通信量", keyword="モデル並列化", cell="cut_traffic", stem=chain)
def cheapest_cut(rng, values):
    widths, batch, size = values
    inner = widths[:-1]
    at = inner.index(min(inner))

    def named(layer: int) -> str:
        return f"層 {layer} のあと"

    return Choice(
        stem=(
            "2 つのワーカーに分けるため、1 か所だけで切ります。"
            "最後の層のあとでは切れません。通るデータが最も少ないのは、どこで切ったときですか。"
        ),
        right=named(at),
        wrong=tuple(
            Option(
                named(layer),
                f"層 {layer} の出力は {widths[layer]} 個です。もっと少ない層があります。",
            )
            for layer in range(LAYERS - 1)
            if layer != at
        ),
        explanation=(
            "使う公式: 2 × 件数 × 値の大きさ × 切れ目の直前の層の出力の個数\n"
            f"代入: 違うのは個数だけです。層 0 から層 {LAYERS - 2} までで最も少ないのは {min(inner)} 個です。\n"
            f"答え: {named(at)}"
        ),
    )


@cheapest_cut.by_hand
def _(*numbers):
    widths = table_of(numbers)[2]
    return min(range(LAYERS - 1), key=lambda layer: widths[layer])
