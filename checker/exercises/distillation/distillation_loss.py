"""distillation_loss: the teacher's probabilities and the hard labels in one loss, and its gradient."""

import torch
import torch.nn.functional as F
from torch import Tensor

from checker.exercise import Exercise
from checker.exercises.distillation.soft_loss import close, doubting, far_apart, logits
from lessons.distillation import distillation_loss, soft_loss

exercise = Exercise(
    distillation_loss,
    title="蒸留の損失",
    statement=(
        "ソフトターゲットの損失と、正解ラベルの損失を `alpha` で混ぜます。"
        "ソフトターゲットの損失は、`soft_loss` の値に $T^2$ を掛けたものです。"
        "正解ラベルの損失は、温度を使わない交差エントロピーです。"
        "割合は、ソフトターゲットの損失が `alpha`、正解ラベルの損失が `1 - alpha` です。"
        "戻り値は、生徒のロジットに勾配を流せるスカラーのテンソルです。"
        "教師のロジットには、勾配を流しません。"
    ),
    difficulty=2,
    minutes=12,
    points=4,
    uses=("soft_loss",),
    hints=(
        "損失は 2 つの項の和です。項を 1 つずつ計算してから、最後に混ぜます。",
        "正解ラベルの損失は `F.cross_entropy(student_logits, labels)` です。"
        "この項には、温度も T² も使いません。",
        "温度が高いと、ソフトターゲットの損失の勾配は、およそ $1/T^2$ に縮みます。"
        "`temperature**2` を掛けて、2 つの項の大きさをそろえます。",
        "`soft_loss` は、教師のロジットにも勾配を流します。"
        "`teacher_logits.detach()` は、値が同じで勾配を流さないテンソルです。",
        "`soft = soft_loss(student_logits, teacher_logits.detach(), temperature)` です。"
        "答えは `alpha * temperature**2 * soft + (1 - alpha) * hard` です。",
    ),
)

SHOWN = torch.tensor([[2.0, 3.0, 0.0]]), torch.tensor([[6.0, 1.0, 0.0]]), torch.tensor([0]), 4.0, 0.7


@exercise.example
def example() -> str:
    student, teacher, labels, temperature, alpha = SHOWN
    soft = soft_loss(student, teacher, temperature).item()
    hard = F.cross_entropy(student, labels).item()
    loss = distillation_loss(student, teacher, labels, temperature, alpha).item()
    return (
        f"生徒のロジットが `{student.tolist()}`、教師のロジットが `{teacher.tolist()}` とします。"
        f"正解は `{labels.tolist()}`、`temperature={temperature}`、`alpha={alpha}` です。"
        f"`soft_loss` は {soft:.4f}、正解ラベルとの交差エントロピーは {hard:.4f} です。"
        f"損失は {alpha} × {temperature**2:g} × {soft:.4f} + {1 - alpha:.1f} × {hard:.4f} で、"
        f"{loss:.4f} になります。"
    )


def rest(rng, batch, classes, coldest=1.6, warmest=3.0) -> tuple[Tensor, float, float]:
    """Labels, temperature and alpha; alpha is never near a half, which would hide a mix-up."""
    labels = torch.tensor(rng.integers(0, classes, batch))
    alpha = rng.choice([rng.uniform(0.15, 0.35), rng.uniform(0.65, 0.85)])
    return labels, round(float(rng.uniform(coldest, warmest)), 2), round(float(alpha), 2)


@exercise.cases
def cases(rng):
    yield "基本", (*logits(rng, 4, 5), *rest(rng, 4, 5))
    yield "例のロジット", SHOWN
    yield "画像が 1 枚だけ", (*logits(rng, 1, 6), *rest(rng, 1, 6))
    yield "2 クラス", (*logits(rng, 5, 2), *rest(rng, 5, 2))
    yield "1 より低い温度", (*logits(rng, 3, 5), *rest(rng, 3, 5, 0.4, 0.7))
    yield "高い温度（倍精度）", (*logits(rng, 6, 4, torch.float64), *rest(rng, 6, 4, 8, 20))

    labels, temperature, _ = rest(rng, 4, 6)
    yield "正解ラベルだけ（alpha が 0）", (*logits(rng, 4, 6), labels, temperature, 0.0)
    labels, temperature, _ = rest(rng, 5, 4)
    yield "教師だけ（alpha が 1）", (*logits(rng, 5, 4), labels, temperature, 1.0)
    labels, _, alpha = rest(rng, 3, 4)
    yield "温度が 1", (*logits(rng, 3, 4), labels, 1.0, alpha)

    student, teacher = logits(rng, 3, 5)
    lost = torch.arange(5) == int(rng.integers(5))
    low = -float(rng.uniform(400, 700))
    yield "教師の確率が 0 につぶれる", (student, teacher.masked_fill(lost, low), *rest(rng, 3, 5))

    student, teacher = far_apart(rng, 3, 5)
    # Never the student's favourite: else both terms are 0 in a row, whatever they are weighted by.
    labels = (student.argmax(dim=1) + torch.tensor(rng.integers(1, 5, 3))) % 5
    yield "±10000 のロジット", (student, teacher, labels, *rest(rng, 3, 5)[1:])

    student = logits(rng, 3, 5)[0]
    yield "教師に同点のクラス", (student, doubting(rng, student), *rest(rng, 3, 5))
    student, teacher = close(rng, 4, 5)
    labels, temperature, _ = rest(rng, 4, 5)
    yield "損失が小さい（倍精度）", (student, teacher, teacher.argmax(dim=1), temperature, 0.9)


@exercise.observe
def observer(answer, student_logits, teacher_logits, labels, temperature, alpha):
    student_logits.requires_grad_()
    teacher_logits.requires_grad_()
    computed = teacher_logits.view_as(teacher_logits)  # as a teacher's are: no leaf
    value = answer(student_logits, computed, labels, temperature, alpha)
    if isinstance(value, Tensor) and value.ndim == 0 and value.requires_grad:
        try:
            value.backward()
        except RuntimeError as error:
            if "second time" not in str(error):
                raise
            # The answer has called backward itself: its caller gets nothing.
            student_logits.grad = torch.zeros_like(student_logits)
    return {
        "戻り値": value,
        "生徒のロジットの勾配": student_logits.grad,
        "教師のロジットの勾配": teacher_logits.grad,
    }


exercise.slip(
    "forgets_t_squared",
    "T² を掛けていません。勾配が 1/T² に縮み、温度を上げるほど蒸留が効かなくなります。",
    "alpha * temperature**2 * soft", "alpha * soft",
)
exercise.slip(
    "multiplies_by_t",
    "T を 1 回だけ掛けています。勾配は 1/T² に縮むので、掛けるのは T² です。",
    "temperature**2", "temperature",
)
exercise.slip(
    "divides_by_t_squared",
    "T² で割っています。縮んだ勾配を元に戻すには、T² を掛けます。",
    "alpha * temperature**2", "alpha / temperature**2",
)
exercise.slip(
    "scales_the_whole_loss",
    "T² を全体に掛けています。掛けるのは、温度で割ったソフトターゲットの損失だけです。",
    "alpha * temperature**2 * soft + (1 - alpha) * hard",
    "temperature**2 * (alpha * soft + (1 - alpha) * hard)",
)
exercise.slip(
    "swaps_alpha",
    "alpha と 1 - alpha が逆です。alpha は、ソフトターゲットの損失の割合です。",
    "alpha * temperature**2 * soft + (1 - alpha) * hard",
    "(1 - alpha) * temperature**2 * soft + alpha * hard",
)
exercise.slip(
    "adds_the_whole_hard_term",
    "正解ラベルとの損失に 1 - alpha を掛けていません。2 つの割合の和は 1 です。",
    "(1 - alpha) * hard", "hard",
)
exercise.slip(
    "warms_the_hard_term",
    "正解ラベルとの損失でも、ロジットを温度で割っています。この項は T = 1 のままです。",
    "F.cross_entropy(student_logits,", "F.cross_entropy(student_logits / temperature,",
)
exercise.slip(
    "takes_softmax_twice",
    "F.cross_entropy に確率を渡しています。softmax は中で取るので、ロジットを渡します。",
    "F.cross_entropy(student_logits,", "F.cross_entropy(F.softmax(student_logits, dim=-1),",
)
exercise.slip(
    "feeds_the_teacher",
    "教師のロジットに勾配が流れています。soft_loss には teacher_logits.detach() を渡します。",
    "teacher_logits.detach()", "teacher_logits",
)
exercise.slip(
    "detaches_the_student_instead",
    "detach する相手が逆です。学習するのは生徒なので、切り離すのは教師のロジットです。",
    "student_logits, teacher_logits.detach()", "student_logits.detach(), teacher_logits",
)


@exercise.wrong("生徒のロジットに勾配が流れません。no_grad や detach を使うのは教師にだけで、損失も作り直しません。")
def cuts_the_whole_graph(student_logits, teacher_logits, labels, temperature, alpha):
    with torch.no_grad():
        soft = soft_loss(student_logits, teacher_logits, temperature)
        hard = F.cross_entropy(student_logits, labels)
        return alpha * temperature**2 * soft + (1 - alpha) * hard


exercise.slip(
    "takes_the_number_out_of_the_soft_loss",
    "soft_loss の勾配が消えています。値を .item() で数に直さず、生徒のロジットも detach しません。",
    "teacher_logits.detach(), temperature)", "teacher_logits.detach(), temperature).item()",
)
exercise.slip(
    "swaps_student_and_teacher",
    "soft_loss の引数の順が逆です。1 番目が生徒、2 番目が教師のロジットです。",
    "student_logits, teacher_logits.detach()", "teacher_logits.detach(), student_logits",
)
exercise.slip(
    "passes_probabilities_to_the_soft_loss",
    "soft_loss に確率を渡しています。温度と softmax は中で使うので、ロジットを渡します。",
    "student_logits, teacher_logits.detach()",
    "*((z / temperature).softmax(-1) for z in (student_logits, teacher_logits.detach()))",
)
exercise.slip(
    "divides_by_the_temperature_twice",
    "温度で 2 回割っています。soft_loss の中で割るので、ロジットはそのまま渡します。",
    "student_logits, teacher_logits.detach()",
    "student_logits / temperature, teacher_logits.detach() / temperature",
)
exercise.slip(
    "returns_a_float",
    "Python の float を返しています。勾配を流せるように、.item() を使わずテンソルのまま返します。",
    "alpha * temperature**2 * soft + (1 - alpha) * hard",
    "(alpha * temperature**2 * soft + (1 - alpha) * hard).item()",
)
exercise.slip(
    "calls_backward",
    "関数の中で backward を呼んでいます。勾配を計算するのは、損失を受け取った側です。",
    "return alpha * temperature**2 * soft + (1 - alpha) * hard",
    "loss = alpha * temperature**2 * soft + (1 - alpha) * hard\n"
    "    loss.backward()\n    return loss",
)


@exercise.right
def with_kl_div(student_logits, teacher_logits, labels, temperature, alpha):
    with torch.no_grad():
        p = F.softmax(teacher_logits / temperature, dim=1)
    log_q = F.log_softmax(student_logits / temperature, dim=1)
    soft = F.kl_div(log_q, p, reduction="batchmean") * temperature**2
    return torch.lerp(F.cross_entropy(student_logits, labels), soft, alpha)


@exercise.right
def cross_entropy_minus_entropy(student_logits, teacher_logits, labels, temperature, alpha):
    warm = teacher_logits.detach() / temperature
    p = warm.softmax(dim=-1)
    soft = F.cross_entropy(student_logits / temperature, p) - F.cross_entropy(warm, p)
    return alpha * temperature**2 * soft + (1 - alpha) * F.cross_entropy(student_logits, labels)


@exercise.right
def does_not_track_the_teacher(student_logits, teacher_logits, labels, temperature, alpha):
    fixed = teacher_logits.clone().detach().requires_grad_(False)
    hard = -F.log_softmax(student_logits, dim=1)[torch.arange(len(labels)), labels].mean()
    return hard + alpha * (temperature**2 * soft_loss(student_logits, fixed, temperature) - hard)


@exercise.right
def loop(student_logits, teacher_logits, labels, temperature, alpha):
    total = torch.zeros((), dtype=student_logits.dtype)
    for z_s, z_t, y in zip(student_logits, teacher_logits.detach(), labels.tolist(), strict=True):
        log_p = F.log_softmax(z_t / temperature, dim=0)
        log_q = F.log_softmax(z_s / temperature, dim=0)
        for c in range(len(z_s)):
            total = total + alpha * temperature**2 * log_p[c].exp() * (log_p[c] - log_q[c])
        total = total - (1 - alpha) * F.log_softmax(z_s, dim=0)[y]
    return total / len(student_logits)
