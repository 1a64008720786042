"""03, after the intensity and after the roofline: what bounds a computation."""

import torch

from checker.catalogue import load
from checker.question import Choice, Number, Option, Stem, blanks, item, sample, slips
from lessons.gpu import arithmetic_intensity
from lessons.gpu import roofline as attainable


@item(word="演算強度", keyword="GPU", cell="arithmetic_intensity")
def product_intensity(rng):
    mistakes = (
        "forgets_the_output",
        ("divides_by_values", "値の個数で割っています。1 個 4 byte を掛けて、バイトに直します。"),
        "counts_multiplications_only",
        "moves_the_output_twice",
        "moves_the_weights_only",
    )

    def said(intensity: float) -> str:
        return f"{intensity:.1f} FLOP/byte"

    while True:
        m = int(rng.choice([32, 64, 128, 256]))
        k, n = (100 * int(s) for s in 2 + rng.permutation(8)[:2])
        arguments = m, k, n, 4
        right = said(arithmetic_intensity(*arguments))
        wrong = slips(load("arithmetic_intensity"), arguments, said, *sample(rng, mistakes, 3))
        if len({right, *(option.text for option in wrong)}) == 4:
            break
    return Choice(
        stem=(
            f"{m} 行 {k} 列と {k} 行 {n} 列の行列の積を求めます。値は 1 個 4 byte です。"
            "入力の 2 つの行列を読むのと、出力の行列を書くのを、1 回ずつとします。演算強度はどれですか。"
        ),
        right=right,
        wrong=wrong,
        explanation=(
            "使う公式: 2 × m × k × n ÷ (4 × (m × k + k × n + m × n))\n"
            f"代入: {2 * m * k * n} ÷ (4 × ({m * k} + {k * n} + {m * n}))\n答え: {right}"
        ),
    )


@product_intensity.by_hand
def _(m, k, k_again, n, one, size, *rest):
    return 2 / size / (1 / m + 1 / k + 1 / n)


@Stem
def processor(rng):
    """Peak (GFLOPS) and bandwidth (GB/s), with a whole number of FLOP a byte at the ridge."""
    bandwidth, ridge = int(rng.choice([20, 30, 40, 50, 80])), int(rng.choice([6, 8, 9, 12, 15]))
    return (
        f"理論上の最高の速さが {ridge * bandwidth} GFLOPS、"
        f"メモリの帯域が {bandwidth} GB/s のプロセッサがあります。"
    ), (ridge * bandwidth, bandwidth)


@item(word="ルーフライン", keyword="GPU", cell="roofline", stem=processor)
def ridge_point(rng, roofs):
    peak, bandwidth = roofs
    ridge = peak // bandwidth
    return Number(
        stem=(
            "計算の速さの上限が、メモリではなく演算器で決まるのは、"
            "演算強度がいくつ（FLOP/byte）以上のときですか。"
        ),
        right=ridge,
        unit="FLOP/byte",
        tolerance=0.01,
        wrong=(
            Option(
                f"{bandwidth / peak:.3f} FLOP/byte",
                "割る向きが逆です。演算強度 × 帯域が、最高の速さに等しくなるところを求めます。",
                value=bandwidth / peak,
            ),
            Option(
                f"{peak - bandwidth} FLOP/byte",
                "単位の違う値を引いています。演算強度は、FLOPS ÷ (byte/s) です。",
                value=peak - bandwidth,
            ),
            Option(
                f"{peak // bandwidth * 8} FLOP/byte",
                "ビットあたりに直しています。帯域はもともと byte/s です。",
                value=ridge * 8,
            ),
        ),
        explanation=(
            "使う公式: 演算強度 × 帯域 = 最高の速さ\n"
            f"代入: {peak} ÷ {bandwidth}\n答え: {ridge} FLOP/byte"
        ),
    )


@ridge_point.by_hand
def _(peak, bandwidth):
    return next(i for i in range(1, 999) if i * bandwidth >= peak)


@item(word="ルーフライン", keyword="GPU", cell="roofline", stem=processor)
def bound_by_what(rng, roofs):
    peak, bandwidth = roofs
    mistakes = (
        "takes_the_higher_roof",
        "adds_the_roofs",
        "compares_the_bandwidth",
        ("divides_the_bandwidth", "帯域 ÷ 演算強度になっています。1 バイトごとに計算するので、掛けます。"),
    )

    def said(speed) -> str:
        return f"{speed.item():,.0f} GFLOPS"

    ridge = peak // bandwidth
    while True:
        low = rng.integers(2) == 0
        intensity = int(rng.integers(2, ridge) if low else rng.integers(ridge + 1, 3 * ridge))
        arguments = torch.tensor(float(intensity)), peak, bandwidth
        right = said(attainable(*arguments))
        wrong = slips(load("roofline"), arguments, said, *sample(rng, mistakes, 3))
        if len({right, *(option.text for option in wrong)}) == 4:
            break
    return Choice(
        stem=f"演算強度が {intensity} FLOP/byte の計算では、速さの上限はいくらですか。",
        right=right,
        wrong=wrong,
        explanation=(
            "使う公式: 最高の速さと、演算強度 × 帯域の、低いほう\n"
            f"代入: {peak} と {intensity} × {bandwidth} = {intensity * bandwidth} の低いほう\n答え: {right}"
        ),
    )


@bound_by_what.by_hand
def _(peak, bandwidth, intensity):
    return 1 / max(1 / peak, 1 / intensity / bandwidth)


@item(word="ルーフライン", keyword="GPU", cell="roofline")
def elementwise_speed(rng):
    bandwidth = 8 * int(rng.integers(3, 40))
    right = bandwidth / 8
    return Number(
        stem=(
            "配列の全部の要素に、ある数を足します。"
            "値は単精度で、要素ごとに 4 byte を読み、足し算を 1 回行い、4 byte を書きます。"
            f"メモリの帯域が {bandwidth} GB/s のとき、速さの上限は何 GFLOPS ですか。"
        ),
        right=right,
        unit="GFLOPS",
        tolerance=0.01,
        wrong=(
            Option(
                f"{bandwidth / 4:g} GFLOPS",
                "読むほうしか数えていません。書くほうも、メモリの帯域を使います。",
                value=bandwidth / 4,
            ),
            Option(
                f"{bandwidth} GFLOPS",
                "1 バイトごとに 1 回計算するとしています。8 byte 動かして、計算は 1 回です。",
                value=bandwidth,
            ),
            Option(
                f"{bandwidth * 8} GFLOPS",
                "8 を掛けています。8 byte 動かすごとに計算は 1 回なので、8 で割ります。",
                value=bandwidth * 8,
            ),
        ),
        explanation=(
            "使う公式: 演算強度 × 帯域\n"
            f"代入: 1 ÷ (4 + 4) × {bandwidth}\n答え: {right:g} GFLOPS"
        ),
    )


@elementwise_speed.by_hand
def _(read, added, written, bandwidth):
    return added * bandwidth / (read + written)


@item(word="演算強度", keyword="GPU", cell="roofline")
def how_to_raise_intensity(rng):
    wrong = (
        Option(
            "1 件あたりの計算の回数が減るから",
            "1 件あたりの計算の回数は変わりません。",
        ),
        Option(
            "メモリの帯域が広がるから",
            "帯域はプロセッサで決まっていて、件数では変わりません。",
        ),
        Option(
            "1 個の値を表すビットの数が減るから",
            "値の型は同じです。ビットの数を減らすのは量子化です。",
        ),
        Option(
            "理論上の最高の速さが上がるから",
            "最高の速さは、演算器の数とクロックで決まっています。",
        ),
    )
    return Choice(
        stem=(
            "全結合層で、データを 1 件ずつ計算する代わりに、100 件をまとめて計算します。"
            "演算強度が上がるのは、なぜですか。"
        ),
        right="読んだ重みを、100 件の計算に使えるから",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "1 件ずつでは、重みを読むたびに 1 件しか計算しません。\n"
            "まとめると、同じ重みを全部の件に使うので、動かす 1 バイトあたりの計算が増えます。"
        ),
    )


@item(word="ルーフライン", keyword="GPU", cell="roofline")
def roofline_code(rng):
    return blanks(
        load("roofline"),
        stem=(
            "演算強度のテンソルから、速さの上限を要素ごとに求める関数を書きます。"
            "［ア］［イ］に入る組を選んでください。"
        ),
        code=(
            "def roofline(intensity, peak, bandwidth):\n"
            "    at_memory = intensity ［ア］ bandwidth\n"
            "    return at_memory.clamp(［イ］=peak)"
        ),
        right=("*", "max"),
        wrong={
            "takes_the_higher_roof": ("*", "min"),
            "divides_by_the_bandwidth": ("/", "max"),
            "forgets_the_memory": ("/", "min"),
        },
        explanation=(
            "1 秒に届くバイトの数に、1 バイトあたりの計算の回数を掛けます。\n"
            "clamp(max=peak) は、peak を超える要素を peak に置き換えるので、低いほうが残ります。"
        ),
    )
