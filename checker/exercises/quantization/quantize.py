"""quantize: real numbers to the integers 0 … 2^bits − 1, with a scale and a zero point."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.quantization import quantize

exercise = Exercise(
    quantize,
    title="実数を整数に量子化する",
    statement=(
        "実数の `x` を、0 以上 $2^b - 1$ 以下の整数に変えます（$b$ は `bits`）。"
        "`x` を `scale` で割り、最も近い整数に丸めてから、`zero_point` を足します。"
        "ちょうど中間の値は、偶数のほうへ丸めます。"
        "範囲の外に出た整数は、0 か $2^b - 1$ のうち近いほうにします。"
        "1e30 のような、整数に収まらない大きさの値も来ます。"
        "戻り値は `x` と同じ形の int64 です。"
    ),
    difficulty=1,
    minutes=8,
    points=2,
    hints=(
        "「割る」「丸める」「zero_point を足す」「範囲に収める」「整数の型にする」の順に分けます。",
        "`torch.round` は、ちょうど中間の値を偶数へ丸めます。0.5 は 0、1.5 は 2、2.5 も 2 です。",
        "範囲に収めるには `clamp(最小, 最大)` を使います。`zero_point` を足したあとに使います。",
        "1e30 は int64 に収まりません。整数の型にするのは、範囲に収めたあとです。",
        "`q = torch.round(x / scale) + zero_point` を `q.clamp(0, 2**bits - 1).to(torch.int64)` にします。",
    ),
)


@exercise.example
def example() -> str:
    x, scale, zero_point, bits = torch.tensor([-3.0, -0.25, 0.0, 0.6, 1.25, 9.0]), 0.5, 3, 3
    q = quantize(x, scale, zero_point, bits)
    rounded = [int(v) for v in torch.round(x / scale)]
    return (
        f"`x` が `{[round(v, 2) for v in x.tolist()]}` で `scale={scale}` なら、"
        f"割って丸めた値は `{rounded}` です。"
        f"`zero_point={zero_point}` を足し、`bits={bits}` の範囲 0〜{2**bits - 1} に収めると、"
        f"答えは `{q.tolist()}` です。"
        f"{x[1]:g} を割った値は {x[1] / scale:g} で、中間なので偶数の {rounded[1]} へ丸めます。"
    )


def clear_values(rng, shape, scale, zero_point, bits) -> torch.Tensor:
    """Values from below to above the range, none near the middle of two integers.

    Around both ends of the range and around 0 there is a value on either side of each integer, so
    that no way of rounding or clamping is right by chance.
    """
    top = 2**bits - 1
    whole = rng.integers(-zero_point - top // 4 - 2, top - zero_point + top // 4 + 3, shape)
    fraction = rng.choice([-1, 1], shape) * rng.uniform(0.1, 0.4, shape)
    near = np.unique(np.add.outer([-zero_point, 0, top - zero_point], [-1, 0, 1]))
    places = rng.permutation(whole.size)[: 2 * len(near)]
    whole.flat[places] = np.repeat(near, 2)
    fraction.flat[places] = np.abs(fraction.flat[places]) * np.tile([-1, 1], len(near))
    return torch.tensor((whole + fraction) * scale, dtype=torch.float32)


@exercise.cases
def cases(rng):
    yield "基本", (clear_values(rng, (6, 8), 0.07, 5, 4), 0.07, 5, 4)
    yield "1 次元", (clear_values(rng, (40,), 0.3, 11, 5), 0.3, 11, 5)
    yield "畳み込みの重み（4 次元）", (clear_values(rng, (3, 2, 3, 3), 0.013, 131, 8), 0.013, 131, 8)

    middles = torch.tensor(rng.permutation(np.arange(-7, 8)) + 0.5, dtype=torch.float32)
    yield "ちょうど中間の値（zero_point が奇数）", (middles * 0.25, 0.25, 9, 6)
    yield "ちょうど中間の値（zero_point が 0）", (middles * 2, 2.0, 0, 4)

    huge = torch.tensor([1e30, -1e30, 3e38, -3e38, 1e10, -1e10])
    mixed = torch.cat([huge, clear_values(rng, (18,), 0.05, 100, 8)]).reshape(4, 6)
    yield "とても大きな値", (mixed, 0.05, 100, 8)
    yield "ビット数が 1", (clear_values(rng, (16,), 3.0, 1, 1), 3.0, 1, 1)
    yield "ビット数が 16", (clear_values(rng, (4, 9), 0.002, 30000, 16), 0.002, 30000, 16)
    yield "zero_point が最大", (clear_values(rng, (5, 7), 1.7, 15, 4), 1.7, 15, 4)
    yield "例の値", (torch.tensor([-3.0, -0.25, 0.0, 0.6, 1.25, 9.0]), 0.5, 3, 3)
    # −0.4 … −0.3 steps: whatever is added or taken, the nearest integer is the zero point.
    yield "値が 1 つだけ", (torch.tensor([[-float(rng.uniform(0.3, 0.4))]]), 1.0, 77, 8)
    yield "1 行だけの値", (clear_values(rng, (1, 24), 0.11, 40, 7), 0.11, 40, 7)
    yield "目盛りの間隔がとても小さい", (clear_values(rng, (5, 6), 1e-9, 90, 8), 1e-9, 90, 8)
    yield "目盛りの間隔がとても大きい", (clear_values(rng, (5, 6), 1e20, 90, 8), 1e20, 90, 8)
    yield "0 と -0.0 の混じった値", (torch.tensor([0.0, -0.0, 1.3, -0.0]), 0.5, 5, 4)
    yield "すべて 0", (torch.zeros(2, 3), 0.1, 6, 4)


@exercise.wrong("小数点以下を切り捨てています。整数の型にする前に、torch.round で丸めます。")
def truncates(x, scale, zero_point, bits):
    return ((x / scale).trunc() + zero_point).clamp(0, 2**bits - 1).to(torch.int64)


@exercise.wrong("近い整数に丸めずに切り下げています。0.9 が 0 に、−0.1 が −1 になります。torch.round を使います。")
def takes_the_floor(x, scale, zero_point, bits):
    return ((x / scale).floor() + zero_point).clamp(0, 2**bits - 1).to(torch.int64)


@exercise.wrong("ちょうど中間の値を、0 から遠いほうへ丸めています。偶数へ丸めます。")
def rounds_half_away(x, scale, zero_point, bits):
    scaled = x / scale
    rounded = scaled.sign() * (scaled.abs() + 0.5).floor()
    return (rounded + zero_point).clamp(0, 2**bits - 1).to(torch.int64)


@exercise.wrong("0.5 を足して切り下げています。ちょうど中間の値がいつも上へ行きます。偶数へ丸めます。")
def rounds_half_up(x, scale, zero_point, bits):
    return ((x / scale + 0.5).floor() + zero_point).clamp(0, 2**bits - 1).to(torch.int64)


@exercise.wrong("zero_point を足してから丸めています。中間の値の行き先が変わります。丸めが先です。")
def rounds_after_adding(x, scale, zero_point, bits):
    return torch.round(x / scale + zero_point).clamp(0, 2**bits - 1).to(torch.int64)


@exercise.wrong("zero_point を足していません。負の値がすべて 0 になってしまいます。")
def forgets_the_zero_point(x, scale, zero_point, bits):
    return torch.round(x / scale).clamp(0, 2**bits - 1).to(torch.int64)


@exercise.wrong("範囲に収めてから zero_point を足しています。順序は、足す、収める、です。")
def clamps_before_adding(x, scale, zero_point, bits):
    return torch.round(x / scale).clamp(0, 2**bits - 1).to(torch.int64) + zero_point


@exercise.wrong("符号つきの範囲に収めています。ここでは符号なしで、0 から 2^bits − 1 までです。")
def uses_the_signed_range(x, scale, zero_point, bits):
    q = torch.round(x / scale) + zero_point
    return q.clamp(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1).to(torch.int64)


@exercise.wrong("上の端が 2^bits です。0 から数えるので、最大は 2^bits − 1 です。")
def goes_one_too_far(x, scale, zero_point, bits):
    return (torch.round(x / scale) + zero_point).clamp(0, 2**bits).to(torch.int64)


@exercise.wrong("範囲に収める前に整数の型にしています。1e30 は int64 に収まらず、値が壊れます。")
def converts_before_clamping(x, scale, zero_point, bits):
    return (torch.round(x / scale).to(torch.int64) + zero_point).clamp(0, 2**bits - 1)


@exercise.wrong("32 bit の整数の型にしてから範囲に収めています。大きな値が収まらずに壊れます。範囲に収めるのが先です。")
def converts_to_int32(x, scale, zero_point, bits):
    return (torch.round(x / scale).to(torch.int32) + zero_point).clamp(0, 2**bits - 1).long()


@exercise.wrong("切り上げています。0.1 が 1 になります。最も近い整数に丸めます。")
def takes_the_ceiling(x, scale, zero_point, bits):
    return ((x / scale).ceil() + zero_point).clamp(0, 2**bits - 1).to(torch.int64)


@exercise.wrong("scale で割らずに掛けています。整数は、x が目盛りの間隔の何個分かを表します。")
def multiplies_by_the_scale(x, scale, zero_point, bits):
    return (torch.round(x * scale) + zero_point).clamp(0, 2**bits - 1).to(torch.int64)


@exercise.wrong("範囲に収めていません。範囲の外に出た整数は、0 か 2^bits − 1 のうち近いほうにします。")
def forgets_to_clamp(x, scale, zero_point, bits):
    return torch.round(x / scale).to(torch.int64) + zero_point


@exercise.wrong("範囲に収めていません。範囲の外に出た整数は、0 か 2^bits − 1 のうち近いほうにします。")
def forgets_to_clamp_real_numbers(x, scale, zero_point, bits):
    return (torch.round(x / scale) + zero_point).to(torch.int64)


@exercise.wrong("zero_point を引いています。引くのは整数を実数に戻すときで、量子化では足します。")
def subtracts_the_zero_point(x, scale, zero_point, bits):
    return (torch.round(x / scale) - zero_point).clamp(0, 2**bits - 1).to(torch.int64)


@exercise.wrong("x に zero_point を足してから割っています。zero_point は整数の側の数なので、割って丸めたあとで足します。")
def adds_before_dividing(x, scale, zero_point, bits):
    return torch.round((x + zero_point) / scale).clamp(0, 2**bits - 1).to(torch.int64)


@exercise.right
def numpy_minded(x, scale, zero_point, bits):
    q = np.rint(x.numpy() / scale) + zero_point
    return torch.from_numpy(np.clip(q, 0, 2**bits - 1).astype(np.int64))


@exercise.right
def bounds_first(x, scale, zero_point, bits):
    lowest, highest = -zero_point, 2**bits - 1 - zero_point
    return (x / scale).clamp(lowest, highest).round().long() + zero_point


@exercise.right
def loop(x, scale, zero_point, bits):
    whole = [round(v / scale) + zero_point for v in x.flatten().tolist()]
    inside = [min(max(q, 0), 2**bits - 1) for q in whole]
    return torch.tensor(inside).reshape(x.shape)
