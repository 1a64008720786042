"""mlp_parameters: the weights and biases of a fully connected network."""

import math

import numpy as np
import torch

from checker.exercise import Exercise
from lessons.distillation import mlp_parameters

exercise = Exercise(
    mlp_parameters,
    title="全結合ネットワークの大きさ",
    statement=(
        "全結合ネットワークの、重みとバイアスの合計の個数を返します。"
        "`widths` は、入力から出力までの層の幅です。"
        "隣り合う 2 つの層は、すべての組が重みで結ばれます。"
        "入力以外の層では、どのニューロンも 1 個のバイアスを持ちます。"
        "教師と生徒でこの個数を比べると、生徒がどれだけ小さいかが分かります。"
    ),
    difficulty=1,
    minutes=5,
    points=1,
    hints=(
        "隣り合う 2 つの層について個数を求め、すべての組で足します。",
        "幅 n_in から幅 n_out への重みは、n_in × n_out 個です。",
        "バイアスは、受け取る側のニューロンに 1 個ずつあります。n_out 個です。",
        "隣り合う幅の組は、`zip(widths[:-1], widths[1:])` で順に取り出せます。",
        "それぞれの組の `(n_in + 1) * n_out` を `sum` で足します。",
    ),
)

SMALL, TEACHER, STUDENT = [4, 3, 2], [784, 1200, 1200, 10], [784, 300, 10]


@exercise.example
def example() -> str:
    widths = SMALL
    inputs, hidden, outputs = widths
    teacher, student = TEACHER, STUDENT
    large, small = mlp_parameters(teacher), mlp_parameters(student)
    return (
        f"`widths={widths}` なら、1 層目は {inputs} × {hidden} + {hidden} = "
        f"{mlp_parameters(widths[:2])} 個です。"
        f"2 層目は {hidden} × {outputs} + {outputs} = {mlp_parameters(widths[1:])} 個です。"
        f"合わせて {mlp_parameters(widths)} 個です。"
        f"教師が `{teacher}` なら {large:,} 個、生徒が `{student}` なら {small:,} 個です。"
        f"生徒の大きさは、教師の約 {large / small:.0f} 分の 1 です。"
    )


@exercise.cases
def cases(rng):
    def widths(count: int, low: int, high: int) -> list[int]:
        """Distinct widths: equal ones hide which layer a bias belongs to."""
        return [int(n) for n in low + rng.permutation(high - low)[:count]]

    yield "基本", (widths(4, 3, 30),)
    for shown in (SMALL, TEACHER, STUDENT):
        yield "例のネットワーク", (shown,)
    yield "入力と出力だけ", (widths(2, 3, 40),)
    yield "手書き数字の教師", ([784, *widths(2, 800, 1300), 10],)
    yield "深いネットワーク", (widths(9, 5, 60),)
    yield "とても深いネットワーク", (widths(40, 3, 60),)
    before, after, inputs, outputs = widths(4, 4, 30)
    yield "幅が 1 の層", ([before, 1, after],)
    yield "入力も出力も幅が 1", ([1, inputs, outputs, 1],)
    yield "すべての幅が 1", ([1] * int(rng.integers(3, 7)),)
    yield "同じ幅の層", (widths(1, 6, 40) * int(rng.integers(4, 8)),)
    # An odd number above 2²⁴: float32 can't count so far any more, and nn.Linear still can hold it.
    inputs, hidden, outputs = widths(3, 2250, 3000)
    yield "とても大きなネットワーク", ([2 * inputs, 2 * hidden + 1, outputs],)


@exercise.wrong("バイアスを数えていません。入力以外の層では、ニューロンごとに 1 個あります。")
def forgets_the_biases(widths):
    return sum(a * b for a, b in zip(widths[:-1], widths[1:], strict=True))


@exercise.wrong("送る側と受け取る側の両方に 1 を足しています。1 を足すのは送る側の幅だけです。")
def adds_one_on_both_sides(widths):
    return sum((a + 1) * (b + 1) for a, b in zip(widths[:-1], widths[1:], strict=True))


@exercise.wrong("バイアスを送る側の幅で数えています。バイアスは、受け取る側のニューロンにあります。")
def gives_biases_to_the_senders(widths):
    return sum(a * (b + 1) for a, b in zip(widths[:-1], widths[1:], strict=True))


@exercise.wrong("バイアスを層に 1 個だけ数えています。バイアスは、ニューロンごとに 1 個あります。")
def counts_one_bias_per_layer(widths):
    return sum(a * b + 1 for a, b in zip(widths[:-1], widths[1:], strict=True))


@exercise.wrong("入力にもバイアスを数えています。入力の層は値を渡すだけで、バイアスはありません。")
def gives_biases_to_the_input(widths):
    return sum(a * b for a, b in zip(widths[:-1], widths[1:], strict=True)) + sum(widths)


@exercise.wrong("入力と出力の幅だけで数えています。隣り合うすべての層の組で数えます。")
def connects_input_to_output(widths):
    return (widths[0] + 1) * widths[-1]


@exercise.wrong("ニューロンの個数を数えています。数えるのは、層を結ぶ重みとバイアスです。")
def counts_neurons(widths):
    return sum(widths)


@exercise.wrong("最後の層を数えていません。出力につながる重みとバイアスも足します。")
def forgets_the_last_layer(widths):
    return sum((a + 1) * b for a, b in zip(widths[:-2], widths[1:-1], strict=True))


@exercise.wrong("最初の層を数えていません。入力から出る重みと、受け取る側のバイアスも足します。")
def forgets_the_first_layer(widths):
    return sum((a + 1) * b for a, b in zip(widths[1:-1], widths[2:], strict=True))


@exercise.wrong("最初の層だけを数えて終わっています。return は for の外に置き、すべての層を足してから返します。")
def returns_inside_the_loop(widths):
    total = 0
    for a, b in zip(widths[:-1], widths[1:], strict=True):
        total += (a + 1) * b
        return total


@exercise.wrong("出力の層のバイアスを数えていません。出力のニューロンにも 1 個ずつあります。")
def forgets_the_output_biases(widths):
    return sum((a + 1) * b for a, b in zip(widths[:-1], widths[1:], strict=True)) - widths[-1]


@exercise.wrong("すべての幅を掛けています。隣り合う 2 つの幅の積を、層ごとに足します。")
def multiplies_all_widths(widths):
    return math.prod(widths)


@exercise.wrong("2 つの幅を足しています。重みの数は幅の積です。(n_in + 1) * n_out の括弧が抜けても、和になります。")
def forgets_the_parentheses(widths):
    return sum(a + 1 * b for a, b in zip(widths[:-1], widths[1:], strict=True))


@exercise.wrong("最後の層の個数だけが残っています。= は上書きです。層ごとに += で足します。")
def keeps_the_last_layer(widths):
    total = 0
    for n_in, n_out in zip(widths[:-1], widths[1:], strict=True):
        total = (n_in + 1) * n_out
    return total


@exercise.wrong("float を返しています。個数は整数なので、int で返します。")
def returns_a_float(widths):
    return float(sum((a + 1) * b for a, b in zip(widths[:-1], widths[1:], strict=True)))


@exercise.wrong("すべての幅を掛けています。隣り合う 2 つの幅の積を、層ごとに足します。")
def multiplies_all_widths_and_adds_biases(widths):
    return math.prod(widths) + sum(widths[1:])


@exercise.right
def weights_then_biases(widths):
    weights = sum(widths[i] * widths[i + 1] for i in range(len(widths) - 1))
    return weights + sum(widths[1:])


@exercise.right
def numpy_minded(widths):
    n = np.array(widths, dtype=np.int64)
    return int(((n[:-1] + 1) * n[1:]).sum())


@exercise.right
def asks_torch(widths):
    total = 0
    for i in range(1, len(widths)):
        total += torch.Size([widths[i], widths[i - 1]]).numel() + widths[i]
    return total
