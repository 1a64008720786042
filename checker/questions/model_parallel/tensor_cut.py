"""01, after the tensor-wise cut: shapes, partial sums, and the order that needs one all-reduce."""

import torch

from checker.catalogue import load
from checker.question import Choice, Option, blanks, item, sample, slips
from lessons.model_parallel import row_parallel


@item(word="テンソル並列", keyword="モデル並列化", cell="column_parallel")
def shard_shape(rng):
    workers = int(rng.choice([2, 4, 8]))
    while True:
        inputs, outputs = (64 * int(n) for n in 2 + rng.permutation(14)[:2])
        if workers not in (inputs / outputs, outputs / inputs):  # else two of the shapes are one
            break

    def said(rows: int, columns: int) -> str:
        return f"[{rows}, {columns}]"

    right = said(outputs // workers, inputs)
    return Choice(
        stem=(
            f"入力が {inputs} 個、出力が {outputs} 個の全結合層を、出力で {workers} 等分します。"
            "重みは `torch.nn.Linear` と同じく、行が出力、列が入力です。"
            "1 つのワーカーが持つ重みの形はどれですか。"
        ),
        right=right,
        wrong=(
            Option(
                said(outputs, inputs // workers),
                "入力で分けたときの形です。出力で分けると、行の数が減ります。",
            ),
            Option(
                said(inputs, outputs // workers),
                "行と列が逆です。torch の重みは [出力, 入力] の順です。",
            ),
            Option(
                said(inputs // workers, outputs),
                "入力で分けていて、行と列も逆です。torch の重みは [出力, 入力] の順です。",
            ),
        ),
        explanation=(
            "使う公式: 出力で n 等分した重みの形は [出力 ÷ n, 入力]\n"
            f"代入: [{outputs} ÷ {workers}, {inputs}]\n答え: {right}"
        ),
    )


@shard_shape.by_hand
def _(inputs, outputs, workers, *one):
    return torch.empty(int(outputs), int(inputs)).chunk(int(workers))[0].shape


@item(word="テンソル並列", keyword="モデル並列化", cell="row_parallel")
def join_or_sum(rng):
    def said(by_output: str, by_input: str) -> str:
        return f"出力で分けたら{by_output}、入力で分けたら{by_input}"

    join, add = "つなぎ", "足す"
    return Choice(
        stem=(
            "全結合層の重みをワーカーに分け、全員の結果から元の出力を作ります。"
            "出力で分けたときと、入力で分けたときの組として、正しいものはどれですか。"
        ),
        right=said(join, add),
        wrong=(
            Option(
                said("足し", "つなぐ"),
                "逆です。出力で分けた結果は別のニューロンの値なので、足せません。",
            ),
            Option(
                said(join, "つなぐ"),
                "出力のほうは合っています。入力で分けた結果は、どれも同じニューロンの部分和です。",
            ),
            Option(
                said("足し", add),
                "入力のほうは合っています。出力で分けた結果は、別のニューロンの値です。",
            ),
        ),
        explanation=(
            "出力で分けると、各ワーカーは別のニューロンの値を持つので、つなぎます。\n"
            "入力で分けると、各ワーカーは同じニューロンの部分和を持つので、足します（all-reduce）。"
        ),
    )


def listed(values: torch.Tensor) -> str:
    """A row of whole or half numbers as in print."""
    return "（" + "、".join(f"{v:.1f}".replace("-", "−") for v in values.flatten().tolist()) + "）"


@item(word="部分和", keyword="モデル並列化", cell="row_parallel")
def row_parallel_by_hand(rng):
    mistakes = (
        (
            "gives_all_the_first_columns",
            "どちらのワーカーにも、前の 2 個の入力を渡しています。ワーカー B は後の 2 個を使います。",
        ),
        "averages_the_results",
        (
            "deals_the_columns_out",
            "入力を 1 つおきに配っています。ワーカー A は前の 2 個、ワーカー B は後の 2 個を使います。",
        ),
        (
            "keeps_the_last_result",
            "ワーカー B の部分和だけです。ワーカー A の部分和と足します。",
        ),
        (
            "returns_the_first_result",
            "ワーカー A の部分和だけです。ワーカー B の部分和と足します。",
        ),
    )
    chosen = sample(rng, mistakes, 3)
    while True:
        x = torch.tensor(rng.permutation(range(1, 8))[None, :4], dtype=torch.float64)
        first, second = (
            torch.tensor(rng.integers(-2, 4, (2, 2)), dtype=torch.float64) for _ in "ab"
        )
        right = row_parallel(x, [first, second])
        wrong = slips(load("row_parallel"), (x, [first, second]), listed, *chosen)
        signs = {option.text.count("−") for option in wrong} | {listed(right).count("−")}
        if len({listed(right), *(o.text for o in wrong)}) == 4 and signs == {0}:
            break
    rows = "\n".join(
        f"| 出力 {k} | {' | '.join(str(int(w)).replace('-', '−') for w in weights)} |"
        for k, weights in enumerate(torch.cat([first, second], dim=1).tolist(), 1)
    )
    a, b, c, d = (int(v) for v in x.flatten())
    partial = [
        listed(row_parallel(part, [w])) for part, w in ((x[:, :2], first), (x[:, 2:], second))
    ]
    return Choice(
        stem=(
            f"入力 4 個、出力 2 個の全結合層を、入力で 2 つに分けます。入力は順に {a}、{b}、{c}、{d} です。"
            "ワーカー A は前の 2 個、ワーカー B は後の 2 個の入力を受け持ちます。"
            "重みは次の表の通りです。層の出力はどれですか。\n\n"
            f"| 重み | 入力 1 | 入力 2 | 入力 3 | 入力 4 |\n| --- | --- | --- | --- | --- |\n{rows}"
        ),
        right=listed(right),
        wrong=wrong,
        explanation=(
            "使う公式: 出力 = ワーカーの部分和の合計\n"
            f"代入: ワーカー A の部分和は {partial[0]}、ワーカー B の部分和は {partial[1]} です。\n"
            f"答え: {listed(right)}"
        ),
    )


@row_parallel_by_hand.by_hand
def _(inputs, outputs, groups, a, b, c, d, *rest):
    table = rest[2 + 4 :]  # after 「前の 2 個」, 「後の 2 個」 and the numbers of the inputs
    rows = table[1:5], table[6:10]  # each after the number of its output
    return [sum(w * v for w, v in zip(row, (a, b, c, d), strict=True)) for row in rows]


@item(word="部分和", keyword="モデル並列化", cell="row_parallel")
def row_parallel_code(rng):
    end, product = "start + shard.shape[1]", "x[:, start:end] @ shard.T"
    return blanks(
        load("row_parallel"),
        stem=(
            "入力で分けた重みから、全結合層の出力を計算する関数を書きます。"
            "`x` は [件数, 入力]、`shards` の重みは [出力, 受け持つ入力] です。"
            "［ア］［イ］［ウ］に入る組を選んでください。"
        ),
        code=(
            "def row_parallel(x, shards):\n"
            "    total, start = 0, 0\n"
            "    for shard in shards:\n"
            "        end = ［ア］\n"
            "        total = total + ［イ］\n"
            "        start = ［ウ］\n"
            "    return total"
        ),
        right=(end, product, "end"),
        wrong={
            "gives_all_the_first_columns": (end, product, "0"),
            "forgets_to_transpose": (end, "x[:, start:end] @ shard", "end"),
            "gives_all_the_whole_input": ("shard.shape[1]", product, "end"),
        },
        explanation=(
            "受け持つ入力の数は `shard.shape[1]` です。\n"
            "自分の列 `x[:, start:end]` に、転置した重みを掛けると部分和になります。\n"
            "次のワーカーは、続きの列 `end` から始めます。"
        ),
    )


@item(word="all-reduce", keyword="モデル並列化", cell="列のあとに行")
def one_all_reduce(rng):
    def said(first: str, second: str) -> str:
        return f"1 つ目の層を{first}で、2 つ目の層を{second}で分ける"

    return Choice(
        stem=(
            "2 つの全結合層の間に、活性化関数があります。どちらの重みもワーカーに分けます。"
            "順伝播の通信が、最後の all-reduce 1 回だけで済む分け方はどれですか。"
        ),
        right=said("出力", "入力"),
        wrong=(
            Option(
                said("入力", "出力"),
                "1 つ目の層の部分和を、活性化関数の前に足し合わせる通信が要ります。",
            ),
            Option(
                said("入力", "入力"),
                "1 つ目の層の部分和を、活性化関数の前に足し合わせる通信が、さらに 1 回要ります。",
            ),
            Option(
                said("出力", "出力"),
                "2 つ目の層は 1 つ目の層の出力を全部使うので、間で全員の出力を集める通信が要ります。",
            ),
        ),
        explanation=(
            "1 つ目を出力で分けると、各ワーカーは自分のニューロンの値に、そのまま活性化関数を使えます。\n"
            "2 つ目を入力で分けると、その値だけで部分和を計算できます。最後に 1 回、足し合わせます。"
        ),
    )
