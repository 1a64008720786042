"""straight_through: the gradient that Binarized Neural Networks send backward through sign."""

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.quantization import straight_through

exercise = Exercise(
    straight_through,
    title="sign を素通りさせる勾配（STE）",
    statement=(
        "重みを sign で 2 値にすると、微分はほとんどの場所で 0 になり、学習が進みません。"
        "そこで、2 値にした重みの勾配 `grad_output` を、2 値にする前の重みの勾配として使います（Straight-Through Estimator）。"
        "重みの絶対値が 1 以下の場所では、勾配をそのまま渡します。"
        "絶対値が 1 を超えた場所では、勾配を 0 にします。"
        "戻り値は、`grad_output` と同じ形と型の新しいテンソルです。"
    ),
    difficulty=1,
    minutes=6,
    points=2,
    hints=(
        "調べるのは `weight`、渡すのは `grad_output` です。2 つの役割を取り違えないようにします。",
        "負の重みも、大きければ勾配を止めます。比べる前に絶対値を取ります。",
        "絶対値がちょうど 1 の重みには、勾配を渡します。条件は `weight.abs() <= 1` です。",
        "`torch.where(条件, True のときの値, False のときの値)` は、新しいテンソルを作ります。",
        "`torch.where(weight.abs() <= 1, grad_output, 0.0)` が答えです。",
    ),
)


@exercise.example
def example() -> str:
    grad_output, weight = torch.tensor([0.5, -2.0, 0.25, 3.0]), torch.tensor([0.75, 1.0, -1.5, -0.5])
    return (
        f"勾配が `{grad_output.tolist()}`、重みが `{weight.tolist()}` のとき、"
        f"答えは `{straight_through(grad_output, weight).tolist()}` です。"
        f"絶対値が 1 を超えた重みは {weight[2]:g} だけです。"
    )


def gradient_and_weight(rng, shape, dtype=torch.float32) -> tuple[torch.Tensor, torch.Tensor]:
    """Gradients up to ±3, and weights on both sides of ±1.

    At least one weight in each of four ranges has a gradient below 1, and one has a gradient above.
    """
    gradient = rng.choice([-1, 1], shape) * rng.uniform(0.2, 3, shape)
    weight = rng.choice([-1, 1], shape) * rng.uniform(0.05, 1.9, shape)
    places = rng.permutation(weight.size)[:8]
    lowest, highest = (-1.9, -0.9, 0.1, 1.1), (-1.1, -0.1, 0.9, 1.9)
    weight.flat[places] = np.tile(rng.uniform(lowest, highest), 2)
    sizes = rng.uniform(np.repeat((0.2, 1.2), 4), np.repeat((0.8, 3), 4))
    gradient.flat[places] = rng.choice([-1, 1], 8) * sizes
    return torch.tensor(gradient, dtype=dtype), torch.tensor(weight, dtype=dtype)


@exercise.cases
def cases(rng):
    yield "基本", gradient_and_weight(rng, (4, 6))
    yield "1 次元", gradient_and_weight(rng, (9,))
    yield "畳み込みの重み（4 次元）", gradient_and_weight(rng, (3, 2, 3, 3))

    gradient, _ = gradient_and_weight(rng, (3, 4))
    ones = torch.tensor(rng.choice([-1.0, 1.0], (3, 4)), dtype=torch.float32)
    yield "絶対値がちょうど 1 の重み", (gradient, ones)
    yield "絶対値が 1 をわずかに超える重み", (gradient, torch.nextafter(ones, 2 * ones))

    gradient, weight = gradient_and_weight(rng, (4, 5))
    yield "すべて渡す", (gradient, weight / 2)
    yield "すべて止める", (gradient, weight.sign() * (1 + weight.abs()))
    yield "0 を含む重み", (gradient, torch.where(weight.abs() < 0.9, 0.0, weight))
    yield "重みがとても大きい", (gradient, weight * 1e30)
    example = torch.tensor([0.5, -2.0, 0.25, 3.0]), torch.tensor([0.75, 1.0, -1.5, -0.5])
    yield "例の勾配と重み", example
    one = torch.tensor([[rng.uniform(1.5, 3)]]), torch.tensor([[-rng.uniform(0.2, 0.8)]])
    yield "重みが 1 つだけ", tuple(values.float() for values in one)
    yield "1 行だけの重み", gradient_and_weight(rng, (1, 9))
    yield "1 列だけの重み", gradient_and_weight(rng, (9, 1))
    yield "0 の混じった勾配", (torch.where(gradient.abs() < 1, 0.0, gradient), weight)
    yield "とても小さい勾配", (gradient * 1e-30, weight)
    yield "とても大きい勾配", (gradient * 1e30, weight)
    yield "倍精度", gradient_and_weight(rng, (3, 5), torch.float64)


@exercise.wrong("勾配をすべて渡しています。絶対値が 1 を超えた重みでは 0 にします。")
def passes_everything(grad_output, weight):
    return grad_output.clone()


@exercise.wrong("sign の本当の微分を使っています。すべて 0 になり、重みが学習されません。")
def differentiates_sign(grad_output, weight):
    return torch.zeros_like(grad_output)


@exercise.wrong("重みの符号を掛けています。勾配の向きは変えずに渡します。")
def multiplies_by_the_sign(grad_output, weight):
    return torch.where(weight.abs() <= 1, grad_output * weight.sign(), 0.0)


@exercise.wrong("重みそのものを掛けています。渡す場所では、勾配を 1 倍のまま渡します。")
def multiplies_by_the_weight(grad_output, weight):
    return torch.where(weight.abs() <= 1, grad_output * weight, 0.0)


@exercise.wrong("絶対値がちょうど 1 の重みで勾配を止めています。比べる記号は <= です。")
def stops_at_one(grad_output, weight):
    return torch.where(weight.abs() < 1, grad_output, 0.0)


@exercise.wrong("絶対値を取らずに比べています。−1 より小さい重みに、勾配が渡ってしまいます。")
def forgets_abs(grad_output, weight):
    return torch.where(weight <= 1, grad_output, 0.0)


@exercise.wrong("渡す場所と止める場所が逆です。絶対値が 1 以下の重みに渡します。")
def inverts_the_condition(grad_output, weight):
    return torch.where(weight.abs() > 1, grad_output, 0.0)


@exercise.wrong("勾配の大きさで決めています。調べるのは重みの絶対値です。")
def looks_at_the_gradient(grad_output, weight):
    return torch.where(grad_output.abs() <= 1, grad_output, 0.0)


@exercise.wrong("勾配を −1 から 1 に切り詰めています。勾配の大きさは変えず、重みの絶対値で選びます。")
def clips_the_gradient(grad_output, weight):
    return grad_output.clamp(-1, 1)


@exercise.wrong("渡す勾配だけを取り出しています。形を変えずに、渡さない場所を 0 にします。")
def takes_the_passed_gradients_out(grad_output, weight):
    return grad_output[weight.abs() <= 1]


@exercise.wrong("添え字への代入は、引数そのものを変えます。torch.where で新しいテンソルを作ります。")
def writes_into_the_gradient(grad_output, weight):
    grad_output[weight.abs() > 1] = 0
    return grad_output


@exercise.wrong("引数をそのまま返しています。勾配を選んだ、新しいテンソルを返してください。")
def returns_the_argument(grad_output, weight):
    return grad_output


@exercise.wrong("止める重みが 1 つもないときに、引数をそのまま返しています。いつも新しいテンソルを返します。")
def returns_the_argument_when_all_pass(grad_output, weight):
    if (weight.abs() <= 1).all():
        return grad_output
    return torch.where(weight.abs() <= 1, grad_output, 0.0)


@exercise.wrong("1 つでも絶対値が 1 を超えると、すべての勾配を止めています。重みごとに決めてください。")
def stops_everything_for_one_weight(grad_output, weight):
    if (weight.abs() > 1).any():
        return torch.zeros_like(grad_output)
    return grad_output.clone()


@exercise.wrong("勾配の符号だけを渡しています。渡す場所では、勾配を 1 倍のまま渡します。")
def passes_the_sign_only(grad_output, weight):
    return torch.where(weight.abs() <= 1, grad_output.sign(), 0.0)


exercise.slip(
    "returns_the_mask",
    "渡すかどうかの 0 と 1 を返しています。返すのは勾配です。",
    "grad_output, 0.0", "torch.ones_like(grad_output), 0.0",
)


@exercise.wrong("−1 から 1 に収めた重みを掛けています。掛けるのは 0 か 1 で、重みの値は使いません。")
def multiplies_by_the_clipped_weight(grad_output, weight):
    return grad_output * weight.clamp(-1, 1)


@exercise.right
def multiplies_by_a_mask(grad_output, weight):
    return grad_output * ((weight >= -1) & (weight <= 1))


@exercise.right
def numpy_minded(grad_output, weight):
    passed = np.zeros_like(grad_output.numpy())
    np.copyto(passed, grad_output.numpy(), where=np.abs(weight.numpy()) <= 1)
    return torch.from_numpy(passed)


@exercise.right
def loop(grad_output, weight):
    pairs = zip(grad_output.flatten().tolist(), weight.flatten().tolist(), strict=True)
    passed = [g if -1 <= w <= 1 else 0.0 for g, w in pairs]
    return torch.tensor(passed, dtype=grad_output.dtype).reshape(weight.shape)
