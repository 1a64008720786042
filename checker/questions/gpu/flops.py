"""03, after the count of operations and after the peak: FLOP, FLOPS, and what a peak says."""

from checker.catalogue import load
from checker.question import Choice, Option, item, sample, slips
from lessons.gpu import matmul_flops, peak_flops


@item(word="FLOP", keyword="GPU", cell="matmul_flops")
def product_flops(rng):
    m = int(rng.choice([16, 32, 64, 128]))
    k, n = (100 * int(s) for s in 2 + rng.permutation(8)[:2])

    def said(count: int) -> str:
        return f"{count:,} FLOP"

    mistakes = (
        "counts_multiplications_only",
        ("two_for_each_output", f"出力の 1 個につき 2 回としています。1 個ごとに、{k} 回ずつ掛けて足します。"),
        "counts_everything_twice",
        "counts_all_elements",
        "counts_the_inputs",
    )
    return Choice(
        stem=(
            f"入力が {k} 個、出力が {n} 個の全結合層に、{m} 件のデータをまとめて入力します。"
            "バイアスはありません。掛け算と足し算を別々に数えると、計算は何 FLOP ですか。"
        ),
        right=said(matmul_flops(m, k, n)),
        wrong=slips(load("matmul_flops"), (m, k, n), said, *sample(rng, mistakes, 3)),
        explanation=(
            "使う公式: 2 × 件数 × 入力の個数 × 出力の個数\n"
            f"代入: 2 × {m} × {k} × {n}\n答え: {said(2 * m * k * n)}"
        ),
    )


@product_flops.by_hand
def _(k, n, m):
    return m * sum(k + k for _ in range(int(n)))


@item(word="FLOPS", keyword="GPU", cell="matmul_flops")
def product_seconds(rng):
    size = 1000 * int(rng.integers(2, 9))
    speed = 10 * int(rng.choice([5, 10, 20, 40]))
    seconds = 2 * size**3 / (speed * 1e9)

    def said(value: float) -> str:
        return f"{value:.2f} 秒"

    wrong = (
        Option(said(seconds / 2), "足し算を数えていません。掛け算と同じ回数だけ足します。"),
        Option(said(2 * seconds), "掛け算と足し算を、2 回ずつ数えています。"),
        Option(said(seconds * 8), "バイトとビットのように 8 倍しています。FLOP は計算の回数です。"),
        Option(said(seconds * 1000), "G（ギガ）は 10 の 9 乗です。10 の 6 乗で割っていませんか。"),
    )
    return Choice(
        stem=(
            f"{size} 行 {size} 列の行列どうしを掛けます。"
            f"計算の速さがいつも {speed} GFLOPS なら、何秒かかりますか。"
        ),
        right=said(seconds),
        wrong=sample(rng, wrong, 3),
        explanation=(
            "使う公式: 時間 = 計算の量 ÷ 速さ、計算の量 = 2 × 行 × 共通の長さ × 列\n"
            f"代入: {2 * size**3 // 10**9:,} GFLOP ÷ {speed} GFLOPS\n答え: {said(seconds)}"
        ),
    )


@product_seconds.by_hand
def _(rows, columns, speed):
    return rows * columns * (rows + rows) / 1e9 / speed


@item(word="FLOPS", keyword="GPU", cell="peak_flops")
def peak_of_a_card(rng):
    units, clock = 256 * int(rng.integers(10, 40)), int(rng.integers(11, 20)) / 10

    def said(speed: float) -> str:
        return f"{speed / 1e12:.1f} TFLOPS"

    def made(factor: float, reason: str) -> Option:
        return Option(said(peak_flops(units, clock * 1e9, 2) * factor), reason)

    wrong = (
        made(0.5, "積和演算を 1 回と数えています。掛け算と足し算で、1 サイクルに 2 回です。"),
        made(2, "掛け算と足し算を、2 回ずつ数えています。"),
        made(1000, "T（テラ）は 10 の 12 乗です。10 の 9 乗で割ると、GFLOPS の値になります。"),
        made(4, "1 サイクルに 8 回計算するとしています。積和演算 1 回は、2 回と数えます。"),
        made(0.25, "2 で割っています。積和演算 1 回は、2 回と数えるので、2 を掛けます。"),
    )
    return Choice(
        stem=(
            f"単精度の演算器が {units} 個、クロックが {clock} GHz の GPU があります。"
            "どの演算器も、1 サイクルに積和演算（掛けて足す計算）を 1 回行います。"
            "理論上の最高の速さはどれですか。"
        ),
        right=said(peak_flops(units, clock * 1e9, 2)),
        wrong=sample(rng, wrong, 3),
        explanation=(
            "使う公式: 演算器の数 × クロック × 1 サイクルの計算の回数\n"
            f"代入: {units} × {clock} × 10 の 9 乗 × 2\n"
            f"答え: 10 の 12 乗で割ると {said(peak_flops(units, clock * 1e9, 2))}"
        ),
    )


@peak_of_a_card.by_hand
def _(units, clock, one, fma):
    return sum(clock + clock for _ in range(int(units))) / 1000


@item(word="FLOPS", keyword="GPU", cell="peak_flops")
def what_a_peak_says(rng):
    wrong = (
        Option(
            "どんな計算でも、その速さが出るという値",
            "最高の値です。データが届くのを待つ計算では、ずっと遅くなります。",
        ),
        Option(
            "いくつかのプログラムを動かして測った、平均の速さ",
            "測った値ではありません。演算器の数とクロックから計算した値です。",
        ),
        Option(
            "1 秒間にメモリから読めるデータの大きさ",
            "それはメモリの帯域です。単位は byte/s です。",
        ),
        Option(
            "1 回の計算が終わるまでにかかる時間",
            "FLOPS は、1 秒に行える計算の回数です。時間ではありません。",
        ),
    )
    return Choice(
        stem="GPU の仕様の表に「単精度 15.7 TFLOPS」とあります。この値の意味はどれですか。",
        right="演算器が休まずに計算したときの、速さの上限",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "演算器の数 × クロック × 1 サイクルの計算の回数で求めた、理論上の値です。\n"
            "測った速さは、これより低くなります。"
        ),
    )


@item(word="V100 と P100", keyword="GPU", cell="peak_flops")
def why_double_is_half(rng):
    wrong = (
        Option(
            "倍精度では、クロックを半分に下げて動かすから",
            "クロックは同じ値で計算しています。違うのは、演算器の数です。",
        ),
        Option(
            "倍精度では、計算の回数が 2 倍に増えるから",
            "行列の積の FLOP は、数値の型によりません。",
        ),
        Option(
            "倍精度では、掛け算と足し算をまとめて行えないから",
            "倍精度の演算器も、1 サイクルのうちに掛けて足します。",
        ),
        Option(
            "倍精度の値は、メモリで 2 倍の場所をとるから",
            "メモリの大きさは、理論上の最高の速さの計算には入っていません。",
        ),
    )
    return Choice(
        stem=(
            "Tesla V100 の理論上の最高の速さは、単精度が 15.7 TFLOPS、倍精度が 7.8 TFLOPS です。"
            "倍精度がおよそ半分になるのは、なぜですか。"
        ),
        right="倍精度の演算器の数が、単精度の半分だから",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "V100 には、単精度の演算器が 5120 個、倍精度の演算器が 2560 個あります。\n"
            "クロックと 1 サイクルの計算の回数は同じなので、速さも半分になります。"
        ),
    )
