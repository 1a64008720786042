"""00: what is estimated on paper, in bytes, FLOP and energy, and what is not known by it."""

from checker.catalogue import load
from checker.question import Choice, Option, item, slips
from lessons.overview import conv2d_cost, model_bytes


@item(word="パラメータの大きさ", keyword="モデルの軽量化", cell="メモリを見積もる")
def bytes_of_a_layer(rng):
    n_in, n_out = 10 * int(rng.integers(11, 60)), 8 * int(rng.integers(2, 13))
    bits = int(rng.choice([2, 6, 16]))
    n = n_in * n_out + n_out

    def say(count: int) -> str:
        return f"{count:,} byte"

    return Choice(
        stem=(
            f"入力が {n_in} 個、出力が {n_out} 個の全結合の層があります。どの出力にも、バイアスがあります。"
            f"すべてのパラメータを {bits} bit ずつで持つと、大きさはどれですか。"
        ),
        right=say(model_bytes(n, bits)),
        wrong=(
            Option(
                say(model_bytes(n_in * n_out, bits)),
                "重みだけを数えています。バイアスもパラメータなので、出力の個数だけ足します。",
            ),
            *slips(
                load("model_bytes"),
                (n, bits),
                say,
                ("returns_bits", "これはビットの数です。8 bit で 1 byte なので、8 で割ります。"),
                ("always_four_bytes", "1 個を 32 bit として数えています。"),
            ),
        ),
        explanation=(
            "使う公式: 大きさ = （重みの個数 + バイアスの個数）× ビット数 ÷ 8\n"
            f"代入: （{n_in} × {n_out} + {n_out}）× {bits} ÷ 8\n答え: {say(n * bits // 8)}"
        ),
    )


@bytes_of_a_layer.by_hand
def _(n_in, n_out, bits):
    return sum((n_in + 1) * bits for _ in range(int(n_out))) / 8


@item(word="畳み込みの FLOP", keyword="モデルの軽量化", cell="計算とデータの移動を見積もる")
def flops_of_a_convolution(rng):
    channels_in, channels_out = (int(c) for c in rng.choice([4, 8, 16, 32], 2, replace=False))
    kernel, size = int(rng.choice([3, 5])), int(rng.choice([10, 14, 20, 28]))
    right = conv2d_cost(1, channels_in, channels_out, kernel, size, size).flops

    def say(count: int) -> str:
        return f"{count:,} FLOP"

    return Choice(
        stem=(
            f"畳み込みの層に、{channels_in} 枚の画像を入れると、{channels_out} 枚の画像が出ます。"
            f"出力の画像は {size} × {size} 画素で、フィルタの 1 辺は {kernel} 画素です。"
            "これを 1 件のデータに使うと、計算の回数はどれですか。"
        ),
        right=say(right),
        wrong=(
            Option(say(right // 2), "足し算を数えていません。掛け算と同じ回数だけ足します。"),
            Option(
                say(right // kernel),
                "フィルタの 1 辺だけを掛けています。フィルタは縦と横に広がるので、2 乗します。",
            ),
            Option(say(2 * right), "掛け算と足し算を、2 回ずつ数えています。"),
        ),
        explanation=(
            "使う公式: 2 × 入力の枚数 × 出力の枚数 × フィルタの 1 辺の 2 乗 × 出力の画素数\n"
            f"代入: 2 × {channels_in} × {channels_out} × {kernel} × {kernel} × {size} × {size}\n"
            f"答え: {say(right)}"
        ),
    )


@flops_of_a_convolution.by_hand
def _(channels_in, channels_out, height, width, one, kernel, samples):
    products_of_a_pixel = sum(kernel * kernel for _ in range(int(channels_in)))
    return samples * channels_out * height * width * (products_of_a_pixel + products_of_a_pixel)


@item(word="データの移動", keyword="モデルの軽量化", cell="計算とデータの移動を見積もる")
def why_batches_save_energy(rng):
    return Choice(
        stem=(
            "全結合の層に、データを 1 件ずつではなく、512 件まとめて通します。"
            "1 件あたりのエネルギーが減ります。おもな理由はどれですか。"
        ),
        right="メモリから 1 度読んだ重みを、多くの件数で使うから",
        wrong=(
            Option(
                "まとめると、1 件あたりの掛け算と足し算が減るから",
                "計算の回数は、件数に比例します。1 件あたりの回数は、まとめても変わりません。",
            ),
            Option(
                "まとめると、入力と出力をメモリに置かずにすむから",
                "入力と出力は、件数の分だけ読み書きします。まとめても、1 件あたりでは減りません。",
            ),
            Option(
                "メモリを読むより、掛け算にエネルギーが要るから",
                "大小が逆です。DRAM を 1 回読むほうが、掛け算 1 回より多くのエネルギーを使います。",
            ),
        ),
        explanation="1 件では、エネルギーのほとんどが重みを読むために使われます。512 件なら、その 1 度を 512 件で分けます。",
    )


@item(word="大きさと速さ", keyword="モデルの軽量化", cell="同じネットワークを、5 つの大きさで")
def smaller_and_slower(rng):
    return Choice(
        stem=(
            "重みを int8 に変えると、大きさはおよそ 4 分の 1 になりました。"
            "ところが、推論の時間は長くなりました。考えられる理由はどれですか。"
        ),
        right="その型を速く計算する命令が、計算機にないから",
        wrong=(
            Option(
                "1 個を 4 個に分けるので、値の個数が増えるから",
                "値の個数は変わりません。減るのは、1 個あたりのビット数です。",
            ),
            Option(
                "メモリから読むデータが、前より増えるから",
                "大きさが減ったので、メモリから読むデータも減ります。",
            ),
            Option(
                "正解率が下がった分だけ、計算をやり直すから",
                "推論では、正解かどうかを調べません。計算は 1 度だけです。",
            ),
        ),
        explanation="小さくすることと速くすることは、別のことです。速さは、計算機の命令にもよります。",
    )
