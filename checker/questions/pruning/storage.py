"""06, after CSR: what takes fewer bytes, what takes less time, and which method does what."""

from checker.catalogue import load
from checker.question import Choice, Number, Option, item, sample, slips
from lessons.pruning import csr_bytes


@item(word="CSR 形式", keyword="プルーニング", cell="csr_bytes")
def csr_size(rng):
    while True:
        rows, columns = (10 * int(n) for n in rng.integers(20, 60, 2))
        nonzeros = rows * columns * int(rng.integers(5, 20)) // 100
        if nonzeros < 2**15:  # the last row pointer fits 16 bits, also with a sign
            break
    value_bits, index_bits = int(rng.choice([32, 64])), 16
    arguments = rows, nonzeros, value_bits // 8, index_bits // 8
    mistakes = (
        "forgets_the_columns",
        "stores_coordinates",
        "forgets_the_row_pointers",
        "forgets_the_last_pointer",
        (
            "takes_columns_for_values",
            "列番号にも値の大きさを使っています。列番号は 1 個 2 バイトです。",
        ),
        ("counts_bits", "ビットの数のままです。バイトの数にするには、8 で割ります。"),
    )
    value_bytes, index_bytes = arguments[2:]

    def said(size: int) -> str:
        return f"{size:,} バイト"

    right = said(csr_bytes(*arguments))
    return Choice(
        stem=(
            f"{rows} 行 {columns} 列の重み行列を切ったところ、0 でない値が {nonzeros:,} 個残りました。"
            f"値を {value_bits} bit、列番号と行ポインタを {index_bits} bit として、"
            "CSR 形式で保存すると、何バイトになりますか。"
        ),
        right=right,
        wrong=slips(load("csr_bytes"), arguments, said, *sample(rng, mistakes, 3)),
        explanation=(
            "使う公式: S = z·v + (z + R + 1)·i\n"
            f"代入: {value_bits} bit は {value_bytes} バイト、"
            f"{index_bits} bit は {index_bytes} バイトです。"
            f"{nonzeros:,} × {value_bytes} + ({nonzeros:,} + {rows} + 1) × {index_bytes}\n"
            f"答え: {right}"
        ),
    )


@csr_size.by_hand
def _(rows, columns, zero, nonzeros, value_bits, index_bits):
    values, indices, pointers = (
        nonzeros * value_bits,
        nonzeros * index_bits,
        index_bits * (rows + 1),
    )
    return (values + indices + pointers) / 8


@item(word="スパース性", keyword="プルーニング", cell="本当に小さく、速くなるのか")
def when_csr_pays(rng):
    index_bits = int(rng.choice([16, 32]))
    value_bits = int(rng.choice([bits for bits in (8, 16, 32, 64) if bits != index_bits]))
    right = 100 * value_bits / (value_bits + index_bits)
    others = {
        100 * index_bits / (value_bits + index_bits): (
            "0 の値の割合です。聞かれているのは、0 でない値の割合です。"
        ),
        100 * value_bits / (value_bits + 2 * index_bits): (
            "行番号も値ごとに保存しています。CSR では、行ポインタにまとめます。"
        ),
    }
    return Number(
        stem=(
            "大きな行列を、密な形式か CSR 形式で保存します。"
            f"値は {value_bits} bit、列番号は {index_bits} bit です。"
            "行ポインタは小さいので無視します。"
            "CSR のほうが小さくなるのは、非ゼロの値の割合が何 % を下回るときですか。"
            "小数第 1 位まで答えてください。"
        ),
        right=right,
        unit="%",
        tolerance=0.06,
        wrong=tuple(
            Option(f"{value:.1f} %", reason, value=value)
            for value, reason in others.items()
            if abs(value - right) > 0.2
        ),
        explanation=(
            "使う公式: 密は v、CSR は（非ゼロの割合）×(v + i) なので、境目は v ÷ (v + i) です。\n"
            f"代入: 100 × {value_bits} ÷ ({value_bits} + {index_bits})\n"
            f"答え: {right:.1f} %"
        ),
    )


@when_csr_pays.by_hand
def _(value_bits, index_bits, *place):
    return 100 / (1 + index_bits / value_bits)


@item(word="高速化", keyword="エッジコンピューティング", cell="本当に小さく、速くなるのか")
def zeros_in_a_dense_matrix(rng):
    share = int(rng.choice([80, 90, 95]))
    return Choice(
        stem=(
            f"重みの {share} % を 0 にしました。行列は密な形式のまま、同じ行列積を計算します。"
            "起こることとして正しいものを、1 つ選んでください。"
        ),
        right="掛け算の回数も、行列のバイト数も、切る前と変わりません。",
        wrong=(
            Option(
                f"掛け算の回数が {share} % 減り、行列のバイト数は変わりません。",
                "密な形式では、0 も 1 個の値として掛け算をします。回数は減りません。",
            ),
            Option(
                f"行列のバイト数が {share} % 減り、掛け算の回数は変わりません。",
                "密な形式では、0 にも値 1 個分のバイトを使います。減らすには、0 を省いて保存します。",
            ),
            Option(
                f"掛け算の回数も、行列のバイト数も、{share} % 減ります。",
                "両方を減らすには、行や列を取り除くか、0 を省く形式と専用の計算が要ります。",
            ),
        ),
        explanation=(
            "密な形式は、0 かどうかを見ずに、すべての値を保存して計算します。\n"
            "小さくするには CSR などで 0 を省くか、ニューロンを取り除いて行列を小さくします。"
        ),
    )


METHODS = {
    "プルーニング": (
        "寄与の小さい重みやニューロンを取り除きます。",
        "プルーニングは、寄与の小さい重みやニューロンを取り除く方法です。",
    ),
    "量子化": (
        "重みの数は同じまま、1 つの重みを表すビット数を減らします。",
        "量子化は、1 つの重みを表すビット数を減らす方法です。",
    ),
    "蒸留": (
        "大きなモデルの出力を手本にして、別の小さなモデルを学習します。",
        "蒸留は、大きなモデルの出力を手本に、別の小さなモデルを学習する方法です。",
    ),
    "ドロップアウト": (
        "過学習を防ぐために、学習の間だけ、無作為に選んだニューロンを休ませます。",
        "ドロップアウトは、学習の間だけニューロンを休ませる方法です。推論では全部を使います。",
    ),
}


@item(word="軽量化", keyword="エッジコンピューティング", cell="取り違えやすいもの")
def which_method(rng):
    right = sample(rng, tuple(METHODS), 1)[0]
    others = [name for name in METHODS if name != right]
    return Choice(
        stem=f"次の説明に当てはまる方法を、1 つ選んでください。\n\n「{METHODS[right][0]}」",
        right=right,
        wrong=tuple(Option(name, METHODS[name][1]) for name in others),
        explanation=METHODS[right][1],
    )
