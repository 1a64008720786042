"""04-1, after the limits of the formats: bytes, bits, and what lies below the smallest number."""

import math

from checker.catalogue import load
from checker.question import Choice, Number, Option, item, sample, slips
from lessons.data import gpu_tflops
from lessons.quantization import decode_float, smallest_normal


@item(word="単精度と倍精度", keyword="量子化", cell="なぜビットを減らすのか")
def bytes_of_weights(rng):
    millions, bits = int(rng.integers(3, 60)), int(rng.choice([16, 32]))

    def said(count: float) -> str:
        return f"{count:,.0f} MB"

    right = said(millions * bits / 8)
    return Choice(
        stem=(
            f"重みが {millions:,},000,000 個のモデルを、1 個あたり {bits} bit で保存します。"
            "重みの大きさはどれですか。1 MB は 1,000,000 バイトとします。"
        ),
        right=right,
        wrong=(
            Option(
                said(millions * bits), "ビットのままです。8 bit が 1 バイトなので、8 で割ります。"
            ),
            Option(
                said(millions * bits / 4),
                "2 倍になっています。1 バイトは 8 bit です。4 ではなく、8 で割ります。",
            ),
            Option(
                said(millions),
                f"重み 1 個を 1 バイトと数えています。{bits} bit は {bits // 8} バイトです。",
            ),
        ),
        explanation=(
            "使う公式: バイト数 = 重みの数 × ビット数 ÷ 8\n"
            f"代入: {millions},000,000 × {bits} ÷ 8 バイト\n"
            f"答え: {right}"
        ),
    )


@bytes_of_weights.by_hand
def _(count, one, bits, *megabyte):
    return count / 8 * bits / megabyte[1]


@item(word="浮動小数点数", keyword="量子化", cell="decode_float")
def value_of_a_pattern(rng):
    e, f = (4, 3) if rng.random() < 0.5 else (3, 4)
    bias = 2 ** (e - 1) - 1
    exponent, fraction = bias + int(rng.integers(-1, 3)), int(rng.integers(1, 2**f))
    pattern = (exponent << f) | fraction
    bits = f"{pattern:08b}"
    shown = f"{bits[0]} {bits[1 : 1 + e]} {bits[1 + e :]}"

    def said(value: float) -> str:
        return f"{value:.5f}"

    mistakes = ("forgets_the_bias", "forgets_the_hidden_one", "takes_too_large_a_bias")
    right = said(decode_float(pattern, e, f))
    return Choice(
        stem=(
            f"符号部 1 bit、指数部 {e} bit、仮数部 {f} bit の浮動小数点数があります。"
            f"符号部、指数部、仮数部の順に `{shown}` と並ぶビットが表す値はどれですか。"
            "バイアスなどの決め方は、単精度や倍精度と同じです。"
        ),
        right=right,
        wrong=slips(load("decode_float"), (pattern, e, f), said, *mistakes),
        explanation=(
            "使う公式: 値 = 2^(E − b) × (1 + M ÷ 2^f)、b = 2^(e − 1) − 1\n"
            f"代入: b = {bias}、E = {exponent}、M = {fraction} なので、"
            f"2 の {exponent - bias} 乗 × (1 + {fraction} ÷ {2**f}) です。\n"
            f"答え: {right}"
        ).replace("-", "−"),
    )


@value_of_a_pattern.by_hand
def _(_, e, f, sign, exponent, fraction):
    e, f = int(e), int(f)
    power, share = int(str(int(exponent)), 2), int(str(int(fraction)), 2)
    return 2.0 ** (power - 2 ** (e - 1) + 1) + share * 2.0 ** (power - 2 ** (e - 1) + 1 - f)


@item(word="表せる下限", keyword="量子化", cell="smallest_normal")
def exponent_of_the_limit(rng):
    e = int(rng.integers(5, 10))

    def said(value: float) -> str:
        return f"2 の {int(math.log2(value))} 乗".replace("-", "−")

    mistakes = ("starts_from_zero", "forgets_the_minus", "takes_the_whole_exponent")
    right = said(smallest_normal(e))
    bias = 2 ** (e - 1) - 1
    return Choice(
        stem=(
            f"指数部が {e} bit の浮動小数点数で、最小の正の正規化数はどれですか。"
            "バイアスは、単精度や倍精度と同じ決め方です。"
        ),
        right=right,
        wrong=slips(load("smallest_normal"), (e,), said, *mistakes),
        explanation=(
            "使う公式: 最小の正規化数 = 2^(1 − b)、b = 2^(e − 1) − 1\n"
            f"代入: b = {bias} なので、指数は 1 − {bias} です。\n"
            f"答え: {right}"
        ),
    )


@exponent_of_the_limit.by_hand
def _(e):
    return 2, 1 - (2 ** (e - 1) - 1)


@item(word="アンダーフロー", keyword="量子化", cell="表せる限界")
def below_the_limit(rng):
    wrong = (
        Option(
            "正規化数でなくなると、すぐに 0 になります。",
            "すぐには 0 になりません。非正規化数が、0 との間を埋めています。",
        ),
        Option(
            "表せないので、無限大（inf）になります。",
            "無限大になるのは、大きすぎる値です。これはオーバーフローです。",
        ),
        Option(
            "有効数字の桁数を保ったまま、小さくなります。",
            "非正規化数では、小さくなるほど有効数字が減ります。",
        ),
        Option(
            "最小の正規化数に切り上げられます。",
            "切り上げられません。もっと小さい値も、非正規化数で表せます。",
        ),
    )
    return Choice(
        stem=(
            "単精度の最小の正規化数は、およそ 1.175494×10⁻³⁸ です。"
            "それより少し大きい 1.234567×10⁻³⁸ を、単精度のまま 2 で割りつづけます。"
            "起こることとして正しいものを、1 つ選んでください。"
            "ふつうの設定で計算するものとします。"
        ),
        right="有効数字を減らしながら残り、やがて 0 になります。",
        wrong=sample(rng, wrong, 3),
        explanation=(
            "最小の正規化数の下には、非正規化数があります。\n"
            "小さくなるほど有効数字が減り、最小の非正規化数の半分まで来ると、0 に丸められます。"
        ),
    )


@item(word="半精度", keyword="量子化", cell="ビットを手で動かす")
def float16_or_bfloat16(rng):
    right = (
        "bfloat16 の指数部は、float32 と同じ 8 bit です。",
        "float16 は、bfloat16 より仮数部のビットが多い形式です。",
        "bfloat16 は、float16 より表せる範囲が広い形式です。",
    )
    wrong = (
        Option(
            "float16 は、bfloat16 より表せる範囲が広い形式です。",
            "逆です。範囲は指数部で決まり、bfloat16 の指数部のほうが長くなっています。",
        ),
        Option(
            "bfloat16 は、float16 より有効数字が多い形式です。",
            "逆です。有効数字は仮数部で決まり、float16 の仮数部のほうが長くなっています。",
        ),
        Option(
            "float16 の指数部は、float32 と同じ 8 bit です。",
            "float16 の指数部は 5 bit です。8 bit なのは、bfloat16 です。",
        ),
        Option(
            "bfloat16 は、float16 の半分のメモリで済みます。",
            "どちらも 16 bit です。メモリの大きさは同じです。",
        ),
        Option(
            "bfloat16 の仮数部は、float32 と同じ 23 bit です。",
            "bfloat16 の仮数部は 7 bit です。float32 と同じなのは、指数部です。",
        ),
    )
    return Choice(
        stem="16 bit の形式 float16 と bfloat16 の説明として正しいものを、1 つ選んでください。",
        right=sample(rng, right, 1)[0],
        wrong=sample(rng, wrong, 3),
        explanation=(
            "float16 は指数部が 5 bit、仮数部が 10 bit です。目盛りが細かく、範囲がせまい形式です。\n"
            "bfloat16 は指数部が 8 bit、仮数部が 7 bit です。範囲が広く、目盛りがあらい形式です。"
        ),
    )


@item(word="FLOPS", keyword="量子化", cell="なぜビットを減らすのか")
def seconds_in_single(rng):
    card = gpu_tflops()[int(rng.integers(len(gpu_tflops())))]
    seconds = 10 * int(rng.integers(2, 13))
    right = seconds * card.double / card.single
    return Number(
        stem=(
            f"ある GPU の理論性能は、単精度が {card.single} TFLOPS、倍精度が {card.double} TFLOPS です。"
            f"倍精度で {seconds} 秒かかる計算は、単精度では何秒かかりますか。"
            "どちらも理論性能のとおりに計算できるとします。小数第 1 位まで答えてください。"
        ),
        right=right,
        unit="秒",
        tolerance=0.06,
        wrong=(
            Option(
                f"{seconds * card.single / card.double:.1f} 秒",
                "比が逆です。単精度のほうが速いので、かかる時間は短くなります。",
                value=seconds * card.single / card.double,
            ),
        ),
        explanation=(
            "使う公式: 時間 = 計算の回数 ÷ FLOPS なので、時間の比は性能の逆の比です。\n"
            f"代入: {seconds} × {card.double} ÷ {card.single}\n"
            f"答え: {right:.1f} 秒"
        ),
    )


@seconds_in_single.by_hand
def _(single, double, seconds, *place):
    operations = seconds * double
    return operations / single
