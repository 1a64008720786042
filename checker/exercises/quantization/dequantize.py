"""dequantize: integers back to real numbers."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.quantization import dequantize

exercise = Exercise(
    dequantize,
    title="整数を実数に戻す",
    statement=(
        "量子化した整数 `q` を、元の大きさの実数に戻します。"
        "`q` が `zero_point` から何目盛り離れているかを求め、スケール（目盛りの間隔）`scale` を掛けます。"
        "`q` が `zero_point` と等しければ、値はちょうど 0 です。"
        "`zero_point` より小さい `q` は、負の値になります。"
        "戻り値は `q` と同じ形の float32 です。"
    ),
    difficulty=1,
    minutes=5,
    points=1,
    hints=(
        "量子化の逆の計算です。「割って、足す」の逆の順に、逆の計算をします。",
        "はじめに `zero_point` を引き、次に `scale` を掛けます。",
        "`q` は int64 なので、引いた結果は負の整数にもなれます。",
        "最後の型は float32 です。`.float()` で変えられます。",
        "`scale * (q - zero_point).float()` が答えです。",
    ),
)


@exercise.example
def example() -> str:
    q, scale, zero_point = torch.tensor([0, 2, 3, 7]), 0.25, 3
    x = dequantize(q, scale, zero_point)
    return (
        f"`q` が `{q.tolist()}`、`scale={scale}`、`zero_point={zero_point}` のとき、"
        f"目盛りの差は `{(q - zero_point).tolist()}` です。"
        f"`scale` を掛けて、答えは `{x.tolist()}` です。"
    )


def integers(rng, shape, bits) -> torch.Tensor:
    """Integers of the whole range, both ends included."""
    q = rng.integers(0, 2**bits, shape)
    q.flat[rng.permutation(q.size)[:2]] = 0, 2**bits - 1
    return torch.tensor(q)


def scale(rng) -> float:
    return round(float(rng.uniform(0.03, 0.4)), 4)


def inexact_scale(rng, zero_point) -> float:
    """One for which rounding to float32 before the product and after it makes a difference."""
    drawn = (scale(rng) for _ in range(999))
    return next(s for s in drawn if np.float32(s) * np.float32(zero_point) != np.float32(s * zero_point))


@exercise.cases
def cases(rng):
    yield "基本", (integers(rng, (4, 6), 4), scale(rng), 5)
    yield "1 次元", (integers(rng, (9,), 8), scale(rng), 131)
    yield "畳み込みの重み（4 次元）", (integers(rng, (2, 3, 3, 3), 6), scale(rng), 27)
    yield "zero_point が 0", (integers(rng, (3, 5), 8), scale(rng), 0)
    yield "zero_point が最大", (integers(rng, (3, 5), 8), scale(rng), 255)
    yield "ほとんどが zero_point", (torch.tensor([[7, 7, 7, 7], [7, 6, 7, 7]]), scale(rng), 7)
    yield "ビット数が 1", (integers(rng, (7,), 1), scale(rng), 1)
    yield "ビット数が 16", (integers(rng, (5, 4), 16), scale(rng), 30001)
    near = torch.tensor([[13, 0, -7], [-15, 2, 0]]) + 1_000_003
    yield "大きな zero_point の近く", (near, inexact_scale(rng, 1_000_003), 1_000_003)
    yield "例の整数", (torch.tensor([0, 2, 3, 7]), 0.25, 3)
    yield "整数が 1 個だけ", (torch.tensor([[int(rng.integers(20, 60))]]), scale(rng), 77)
    yield "1 行だけの整数", (integers(rng, (1, 5), 8), scale(rng), 100)
    yield "すべて zero_point", (torch.full((2, 3), 9), inexact_scale(rng, 9), 9)
    yield "すべて zero_point より小さい", (torch.tensor(rng.integers(0, 40, (2, 4))), scale(rng), 200)
    yield "目盛りの間隔がとても大きい", (integers(rng, (3, 4), 8), scale(rng) * 1e30, 99)
    yield "目盛りの間隔が 1 より大きい", (integers(rng, (3, 4), 8), scale(rng) + 3, 140)
    yield "目盛りの間隔がとても小さい", (integers(rng, (3, 4), 8), scale(rng) * 1e-6, 99)


@exercise.wrong("zero_point を引いていません。0 を表す整数が、0 に戻りません。")
def forgets_the_zero_point(q, scale, zero_point):
    return scale * q.float()


@exercise.wrong("zero_point を足しています。量子化で足したので、戻すときは引きます。")
def adds_the_zero_point(q, scale, zero_point):
    return scale * (q + zero_point).float()


@exercise.wrong("scale を掛けてから zero_point を引いています。zero_point は整数の側の数です。引くのが先です。")
def subtracts_after_scaling(q, scale, zero_point):
    return scale * q.float() - zero_point


@exercise.wrong("引き算の向きが逆で、符号が入れ替わっています。q から zero_point を引きます。")
def subtracts_the_other_way(q, scale, zero_point):
    return scale * (zero_point - q).float()


@exercise.wrong("scale で割っています。割るのは量子化のときで、戻すときは掛けます。")
def divides_by_the_scale(q, scale, zero_point):
    return (q - zero_point).float() / scale


@exercise.wrong("zero_point だけに scale を掛けています。先に引き算をするように、かっこを付けます。")
def loses_the_parentheses(q, scale, zero_point):
    return q - zero_point * scale


@exercise.wrong("q と zero_point に別々に scale を掛けてから引いています。float32 では桁が足りないので、整数のまま先に引きます。")
def subtracts_rounded_products(q, scale, zero_point):
    return q.float() * scale - torch.tensor(zero_point * scale)


@exercise.wrong("符号なし 8 bit の型で引いています。負になるはずの差が、大きな正の数に化けます。")
def wraps_in_uint8(q, scale, zero_point):
    return scale * (q.to(torch.uint8) - zero_point % 256).float()


@exercise.wrong("負の差を 0 にしています。zero_point より小さい整数は、負の値を表します。")
def cuts_negative_values(q, scale, zero_point):
    return scale * (q - zero_point).clamp(min=0).float()


@exercise.wrong("戻した値を整数に丸めています。戻した値は scale の倍数で、整数とは限りません。")
def rounds_the_result(q, scale, zero_point):
    return (scale * (q - zero_point).float()).round()


@exercise.wrong("型が float64 になっています。float32 に変えて返してください。")
def returns_doubles(q, scale, zero_point):
    return scale * (q - zero_point).double()


@exercise.wrong("差を符号つき 8 bit の型に入れています。差は −255 から 255 なので、あふれます。")
def wraps_in_int8(q, scale, zero_point):
    return scale * (q - zero_point).to(torch.int8).float()


@exercise.wrong("差の絶対値を取っています。zero_point より小さい整数は、負の値を表します。")
def takes_the_absolute_difference(q, scale, zero_point):
    return scale * (q - zero_point).abs().float()


@exercise.right
def distributes(q, scale, zero_point):
    return (scale * q.double() - scale * zero_point).float()


@exercise.right
def numpy_minded(q, scale, zero_point):
    steps = np.subtract(q.numpy(), zero_point)
    return torch.from_numpy((scale * steps).astype(np.float32))


@exercise.right
def loop(q, scale, zero_point):
    values = [scale * (v - zero_point) for v in q.flatten().tolist()]
    return torch.tensor(values, dtype=torch.float32).reshape(q.shape)
