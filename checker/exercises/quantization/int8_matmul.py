"""int8_matmul: a product of 8-bit integers, summed as integers and scaled once."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.quantization import int8_matmul

exercise = Exercise(
    int8_matmul,
    title="8 bit の整数の行列積",
    statement=(
        "量子化した入力 `xq` [batch, in] と重み `wq` [out, in] から、"
        "float32 の出力 [batch, out] を求めます。"
        "入力は符号なしで、`x_zero` が実数の 0 を表します。"
        "重みは符号つきで、0 が実数の 0 を表します。"
        "積の和は、最後まで整数のまま足します。"
        "そのあとで、2 つのスケール（目盛りの間隔）`x_scale` と `w_scale` を一度だけ掛けます。"
        "入力の 1 行が数千個になることもあります。"
    ),
    difficulty=2,
    minutes=12,
    points=3,
    hints=(
        "元の値は、入力が `x_scale * (xq - x_zero)`、重みが `w_scale * wq` です。"
        "積の和から、2 つのスケールをくくり出します。",
        "`xq` から `x_zero` を引くと、整数のまま、0 が 0 を表すようになります。",
        "`torch.nn.Linear` と同じ並びです。`wq` を転置して `@` で掛けます。",
        "float32 は、2^24 を超える整数を正確に表せません。int64 のまま `@` を使います。",
        "`(xq - x_zero) @ wq.T` に `x_scale * w_scale` を掛け、`.float()` で float32 にします。",
    ),
)


@exercise.example
def example() -> str:
    xq, wq = torch.tensor([[12, 3, 8]]), torch.tensor([[5, -2, 7], [-1, 4, 0]])
    x_scale, x_zero, w_scale = 0.5, 4, 0.25
    y = int8_matmul(xq, x_scale, x_zero, wq, w_scale)
    return (
        f"`xq` が `{xq.tolist()}`、`x_zero={x_zero}` なら、差は `{(xq - x_zero).tolist()}` です。"
        f"`wq` が `{wq.tolist()}` のとき、整数の積の和は `{((xq - x_zero) @ wq.T).tolist()}` です。"
        f"`x_scale={x_scale}` と `w_scale={w_scale}` を掛けて、答えは `{y.tolist()}` です。"
    )


def layer(rng, batch, inputs, outputs, x_zero, zeros=0) -> tuple:
    """A layer of which so many weights are 0, with both ends of the range in each input.

    No sum comes out right or tiny by chance, and some do not fit into 16 bits.
    """
    while True:
        xq = rng.integers(0, 256, (batch, inputs))
        for row in xq:
            row[rng.permutation(inputs)[:2]] = 0, 255
        wq = rng.choice([-1, 1], (outputs, inputs)) * rng.integers(1, 128, (outputs, inputs))
        wq.flat[rng.permutation(wq.size)[:zeros]] = 0
        sums = np.abs((xq - x_zero) @ wq.T)
        if np.abs(wq.sum(axis=1)).min() > 20 and sums.min() > 2000 and sums.max() > 33_000:
            break
    x_scale, w_scale = (round(float(s), 4) for s in rng.uniform(0.01, 0.09, 2))
    return torch.tensor(xq), x_scale, x_zero, torch.tensor(wq), w_scale


def cancelling_layer(rng) -> tuple:
    """Rows of 4096 whose products almost cancel: partial sums lie above 2^24, the result does not.

    Row b of the weights changes its sign with bit b of the position, so that in whatever order a
    library adds, the partial sums of some rows grow beyond what float32 holds.
    """
    bits, position = np.arange(12), np.arange(4096)
    second_half = (position >> bits[:, None]) & 1
    partner = position & ~(1 << bits[:, None])
    magnitude = np.take_along_axis(rng.integers(90, 128, (12, 4096)), partner, axis=1)
    wq = torch.tensor(np.where(second_half, -magnitude, magnitude))
    xq = np.repeat(rng.integers(200, 247, (4, 1)), 4096, axis=1)
    xq[:, rng.permutation(4096)[:9]] += rng.integers(-9, 10, (4, 9))
    return torch.tensor(xq), 0.03, 3, wq, 0.02


@exercise.cases
def cases(rng):
    yield "基本", layer(rng, 3, 5, 4, 117)
    yield "1 件の入力", layer(rng, 1, 7, 3, 90)
    yield "出力が 1 個", layer(rng, 4, 6, 1, 140)
    yield "入力も出力も同じ大きさ", layer(rng, 4, 4, 4, 128)
    yield "x_zero が 0", layer(rng, 3, 8, 2, 0)
    yield "x_zero が 255", layer(rng, 2, 6, 5, 255)

    example = torch.tensor([[12, 3, 8]]), torch.tensor([[5, -2, 7], [-1, 4, 0]])
    yield "例の入力と重み", (example[0], 0.5, 4, example[1], 0.25)
    one = torch.tensor([[int(rng.integers(10, 60))]]), torch.tensor([[-int(rng.integers(30, 99))]])
    yield "入力も出力も 1 個", (one[0], 0.03, 100, one[1], 0.02)

    yield "0 の混じった重み", layer(rng, 3, 7, 4, 101, zeros=8)

    xq, x_scale, x_zero, wq, w_scale = layer(rng, 3, 31, 4, 101)
    yield "重みがすべて 0", (xq, x_scale, x_zero, torch.zeros_like(wq), w_scale)
    yield "スケールがとても小さい", (xq, x_scale * 1e-9, x_zero, wq, w_scale * 1e-9)
    yield "入力がすべて x_zero", (torch.full_like(xq, x_zero), x_scale, x_zero, wq, w_scale)
    ends = (xq > x_zero) * 255, wq.sign() * 127
    yield "端の値だけの入力と重み", (ends[0], x_scale, x_zero, ends[1], w_scale)
    yield "打ち消し合う長い行", cancelling_layer(rng)


@exercise.wrong("x_zero を引いていません。入力の 0 が x_zero として足されてしまいます。")
def forgets_the_zero_point(xq, x_scale, x_zero, wq, w_scale):
    return ((xq @ wq.T).double() * (x_scale * w_scale)).float()


@exercise.wrong("足し終わった和から x_zero を 1 回だけ引いています。入力の 1 個ずつから引きます。")
def subtracts_once(xq, x_scale, x_zero, wq, w_scale):
    return ((xq @ wq.T - x_zero).double() * (x_scale * w_scale)).float()


@exercise.wrong("重みからも x_zero を引いています。重みは 0 が 0 を表すので、何も引きません。")
def shifts_the_weights_too(xq, x_scale, x_zero, wq, w_scale):
    return (((xq - x_zero) @ (wq - x_zero).T).double() * (x_scale * w_scale)).float()


@exercise.wrong("float32 で足しています。2^24 を超える和は丸められ、打ち消し合うと誤差だけが残ります。")
def accumulates_in_float32(xq, x_scale, x_zero, wq, w_scale):
    return ((xq - x_zero).float() @ wq.T.float()) * (x_scale * w_scale)


@exercise.wrong("先に実数に戻し、float32 で足しています。スケールを掛けるのは、整数で足し終わったあとです。")
def dequantizes_first(xq, x_scale, x_zero, wq, w_scale):
    return (x_scale * (xq - x_zero).float()) @ (w_scale * wq.float()).T


@exercise.wrong("x_zero を引いた値を int8 に入れています。差は −255 から 255 なので、あふれます。")
def overflows_int8(xq, x_scale, x_zero, wq, w_scale):
    accumulated = (xq - x_zero).to(torch.int8).long() @ wq.T
    return (accumulated.double() * (x_scale * w_scale)).float()


@exercise.wrong("和を 8 bit の範囲に収めています。和は 32 bit などの広い整数で持ちます。")
def clamps_the_sum(xq, x_scale, x_zero, wq, w_scale):
    accumulated = ((xq - x_zero) @ wq.T).clamp(-128, 127)
    return (accumulated.double() * (x_scale * w_scale)).float()


@exercise.wrong("w_scale を掛けていません。積の単位は、2 つのスケールの積です。")
def forgets_the_weight_scale(xq, x_scale, x_zero, wq, w_scale):
    return (((xq - x_zero) @ wq.T).double() * x_scale).float()


@exercise.wrong("2 つのスケールを足しています。積の和からくくり出すと、スケールどうしの積になります。")
def adds_the_scales(xq, x_scale, x_zero, wq, w_scale):
    return (((xq - x_zero) @ wq.T).double() * (x_scale + w_scale)).float()


@exercise.wrong("結果を整数に丸めています。スケールを掛けたあとは、小数のまま返します。")
def rounds_the_result(xq, x_scale, x_zero, wq, w_scale):
    return (((xq - x_zero) @ wq.T).double() * (x_scale * w_scale)).round().float()


@exercise.wrong("和を 16 bit の整数で持っています。積の和は 32767 を超えるので、あふれます。")
def overflows_int16(xq, x_scale, x_zero, wq, w_scale):
    accumulated = ((xq - x_zero) @ wq.T).to(torch.int16)
    return (accumulated.double() * (x_scale * w_scale)).float()


@exercise.wrong("x_scale を掛けていません。積の単位は、2 つのスケールの積です。")
def forgets_the_input_scale(xq, x_scale, x_zero, wq, w_scale):
    return (((xq - x_zero) @ wq.T).double() * w_scale).float()


@exercise.wrong("x_zero を足しています。入力の 0 が 0 を表すように、x_zero は引きます。")
def adds_the_zero_point(xq, x_scale, x_zero, wq, w_scale):
    return (((xq + x_zero) @ wq.T).double() * (x_scale * w_scale)).float()


@exercise.wrong("型が float64 のままです。最後に float32 に変えて返してください。")
def returns_doubles(xq, x_scale, x_zero, wq, w_scale):
    return ((xq - x_zero) @ wq.T).double() * (x_scale * w_scale)


@exercise.wrong("int8 のまま足しています。127 を超える和はあふれるので、int64 のまま足します。")
def accumulates_in_int8(xq, x_scale, x_zero, wq, w_scale):
    accumulated = (xq - x_zero).to(torch.int8) @ wq.to(torch.int8).T
    return (accumulated.double() * (x_scale * w_scale)).float()


@exercise.wrong("x_zero を引いた値を符号なし 8 bit の型に入れています。負になるはずの差が、大きな正の数に化けます。")
def wraps_in_uint8(xq, x_scale, x_zero, wq, w_scale):
    accumulated = (xq - x_zero).to(torch.uint8).long() @ wq.T
    return (accumulated.double() * (x_scale * w_scale)).float()


@exercise.wrong("reshape は、重みの行と列を入れ替えません。並びが崩れるので、.T で入れ替えます。")
def reshapes_instead_of_transposing(xq, x_scale, x_zero, wq, w_scale):
    accumulated = (xq - x_zero) @ wq.reshape(wq.shape[1], wq.shape[0])
    return (accumulated.double() * (x_scale * w_scale)).float()


@exercise.wrong("積を 1 つずつ float32 のテンソルに足しています。2^24 を超える和は丸められるので、整数に足します。")
def adds_one_by_one_in_float32(xq, x_scale, x_zero, wq, w_scale):
    products = (xq - x_zero)[:, None] * wq
    accumulated = np.cumsum(products.numpy(), axis=-1, dtype=np.float32)[..., -1]
    return torch.from_numpy(accumulated) * (x_scale * w_scale)


@exercise.right
def corrects_the_sum(xq, x_scale, x_zero, wq, w_scale):
    accumulated = xq @ wq.T - x_zero * wq.sum(dim=1)
    return (x_scale * w_scale * accumulated).float()


@exercise.right
def numpy_minded(xq, x_scale, x_zero, wq, w_scale):
    shifted = xq.numpy().astype(np.int32) - x_zero
    accumulated = np.einsum("bi,oi->bo", shifted, wq.numpy().astype(np.int32))
    return torch.from_numpy((x_scale * w_scale * accumulated).astype(np.float32))


@exercise.right
def loop(xq, x_scale, x_zero, wq, w_scale):
    y = torch.zeros(len(xq), len(wq))
    for b, x in enumerate(xq.tolist()):
        for o, w in enumerate(wq.tolist()):
            total = sum((xi - x_zero) * wi for xi, wi in zip(x, w, strict=True))
            y[b, o] = total * x_scale * w_scale
    return y
