"""hint_loss: FitNets' distance between a teacher's hidden layer and the student's, widened."""

import numpy as np
import torch
import torch.nn.functional as F

from checker.exercise import Exercise
from lessons.distillation import hint_loss

exercise = Exercise(
    hint_loss,
    title="隠れ層のヒント",
    statement=(
        "FitNets では、教師の隠れ層 `teacher_hint` をヒントに、生徒の隠れ層を学習します。"
        "2 つの層の幅は違うので、生徒の出力に行列 `regressor` を掛け、教師の幅に合わせます。"
        "教師との差の二乗を特徴について足し、1/2 を掛けて、画像 1 枚の損失にします（式 (2)）。"
        "その損失を、画像の枚数で平均して返します。"
        "戻り値は、入力と同じ型のスカラーのテンソルです。"
    ),
    difficulty=2,
    minutes=8,
    points=2,
    hints=(
        "形を書き出します。教師の出力が [B, d_t]、生徒の出力が [B, d_s] です。"
        "`regressor` の形は [d_t, d_s] です。",
        "`torch.nn.Linear` の重みと同じ並びです。生徒に `regressor` の転置を掛けます。",
        "差は `teacher_hint - student_guided @ regressor.T` で、形は [B, d_t] です。",
        "`F.mse_loss` は、特徴についても平均します。ここでは、特徴については足します。",
        "差を `square()` で二乗し、`sum(dim=1)` で足し、`mean()` で平均して 0.5 を掛けます。",
    ),
)

SHOWN = (
    torch.tensor([[1.5, -1.0, 4.0]]),
    torch.tensor([[2.0, 1.0]]),
    torch.tensor([[0.5, 1.0], [-1.0, 3.0], [2.0, -1.5]]),
)


@exercise.example
def example() -> str:
    teacher, student, regressor = SHOWN
    widened = student @ regressor.T
    error = teacher - widened
    return (
        f"生徒の出力が `{student.tolist()}`、`regressor` が `{regressor.tolist()}` のとき、"
        f"教師の幅に合わせた値は `{widened.tolist()}` です。"
        f"教師の出力が `{teacher.tolist()}` なら、差は `{error.tolist()}` です。"
        f"差の二乗の和は {error.square().sum().item():g} なので、"
        f"損失はその半分の {hint_loss(teacher, student, regressor).item():g} です。"
    )


def layers(rng, batch, d_t, d_s, dtype=torch.float32) -> tuple:
    """Hidden layers and a regressor whose guess is far from the hint in every row, and whose loss
    is never right by chance where the difference was rounded to float16."""
    while True:
        teacher = rng.normal(0, 1, (batch, d_t)) + rng.choice([-2, 2], (batch, d_t))
        student = rng.normal(0, 1, (batch, d_s)) + rng.choice([-1, 1], (batch, d_s))
        regressor = rng.normal(0, 0.7, (d_t, d_s))
        error = teacher - student @ regressor.T
        exact, rounded = ((e * e).sum() for e in (error, error.astype(np.float16).astype(float)))
        if abs(rounded / exact - 1) > 3e-5:
            return tuple(torch.tensor(part, dtype=dtype) for part in (teacher, student, regressor))


def close(rng, batch, d_t, d_s) -> tuple:
    """Hidden layers whose difference is small; in float64, where it survives the subtraction."""
    teacher, student, regressor = layers(rng, batch, d_t, d_s, torch.float64)
    return student @ regressor.T + 1e-3 * teacher, student, regressor


@exercise.cases
def cases(rng):
    yield "基本", layers(rng, 4, 5, 3)
    yield "例の層", SHOWN
    yield "幅が同じ", layers(rng, 3, 4, 4)
    yield "生徒のほうが広い", layers(rng, 5, 3, 6)
    yield "画像が 1 枚だけ", layers(rng, 1, 6, 4)
    yield "生徒の特徴が 1 個", layers(rng, 4, 3, 1)
    yield "教師の特徴が 1 個", layers(rng, 5, 1, 3)
    yield "どの大きさも 1", layers(rng, 1, 1, 1)
    yield "大きな層", layers(rng, 20, 64, 24)

    small = ((3, 2), (5, 2))  # integers: every order of the sums gives exactly 0
    student, regressor = (torch.tensor(rng.integers(-4, 5, s), dtype=torch.float32) for s in small)
    yield "差がちょうど 0", (student @ regressor.T, student, regressor)

    _, student, regressor = layers(rng, 4, 5, 3)
    teacher = torch.tensor(rng.integers(1, 9, (4, 5)) / 4, dtype=torch.float32)  # exact in any type
    yield "生徒の出力が 0", (teacher, torch.zeros_like(student), regressor)
    yield "差が小さい（倍精度）", close(rng, 4, 5, 3)
    yield "倍精度", layers(rng, 3, 5, 2, torch.float64)


@exercise.wrong("1/2 を掛けていません。画像 1 枚の損失は、二乗の和の半分です。")
def forgets_the_half(teacher_hint, student_guided, regressor):
    error = teacher_hint - student_guided @ regressor.T
    return error.square().sum(dim=1).mean()


@exercise.wrong("特徴についても平均しています。特徴については足し、画像についてだけ平均します。")
def averages_over_features(teacher_hint, student_guided, regressor):
    return 0.5 * F.mse_loss(student_guided @ regressor.T, teacher_hint)


@exercise.wrong("F.mse_loss は全体の平均で、1/2 もありません。特徴について足し、1/2 を掛けます。")
def takes_mse_loss(teacher_hint, student_guided, regressor):
    return F.mse_loss(student_guided @ regressor.T, teacher_hint)


@exercise.wrong("生徒の幅 d_s を掛けています。教師の幅 d_t の特徴について、二乗を足します。")
def multiplies_by_the_students_width(teacher_hint, student_guided, regressor):
    error = teacher_hint - student_guided @ regressor.T
    return 0.5 * error.square().mean() * student_guided.shape[1]


@exercise.wrong("二乗していない長さを使っています。平方根を取らずに、二乗の和を使います。")
def forgets_the_square(teacher_hint, student_guided, regressor):
    return 0.5 * (teacher_hint - student_guided @ regressor.T).norm(dim=1).mean()


@exercise.wrong("画像について平均していません。特徴について足したあと、枚数で割ります。")
def sums_over_the_batch(teacher_hint, student_guided, regressor):
    return 0.5 * (teacher_hint - student_guided @ regressor.T).square().sum()


@exercise.wrong("足す軸と平均する軸が逆です。特徴（dim=1）について足し、画像について平均します。")
def swaps_the_axes(teacher_hint, student_guided, regressor):
    error = teacher_hint - student_guided @ regressor.T
    return 0.5 * error.square().mean(dim=1).sum()


@exercise.wrong("regressor を転置していません。[d_t, d_s] なので、生徒には regressor.T を掛けます。")
def forgets_to_transpose(teacher_hint, student_guided, regressor):
    error = teacher_hint - student_guided @ regressor
    return 0.5 * error.square().sum(dim=1).mean()


@exercise.wrong("reshape や view は、値の並びを変えません。行と列を入れ替えるには、regressor.T を使います。")
def reshapes_the_regressor(teacher_hint, student_guided, regressor):
    error = teacher_hint - student_guided @ regressor.reshape(*regressor.shape[::-1])
    return 0.5 * error.square().sum(dim=1).mean()


@exercise.wrong("regressor を使わずに比べています。先に生徒の幅を教師の幅に合わせます。")
def forgets_the_regressor(teacher_hint, student_guided, regressor):
    return 0.5 * (teacher_hint - student_guided).square().sum(dim=1).mean()


@exercise.wrong("教師に regressor を掛けています。regressor を掛けて幅を変えるのは、生徒の出力です。")
def regresses_the_teacher(teacher_hint, student_guided, regressor):
    error = student_guided - teacher_hint @ regressor
    return 0.5 * error.square().sum(dim=1).mean()


@exercise.wrong("差の絶対値を足しています。差を二乗して足します。")
def takes_absolute_values(teacher_hint, student_guided, regressor):
    return 0.5 * (teacher_hint - student_guided @ regressor.T).abs().sum(dim=1).mean()


@exercise.wrong("差を足してから二乗しています。正と負が打ち消し合うので、特徴ごとに二乗してから足します。")
def squares_the_sum(teacher_hint, student_guided, regressor):
    return 0.5 * (teacher_hint - student_guided @ regressor.T).sum(dim=1).square().mean()


@exercise.wrong("1/2 も二乗しています。1/2 を掛けるのは、差を二乗したあとです。")
def squares_the_half(teacher_hint, student_guided, regressor):
    error = 0.5 * (teacher_hint - student_guided @ regressor.T)
    return error.square().sum(dim=1).mean()


@exercise.wrong("画像ごとの損失を返しています。画像について平均し、1 個の値にします。")
def forgets_the_mean(teacher_hint, student_guided, regressor):
    error = teacher_hint - student_guided @ regressor.T
    return 0.5 * error.square().sum(dim=1)


@exercise.wrong("Python の float を返しています。.item() を使わずに、スカラーのテンソルのまま返します。")
def returns_a_float(teacher_hint, student_guided, regressor):
    error = teacher_hint - student_guided @ regressor.T
    return 0.5 * error.square().sum(dim=1).mean().item()


@exercise.wrong("差を float16 に直しています。仮数部が 10 bit しかないので、3 桁ほどしか合いません。")
def computes_in_float16(teacher_hint, student_guided, regressor):
    error = (teacher_hint - student_guided @ regressor.T).half().to(teacher_hint.dtype)
    return 0.5 * error.square().sum(dim=1).mean()


@exercise.right
def with_mse_loss(teacher_hint, student_guided, regressor):
    widened = F.linear(student_guided, regressor)
    return F.mse_loss(widened, teacher_hint, reduction="sum") / (2 * len(teacher_hint))


@exercise.right
def numpy_minded(teacher_hint, student_guided, regressor):
    widened = np.einsum("bs,ts->bt", student_guided.numpy(), regressor.numpy())
    squares = (teacher_hint.numpy() - widened) ** 2
    return torch.tensor(squares.sum(axis=1).mean() / 2, dtype=teacher_hint.dtype)


@exercise.right
def loop(teacher_hint, student_guided, regressor):
    total = 0.0
    for u, v in zip(teacher_hint.tolist(), student_guided.tolist(), strict=True):
        for wanted, row in zip(u, regressor.tolist(), strict=True):
            guess = sum(r * x for r, x in zip(row, v, strict=True))
            total += 0.5 * (wanted - guess) ** 2
    return torch.tensor(total / len(teacher_hint), dtype=teacher_hint.dtype)
