"""04-1, after the slope of few bits: which levels there are, and how far off they are."""

import torch

from checker.catalogue import load
from checker.question import Choice, Option, item, slips
from lessons.quantization import fit_slope


def three(value: float) -> str:
    return f"{value + 1e-9:.3f}"  # a half is rounded up, as at school


@item(word="y = ax の近似", keyword="量子化", cell="fit_slope")
def nearest_slope(rng):
    bits = int(rng.choice([2, 3]))
    steps = 2**bits - 1
    while True:
        at, side = int(rng.integers(1, steps)), int(rng.choice([-1, 1]))
        slope = round((at + side * rng.uniform(0.2, 0.4)) / steps, 2)
        beside, of_powers = (at + side) / steps, round(slope * 2**bits) / 2**bits
        if len({three(v) for v in (at / steps, slope, beside, of_powers)}) == 4:
            break
    x = torch.linspace(0.1, 1.0, 10, dtype=torch.float64)
    levels = torch.arange(steps + 1, dtype=torch.float64) / steps
    right = three(fit_slope(x, slope * x, levels))
    reason = "使える値を考えていません。傾きは、このビット数で表せる値の中から選びます。"
    listed = ", ".join(f"{level:.3f}" for level in levels.tolist())
    return Choice(
        stem=(
            f"y = {slope} x というデータを、y = ax で近似します。"
            f"a は 0 以上 1 以下を等間隔に分けた {bits} bit の値で、両端の 0 と 1 を含みます。"
            "二乗誤差が最も小さい a はどれですか。"
        ),
        right=right,
        wrong=(
            *slips(
                load("fit_slope"), (x, slope * x, levels), three, ("ignores_the_levels", reason)
            ),
            Option(
                three(beside),
                "使える値ですが、2 番目に近い値です。反対側の値のほうが近くにあります。",
            ),
            Option(
                three(of_powers),
                "2^b 等分しています。両端を含む 2^b 個の値の間は、2^b − 1 個です。",
            ),
        ),
        explanation=(
            "使う公式: 使える値の間隔は 1 ÷ (2^b − 1) で、データの傾きに最も近い値を選びます。\n"
            f"代入: 使える値は `[{listed}]` です。{slope} に最も近いのは {right} です。\n"
            f"答え: {right}"
        ),
    )


@nearest_slope.by_hand
def _(slope, low, high, bits, *rest):
    spaces = 2**bits - 1
    return min((k / spaces for k in range(int(spaces) + 1)), key=lambda level: abs(level - slope))


@item(word="1 bit の量子化", keyword="量子化", cell="直線を 1 bit で近似する: y = ax")
def one_bit_line(rng):
    slope = int(rng.choice([1, 2, 3, 4, 6, 7, 8, 9])) / 10
    lines = {0: "y = 0", 1: "y = x"}
    near, far = (0, 1) if slope < 0.5 else (1, 0)
    return Choice(
        stem=(
            f"真の値が a = {slope} の y = ax を、1 bit で近似します。"
            "a に使える値は 0 と 1 です。二乗誤差が最も小さい近似はどれですか。"
        ),
        right=lines[near],
        wrong=(
            Option(
                lines[far],
                f"a = {far} とした直線です。{slope} には、{far} より {near} のほうが近くにあります。",
            ),
            Option(
                f"y = {slope}x", f"1 bit では {slope} を表せません。使えるのは、0 と 1 だけです。"
            ),
            Option("y = 0.5x", "0.5 は使えません。1 bit で選べるのは、0 と 1 のどちらかです。"),
        ),
        explanation=(
            f"{slope} に近いのは、0 と 1 のうち {near} です。\n"
            f"使えるのが 0 と 1 だけなので {lines[near]} となり、誤差が残ります。"
        ),
    )


@item(word="量子化誤差", keyword="量子化", cell="直線を 1 bit で近似する: y = ax")
def largest_rounding_error(rng):
    bits, width = int(rng.integers(2, 5)), int(rng.integers(1, 5))
    step = width / (2**bits - 1)
    right = three(step / 2)
    return Choice(
        stem=(
            f"0 以上 {width} 以下の実数を、両端を含む等間隔な {bits} bit の値に丸めます。"
            "最も近い値に丸めるとき、誤差の絶対値の最大はどれですか。"
        ),
        right=right,
        wrong=(
            Option(
                three(step),
                "目盛りの間隔そのものです。最も近い値に丸めるので、誤差は間隔の半分までです。",
            ),
            Option(
                three(width / 2**bits / 2),
                "幅を 2^b で割って、間隔としています。2^b 個の値の間は、2^b − 1 個です。",
            ),
            Option(
                three(step / 12**0.5),
                "誤差の二乗平均の平方根 Δ/√12 です。聞かれているのは、最大の誤差です。",
            ),
        ),
        explanation=(
            "使う公式: 目盛りの間隔 Δ = 幅 ÷ (2^b − 1)、最大の誤差 = Δ ÷ 2\n"
            f"代入: Δ = {width} ÷ {2**bits - 1} = {step:.4f}\n"
            f"答え: {right}"
        ),
    )


@largest_rounding_error.by_hand
def _(low, width, bits):
    return width / (2 * (2**bits - 1))
