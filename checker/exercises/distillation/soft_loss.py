"""soft_loss: how far the student's soft targets are from the teacher's."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from checker.exercise import Exercise
from lessons.distillation import soft_loss, soft_targets

exercise = Exercise(
    soft_loss,
    title="教師と生徒の確率のずれ",
    statement=(
        "教師の確率 p から見た、生徒の確率 q のずれ `KL(p ‖ q)` を返します。"
        "p と q は、どちらもロジットを温度で割って softmax を取ったものです。"
        "クラスについて $p_c (\\log p_c - \\log q_c)$ を足し、画像の枚数で平均します。"
        "p が 0 につぶれたクラスの項は 0 とします。"
        "q が 0 につぶれても、答えは有限の値です。"
        "T² は掛けず、スカラーのテンソルで返します。"
    ),
    difficulty=2,
    minutes=12,
    points=3,
    uses=("soft_targets",),
    hints=(
        "p は教師のロジット、q は生徒のロジットから求めます。温度で割るのは、その両方です。"
        "p は `soft_targets(teacher_logits, temperature)` で求められます。",
        "確率が 0 につぶれると、その `log` は -inf になります。"
        "そこで、log q は確率からではなく、ロジットから求めます。"
        "$\\log q_c = z_c/T - \\log \\sum_j \\exp(z_j/T)$ です。"
        "`F.log_softmax(student_logits / temperature, dim=-1)` が、この値を計算します。",
        "log p も、教師のロジットから `F.log_softmax` で求めます。"
        "クラスごとの値は `p * (log_p - log_q)` です。"
        "p が 0 でも log p は有限なので、この積は 0 になります。",
        "クラスについて `.sum(dim=-1)` で足すと、画像ごとの KL になります。"
        "それを `.mean()` で、画像について平均します。",
        "`p = log_p.exp()` です。答えは `(p * (log_p - log_q)).sum(dim=-1).mean()` です。"
        "`F.kl_div(log_q, p, reduction=\"batchmean\")` も、同じ値を返します。",
    ),
)

SHOWN = torch.tensor([[2.0, 3.0, 0.0]]), torch.tensor([[5.0, 1.0, -1.0]]), 2.0


@exercise.example
def example() -> str:
    student, teacher, temperature = SHOWN
    p, q = (
        [round(x, 3) for x in torch.softmax(z / temperature, dim=-1)[0].tolist()]
        for z in (teacher, student)
    )
    loss, turned = (
        soft_loss(*pair, temperature).item() for pair in ((student, teacher), (teacher, student))
    )
    return (
        f"教師のロジットが `{teacher.tolist()}`、生徒のロジットが `{student.tolist()}` とします。"
        f"`temperature={temperature}` なら、p は `{p}`、q は `{q}` です。"
        f"`KL(p ‖ q)` は {loss:.4f} です。"
        f"教師と生徒を入れ替えると {turned:.4f} で、同じ値にはなりません。"
    )


def warmth(rng, low=1.6, high=3.0) -> float:
    return round(float(rng.uniform(low, high)), 2)


def logits(rng, batch, classes, dtype=torch.float32) -> tuple[torch.Tensor, torch.Tensor]:
    """The student's and the teacher's logits; each row has its favourite, never the same one.

    That keeps the divergence away from 0, where its terms cancel in float32.
    """
    both = rng.uniform(-2, 2, (2, batch, classes))
    rows = np.arange(batch)
    favourite = rng.integers(0, classes, batch)
    both[1, rows, favourite] += rng.uniform(4, 6, batch)
    another = (favourite + rng.integers(1, classes, batch)) % classes
    both[0, rows, another] += rng.uniform(2, 4, batch)
    student, teacher = torch.tensor(both, dtype=dtype)
    return student.clone(), teacher.clone()


def far_apart(rng, batch, classes) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits from -10000 to 10000 with wide gaps: every row is one-hot, at different classes.

    Near ties at this size would hang on the rounding of logits / T.
    """
    step = 20_000 / (classes - 1)
    rungs = np.linspace(-10_000, 10_000, classes)
    teacher = rng.permuted(rungs + rng.uniform(-0.1, 0.1, (batch, classes)) * step, axis=1)
    student = np.roll(teacher, int(rng.integers(1, classes)), axis=1)
    return torch.tensor(student, dtype=torch.float32), torch.tensor(teacher, dtype=torch.float32)


def doubting(rng, student: torch.Tensor) -> torch.Tensor:
    """The logits of a teacher in whose rows several classes, or all of them, are tied."""
    teacher = torch.zeros_like(student)
    teacher[1:, :2] = float(rng.uniform(2, 4))
    return teacher


def close(rng, batch, classes) -> tuple[torch.Tensor, torch.Tensor]:
    """A student a little less sure than its teacher.

    In float64: in float32 rounding would swallow so small a divergence.
    """
    teacher = logits(rng, batch, classes, torch.float64)[1]
    return teacher * float(rng.uniform(0.85, 0.95)), teacher


def cold(rng, batch, classes) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits for a temperature below 1: q is tiny where p is large, and p is not yet one-hot."""
    student, teacher = logits(rng, batch, classes)
    favourite = teacher.argmax(dim=1, keepdim=True)
    return student.scatter(1, favourite, -25.0), 0.2 * teacher


@exercise.cases
def cases(rng):
    yield "基本", (*logits(rng, 4, 5), warmth(rng))
    yield "例のロジット", SHOWN
    yield "画像が 1 枚だけ", (*logits(rng, 1, 6), warmth(rng))
    yield "2 クラス", (*logits(rng, 5, 2), warmth(rng))
    yield "温度が 1", (*logits(rng, 3, 4), 1.0)
    yield "1 より低い温度", (*cold(rng, 3, 5), warmth(rng, 0.4, 0.7))
    yield "高い温度（倍精度）", (*logits(rng, 6, 4, torch.float64), warmth(rng, 8, 20))

    student, teacher = logits(rng, 3, 5)
    lost = torch.arange(5) == int(rng.integers(5))
    low = -float(rng.uniform(400, 700))
    yield "教師の確率が 0 につぶれる", (student, teacher.masked_fill(lost, low), warmth(rng))

    student, teacher = logits(rng, 4, 5)
    lost = torch.arange(5) == int(rng.integers(5))
    low = -float(rng.uniform(400, 700))
    yield "生徒の確率が 0 につぶれる", (student.masked_fill(lost, low), teacher, warmth(rng))

    yield "±10000 のロジット", (*far_apart(rng, 3, 5), warmth(rng))

    student = logits(rng, 3, 5)[0]
    yield "教師に同点のクラス", (student, doubting(rng, student), warmth(rng))
    yield "教師と生徒がほぼ同じ（倍精度）", (*close(rng, 4, 5), warmth(rng))
    yield "クラスが 1 つだけ", (*torch.tensor(rng.uniform(-2, 2, (2, 3, 1)), dtype=torch.float32), warmth(rng))


@exercise.wrong("向きが逆です。平均の重みに使うのは教師の確率 p で、KL(p ‖ q) を求めます。")
def reverses_the_divergence(student_logits, teacher_logits, temperature):
    q = F.softmax(student_logits / temperature, dim=-1)
    log_p = F.log_softmax(teacher_logits / temperature, dim=-1)
    return F.kl_div(log_p, q, reduction="batchmean")


exercise.slip(
    "averages_over_classes",
    "B × C 個で平均しています。クラスについては足し、画像の枚数だけで割ります（batchmean）。",
    'reduction="batchmean")', 'reduction="none").mean()',
)
exercise.slip(
    "sums_over_the_batch",
    "枚数で割っていません。クラスについて足したあと、画像の枚数で割ります。",
    '"batchmean"', '"sum"',
)
exercise.slip(
    "multiplies_by_t_squared",
    "T² を掛けています。ここでは KL だけを返し、T² は損失を混ぜるときに掛けます。",
    "F.kl_div(", "temperature**2 * F.kl_div(",
)
exercise.slip(
    "returns_the_cross_entropy",
    "交差エントロピー -Σ p log q を返しています。KL には Σ p log p も足します。",
    'F.kl_div(log_q, p, reduction="batchmean")', "-(p * log_q).sum(dim=-1).mean()",
)
exercise.slip(
    "forgets_the_students_temperature",
    "生徒のロジットを温度で割っていません。教師と生徒を同じ温度にします。",
    "student_logits / temperature", "student_logits",
)
exercise.slip(
    "forgets_the_teachers_temperature",
    "教師のロジットを温度で割っていません。教師と生徒を同じ温度にします。",
    "teacher_logits / temperature", "teacher_logits",
)


@exercise.wrong("温度を使っていません。教師と生徒のロジットを、どちらも温度で割ります。")
def forgets_the_temperature(student_logits, teacher_logits, temperature):
    p, log_q = F.softmax(teacher_logits, dim=-1), F.log_softmax(student_logits, dim=-1)
    return F.kl_div(log_q, p, reduction="batchmean")


@exercise.wrong("クラスではなく画像の軸で softmax を取っています。クラスは最後の軸で、dim=-1 です。")
def takes_the_batch_axis(student_logits, teacher_logits, temperature):
    p = F.softmax(teacher_logits / temperature, dim=0)
    log_q = F.log_softmax(student_logits / temperature, dim=0)
    return F.kl_div(log_q, p, reduction="batchmean")


exercise.slip(
    "passes_probabilities",
    "F.kl_div に生徒の確率 q を渡しています。1 番目の引数は log q です。",
    "F.log_softmax(", "F.softmax(",
)
exercise.slip(
    "swaps_the_arguments",
    "F.kl_div の引数が違います。1 番目は生徒の log q、2 番目は教師の p（log を取らない確率）です。",
    "log_q, p,", "p, log_q,",
)
exercise.slip(
    "flips_the_sign",
    "符号が逆です。KL は Σ p (log p - log q) で、0 以上の値です。",
    "F.kl_div(", "-F.kl_div(",
)


@exercise.wrong("0 につぶれた確率に log を取っています。どちらの対数も log_softmax で求めます。")
def takes_naive_logarithms(student_logits, teacher_logits, temperature):
    p = F.softmax(teacher_logits / temperature, dim=-1)
    q = F.softmax(student_logits / temperature, dim=-1)
    return (p * (p / q).log()).sum(dim=-1).mean()


exercise.slip(
    "multiplies_zero_by_infinity",
    "p が 0 のとき p.log() は -inf で、積が nan になります。log_softmax か F.kl_div を使います。",
    'F.kl_div(log_q, p, reduction="batchmean")', "(p * (p.log() - log_q)).sum(dim=-1).mean()",
)
exercise.slip(
    "loses_the_students_logarithm",
    "生徒の確率に log を取っています。0 につぶれると -inf になるので、log_softmax を使います。",
    "F.log_softmax(student_logits / temperature, dim=-1)",
    "F.softmax(student_logits / temperature, dim=-1).log()",
)


@exercise.wrong("小さな数を足して log を取っています。つぶれた確率の対数が変わるので、log_softmax を使います。")
def adds_epsilon(student_logits, teacher_logits, temperature):
    p = F.softmax(teacher_logits / temperature, dim=-1)
    q = F.softmax(student_logits / temperature, dim=-1)
    return (p * ((p + 1e-8).log() - (q + 1e-8).log())).sum(dim=-1).mean()


exercise.slip(
    "returns_a_float",
    "Python の float を返しています。.item() を使わずに、スカラーのテンソルのまま返します。",
    'reduction="batchmean")', 'reduction="batchmean").item()',
)


@exercise.wrong("確率の差を二乗しています。KL は、確率の対数の差を教師の確率で平均します。")
def takes_squared_errors(student_logits, teacher_logits, temperature):
    p, q = (F.softmax(z / temperature, dim=-1) for z in (teacher_logits, student_logits))
    return F.mse_loss(q, p)


@exercise.right
def with_soft_targets(student_logits, teacher_logits, temperature):
    p = soft_targets(teacher_logits, temperature)
    log_q = torch.log_softmax(student_logits / temperature, dim=-1)
    entropy = -torch.xlogy(p, p).sum()
    return (-(p * log_q).sum() - entropy) / len(p)


@exercise.right
def both_logarithms(student_logits, teacher_logits, temperature):
    log_p = F.log_softmax(teacher_logits / temperature, dim=1)
    log_q = F.log_softmax(student_logits / temperature, dim=1)
    return (log_p.exp() * (log_p - log_q)).sum(dim=1).mean()


@exercise.right
def cross_entropy_minus_entropy(student_logits, teacher_logits, temperature):
    p = F.softmax(teacher_logits / temperature, dim=-1)
    entropy = F.cross_entropy(teacher_logits / temperature, p)
    return F.cross_entropy(student_logits / temperature, p) - entropy


@exercise.right
def numpy_minded(student_logits, teacher_logits, temperature):
    logs = []
    for z in (teacher_logits.numpy(), student_logits.numpy()):
        z = (z - z.max(axis=1, keepdims=True)) / temperature
        logs.append(z - np.log(np.exp(z).sum(axis=1, keepdims=True)))
    log_p, log_q = logs
    kl = (np.exp(log_p) * (log_p - log_q)).sum(axis=1).mean()
    return torch.tensor(kl, dtype=student_logits.dtype)


@exercise.right
def loop(student_logits, teacher_logits, temperature):
    total = 0.0
    for s, t in zip(student_logits.tolist(), teacher_logits.tolist(), strict=True):
        norm_s = math.log(sum(math.exp((z - max(s)) / temperature) for z in s))
        norm_t = math.log(sum(math.exp((z - max(t)) / temperature) for z in t))
        for z_s, z_t in zip(s, t, strict=True):
            log_p = (z_t - max(t)) / temperature - norm_t
            log_q = (z_s - max(s)) / temperature - norm_s
            total += math.exp(log_p) * (log_p - log_q)
    return torch.tensor(total / len(student_logits), dtype=student_logits.dtype)
