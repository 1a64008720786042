"""04-2, after integer arithmetic: one range, its integers, and products of integers."""

import torch

from checker.catalogue import load
from checker.question import Choice, Option, Stem, item, sample, slips
from lessons.quantization import affine_params, dequantize, int8_matmul, quantize

BITS = 8


def signed(value: float, decimals: int = 2) -> str:
    return f"{value:.{decimals}f}".replace("-", "−")


@Stem
def a_range(rng):
    scale, zero = float(rng.choice([0.01, 0.02, 0.04])), int(rng.integers(65, 121))
    low, high = -zero * scale, (255 - zero) * scale
    return (
        f"ある層の入力は、{signed(low)} 以上 {signed(high)} 以下です。"
        f"これを、符号なし {BITS} bit の整数（0 から 255）に量子化します。"
        "0.0 は、ちょうど 1 つの整数 zero_point で表します。"
    ), (low, high)


def parameters(numbers: tuple[float, ...]) -> tuple[float, float]:
    """scale and zero_point from the numbers of the stem."""
    low, high = numbers[:2]
    step = (high - low) / 255
    return step, round(-low / step)


@item(word="スケールと zero_point", keyword="量子化", cell="affine_params", stem=a_range)
def scale_and_zero_point(rng, drawn):
    def said(pair: tuple[float, int]) -> str:
        return f"スケールは {pair[0]:.5f}、zero_point は {pair[1]}".replace("-", "−")

    # Two scales and two zero points: neither half of the right pair stands out.
    by_256 = (
        "divides_by_the_count",
        "256 で割っています。256 個の整数の間は 255 個なので、255 で割ります。",
    )
    low, high = drawn
    scale, zero = affine_params(low, high, BITS)
    right = said((scale, zero))
    return Choice(
        stem="スケール（scale）と zero_point の組はどれですか。",
        right=right,
        wrong=(
            *slips(load("affine_params"), (low, high, BITS), said, by_256),
            Option(
                said((scale, 255 - zero)),
                "0 から上の端までの目盛りの数です。zero_point は、下の端から 0 までの目盛りの数です。",
            ),
            Option(
                said(((high - low) / 256, 256 - zero)),
                "2 か所で違います。割る数は 255 です。zero_point は、下の端から数えます。",
            ),
        ),
        explanation=(
            "使う公式: scale = (high − low) ÷ (2^b − 1)、zero_point = round(−low ÷ scale)\n"
            f"代入: ({signed(high)} − ({signed(low)})) ÷ 255、{signed(-low)} ÷ scale\n"
            f"答え: {right}"
        ),
    )


@scale_and_zero_point.by_hand
def _(*numbers):
    return parameters(numbers)


@item(word="量子化", keyword="量子化", cell="quantize", stem=a_range)
def quantized_value(rng, drawn):
    scale, zero = affine_params(*drawn, BITS)
    steps = int(rng.integers(8, 40)) * int(rng.choice([-1, 1]))
    x = (steps + float(rng.choice([-0.3, 0.3]))) * scale

    def said(q: torch.Tensor) -> str:
        return f"{int(q)}".replace("-", "−")

    arguments = torch.tensor(x), scale, zero, BITS
    right = said(quantize(*arguments))
    rounded = round(x / scale)
    beside = rounded + 1 if x > rounded * scale else rounded - 1  # x lies between the two
    return Choice(
        stem=f"実数 {signed(x, 3)} を量子化した整数はどれですか。",
        right=right,
        wrong=(
            *slips(
                load("quantize"), arguments, said,
                ("multiplies_by_the_scale", "スケールを掛けています。整数は、x が目盛りの間隔の何個分かを表すので、割ります。"),
            ),
            Option(
                f"{zero - rounded}",
                "zero_point から引いています。目盛りの数に zero_point を足します。",
            ),
            Option(
                f"{zero + beside}",
                f"x ÷ scale は {signed(x / scale, 1)} です。{signed(beside, 0)} より、{signed(rounded, 0)} のほうが近くにあります。",
            ),
        ),
        explanation=(
            "使う公式: q = round(x ÷ scale) + zero_point（0 から 255 に収めます）\n"
            f"代入: round({signed(x, 3)} ÷ {scale:.2f}) + {zero} = {rounded} + {zero}\n"
            f"答え: {right}"
        ).replace("= -", "= −"),
    )  # fmt: skip


@quantized_value.by_hand
def _(*numbers):
    step, zero = parameters(numbers)
    return zero + round(numbers[-1] / step)


@item(word="逆量子化", keyword="量子化", cell="dequantize", stem=a_range)
def dequantized_value(rng, drawn):
    scale, zero = affine_params(*drawn, BITS)
    q = zero + int(rng.integers(8, 40)) * int(rng.choice([-1, 1]))

    def said(value: torch.Tensor) -> str:
        return signed(float(value))

    mistakes = ("forgets_the_zero_point", "adds_the_zero_point", "subtracts_the_other_way")
    arguments = torch.tensor(q), scale, zero
    right = said(dequantize(*arguments))
    return Choice(
        stem=f"量子化した整数 {q} を、実数に戻した値はどれですか。",
        right=right,
        wrong=slips(load("dequantize"), arguments, said, *mistakes),
        explanation=(
            "使う公式: x = scale × (q − zero_point)\n"
            f"代入: {scale:.2f} × ({q} − {zero})\n"
            f"答え: {right}"
        ),
    )


@dequantized_value.by_hand
def _(*numbers):
    step, zero = parameters(numbers)
    return step * (numbers[-1] - zero)


@item(word="整数の積和", keyword="量子化", cell="int8_matmul")
def integer_product(rng):
    def said(result: torch.Tensor) -> str:
        return signed(float(result))

    mistakes = (
        ("forgets_the_zero_point", "zero_point を引いていません。入力の 0 が、zero_point として足されてしまいます。"),
        ("subtracts_once", "足し終わった和から 1 回だけ引いています。zero_point は、入力の 1 個ずつから引きます。"),
        ("forgets_the_weight_scale", "重みのスケールを掛けていません。2 つのスケールの積を掛けます。"),
        ("adds_the_zero_point", "zero_point を足しています。実数に戻すときは引きます。"),
    )  # fmt: skip
    while True:
        zero = int(rng.integers(5, 30))
        x = [zero + int(v) for v in rng.choice([-4, -3, -2, 2, 3, 4, 5], 3, replace=False)]
        w = [int(v) for v in rng.choice([-5, -3, -2, 2, 3, 4, 6], 3, replace=False)]
        scales = (0.5, 0.1) if rng.random() < 0.5 else (0.2, 0.5)
        arguments = torch.tensor([x]), scales[0], zero, torch.tensor([w]), scales[1]
        wrong = slips(load("int8_matmul"), arguments, said, *sample(rng, mistakes, 3))
        right = said(int8_matmul(*arguments))
        if len({right, *(option.text for option in wrong)}) == 4:
            break
    products = " + ".join(
        f"({a} − {zero}) × " + (f"({signed(b, 0)})" if b < 0 else f"{b}")
        for a, b in zip(x, w, strict=True)
    )
    return Choice(
        stem=(
            f"入力の整数は `{x}`、その zero_point は {zero}、スケールは {scales[0]} です。"
            f"重みの整数は `{w}`、その zero_point は 0、スケールは {scales[1]} です。"
            "入力と重みの内積を実数に戻した値はどれですか。"
        ).replace("-", "−"),
        right=right,
        wrong=wrong,
        explanation=(
            "使う公式: y = s_x · s_w · Σ (q_x − z_x) · q_w\n"
            f"代入: {scales[0]} × {scales[1]} × ({products})\n"
            f"答え: {right}"
        ),
    )


@integer_product.by_hand
def _(a, b, c, zero, scale, u, v, w, _, other):
    return (a * u + b * v + c * w - zero * (u + v + w)) * scale * other
