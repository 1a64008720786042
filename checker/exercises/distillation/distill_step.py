"""distill_step: one update of the student by a teacher that stays as it is.

The cases hold networks and optimizers as lists of plain values, which can travel to the sandbox; the
observer builds them, and looks at them after the call.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from checker.exercise import Exercise
from lessons.distillation import distill_step, distillation_loss

exercise = Exercise(
    distill_step,
    title="生徒の 1 回の更新",
    statement=(
        "教師を固定して、生徒の重みを 1 回だけ更新します。"
        "教師は評価モードで順伝播し、重みも BatchNorm の統計も変えず、重みに勾配を残しません。"
        "生徒は訓練モードで、1 回だけ順伝播します。"
        "生徒の重みには、前の勾配が残っていることがあります。"
        "戻り値は、更新する前の `distillation_loss` の値で、Python の float です。"
        "呼び出しが終わったあとのモードは、教師も生徒も問いません。"
    ),
    difficulty=3,
    minutes=15,
    points=4,
    rtol=1e-5,
    uses=("soft_loss", "distillation_loss"),
    hints=(
        "順番は、モードの切り替え、順伝播、損失、前の勾配の消去、逆伝播、更新です。"
        "`teacher.＿()`、`student.＿()`、`with torch.＿():`、損失の計算、"
        "`optimizer.＿()`、`loss.＿()`、`optimizer.＿()` と書きます。＿ を埋めてください。",
        "`eval()` は Dropout を止め、BatchNorm の統計（ためた平均と分散）を固定します。`train()` はその逆です。"
        "教師と生徒で、どちらを呼ぶか考えます。",
        "教師の順伝播は `with torch.no_grad():` の中で行います。計算の記録が残らず、勾配も流れません。",
        "`optimizer.zero_grad()`、`loss.backward()`、`optimizer.step()` をこの順に呼びます。"
        "`backward` は勾配を足し込むので、前の勾配を先に消します。",
        "損失は `distillation_loss(student(x), teacher_logits, labels, temperature, alpha)` です。"
        "`loss.item()` を返します。更新のあとで計算し直す必要はありません。",
    ),
)


@exercise.example
def example() -> str:
    before, taught = [[0.5, -0.5], [0.0, 1.0]], [[3.0, 0.0], [-1.0, 1.0]]
    x, labels, temperature, alpha, lr = [[1.0, 2.0]], [0], 2.0, 0.7, 0.1
    student, teacher = nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False)
    student.weight.data, teacher.weight.data = torch.tensor(before), torch.tensor(taught)
    mixed = torch.optim.SGD(student.parameters(), lr=lr), temperature, alpha
    called = student, teacher, torch.tensor(x), torch.tensor(labels), *mixed
    first = distill_step(*called)
    after = [[round(w, 4) for w in row] for row in student.weight.tolist()]
    second = distill_step(*called)
    return (
        f"生徒も教師も、バイアスのない全結合層 1 つです。"
        f"生徒の重みは `{before}`、教師の重みは `{taught}` とします。"
        f"`x={x}`、`labels={labels}`、`temperature={temperature}`、`alpha={alpha}` とします。"
        f"学習率 {lr} の SGD で 1 回更新すると、戻り値は {first:.4f} です。"
        f"生徒の重みは `{after}` に変わります。"
        f"もう 1 回更新すると、戻り値は {second:.4f} に下がります。"
    )


def linear(rng, inputs, outputs, dtype=torch.float32, size=1.0) -> list:
    weight, bias = rng.normal(0, size, (outputs, inputs)), rng.normal(0, 0.5, outputs)
    return ["linear", torch.tensor(weight, dtype=dtype), torch.tensor(bias, dtype=dtype)]


def batch_norm(rng, width, dtype=torch.float32) -> list:
    """Statistics far from those of any batch here, so that the two modes give other values."""
    ranges = (0.6, 1.4), (-0.5, 0.5), (-1.0, 1.0), (2.5, 4.0)
    return ["batch_norm", *(torch.tensor(rng.uniform(*r, width), dtype=dtype) for r in ranges)]


def networks(rng, features=6, classes=4, dtype=torch.float32, normed=False) -> tuple[list, list]:
    """A small student, on request with a BatchNorm, and a wide teacher with BatchNorm and Dropout."""
    student = [linear(rng, features, 5, dtype), ["relu"], linear(rng, 5, classes, dtype)]
    if normed:
        student.insert(1, batch_norm(rng, 5, dtype))
    teacher = [
        linear(rng, features, 12, dtype),
        batch_norm(rng, 12, dtype),
        ["relu"],
        ["dropout", 0.4],
        linear(rng, 12, classes, dtype, 1.5),
    ]
    return student, teacher


def batch(rng, count=8, features=6, classes=4, dtype=torch.float32) -> tuple[Tensor, Tensor]:
    x = torch.tensor(rng.normal(0.5, 1, (count, features)), dtype=dtype)
    return x, torch.tensor(rng.integers(0, classes, count))


def sgd(rng, momentum=0.0, weight_decay=0.0) -> list:
    lr = round(float(rng.uniform(0.05, 0.15)), 3)
    return ["SGD", {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}]


def mixture(rng, coldest=1.6, warmest=3.0) -> tuple[float, float]:
    """Temperature and alpha, neither of them a value that hides a mix-up."""
    return round(float(rng.uniform(coldest, warmest)), 2), round(float(rng.uniform(0.6, 0.85)), 2)


def nearly_taught(rng) -> tuple:
    """A student that is almost its teacher, and right: the loss is far below 1."""
    (kind, weight, bias), x = linear(rng, 6, 4, size=1.5), batch(rng)[0]
    labels = (x @ weight.T + bias).argmax(dim=1)
    return [[kind, weight, bias]], [[kind, 1.1 * weight, bias]], x, labels


@exercise.cases
def cases(rng):
    yield "基本", (*networks(rng), *batch(rng), sgd(rng), *mixture(rng))
    yield "生徒にも BatchNorm", (*networks(rng, normed=True), *batch(rng), sgd(rng), *mixture(rng))
    yield "生徒が 1 層で、損失が小さい", (*nearly_taught(rng), sgd(rng), *mixture(rng))
    deep = [linear(rng, 6, 5), ["relu"], linear(rng, 5, 5), ["relu"], linear(rng, 5, 4)]
    plain = [linear(rng, 6, 9), ["relu"], linear(rng, 9, 4, size=1.5)]
    yield "教師は Dropout も BatchNorm もなし", (deep, plain, *batch(rng), sgd(rng), *mixture(rng))
    yield "画像が 1 枚だけ", (*networks(rng), *batch(rng, 1), sgd(rng), *mixture(rng))
    yield "2 クラス", (*networks(rng, classes=2), *batch(rng, classes=2), sgd(rng), *mixture(rng))

    moving = sgd(rng, 0.9, 0.05)
    yield "モーメンタムと重み減衰", (*networks(rng, normed=True), *batch(rng), moving, *mixture(rng))
    # Adam divides by the gradient's size: with a small eps it would blow up the noise of float32.
    adam = ["Adam", {"lr": round(float(rng.uniform(0.02, 0.06)), 3), "eps": 1e-2}]
    yield "Adam で更新", (*networks(rng), *batch(rng), adam, *mixture(rng))

    normed = networks(rng, normed=True)
    yield "正解ラベルだけ（alpha が 0）", (*normed, *batch(rng), sgd(rng), mixture(rng)[0], 0.0)
    yield "教師だけ（alpha が 1）", (*networks(rng), *batch(rng), sgd(rng), mixture(rng)[0], 1.0)
    yield "1 より低い温度", (*networks(rng), *batch(rng), sgd(rng), *mixture(rng, 0.5, 0.8))
    double = networks(rng, dtype=torch.float64, normed=True)
    yield "倍精度", (*double, *batch(rng, dtype=torch.float64), sgd(rng), *mixture(rng))


@exercise.observe
def observer(answer, student, teacher, x, labels, optimizer, temperature, alpha):
    def layer(kind, *values):
        if kind == "relu":
            return nn.ReLU()
        if kind == "dropout":
            return nn.Dropout(*values)
        made = nn.Linear(*values[0].shape[::-1]) if kind == "linear" else nn.BatchNorm1d(len(values[0]))
        names = ("weight", "bias", "running_mean", "running_var")
        made.load_state_dict(dict(zip(names, values, strict=False)), strict=False)
        return made

    class Watched(nn.Sequential):
        def forward(self, x):
            modes.append("訓練" if all(m.training for m in self.modules()) else "評価")
            return super().forward(x)

    # The modes and the old gradients are those that the answer has to change.
    modes, student = [], Watched(*(layer(*parts) for parts in student)).to(x.dtype).eval()
    teacher = nn.Sequential(*(layer(*parts) for parts in teacher)).to(x.dtype).train()
    for parameter in student.parameters():
        parameter.grad = torch.ones_like(parameter)
    rule, settings = optimizer
    optimizer = getattr(torch.optim, rule)(student.parameters(), **settings)
    value = answer(student, teacher, x, labels, optimizer, temperature, alpha)
    return {
        "戻り値": value,
        "生徒の順伝播の回数": len(modes),
        "順伝播での生徒のモード": modes[0] if modes else "なし",
        "生徒の重み": [parameter.detach() for parameter in student.parameters()],
        "生徒の BatchNorm の統計": list(student.buffers()),
        "教師の重みと統計": list(teacher.state_dict().values()),
        "教師の重みの勾配": [parameter.grad for parameter in teacher.parameters()],
    }


exercise.slip(
    "forgets_zero_grad",
    "前の勾配を消していません。backward は勾配を足し込むので、先に zero_grad を呼びます。",
    "    optimizer.zero_grad()\n", "",
)
exercise.slip(
    "never_updates",
    "生徒の重みが変わっていません。zero_grad、backward、step の順に呼びます。",
    "optimizer.zero_grad()\n    loss.backward()\n", "loss.backward()\n    optimizer.zero_grad()\n",
)
exercise.slip(
    "steps_twice",
    "step を 2 回呼んでいます。重みの更新は 1 回だけです。",
    "optimizer.step()\n", "optimizer.step()\n    optimizer.step()\n",
)
exercise.slip(
    "leaves_the_teacher_in_training",
    "教師を訓練モードで順伝播しています。teacher(x) の前に teacher.eval() を呼びます。",
    "    teacher.eval()\n", "",
)
exercise.slip(
    "leaves_the_student_in_evaluation",
    "生徒を評価モードで順伝播しています。student(x) の前に student.train() を呼びます。",
    "    student.train()\n", "",
)
exercise.slip(
    "forgets_both_modes",
    "教師は訓練モード、生徒は評価モードで順伝播しています。teacher.eval() と student.train() を先に呼びます。",
    "    teacher.eval()\n    student.train()\n", "",
)
exercise.slip(
    "passes_probabilities",
    "distillation_loss に確率を渡しています。softmax は中で取るので、ロジットを渡します。",
    "student(x), teacher_logits, labels,",
    "F.softmax(student(x), dim=1), F.softmax(teacher_logits, dim=1), labels,",
)
exercise.slip(
    "feeds_the_teacher",
    "教師に勾配が流れています。教師の順伝播は torch.no_grad() の中で行います。",
    "    with torch.no_grad():\n"
    "        teacher_logits = teacher(x)\n"
    "    loss = distillation_loss(student(x), teacher_logits, labels, temperature, alpha)",
    "    z_s, z_t = student(x), teacher(x)\n"
    "    soft = temperature**2 * soft_loss(z_s, z_t, temperature)\n"
    "    loss = alpha * soft + (1 - alpha) * F.cross_entropy(z_s, labels)",
)
exercise.slip(
    "returns_a_tensor",
    "テンソルを返しています。loss.item() で Python の float を取り出します。",
    "loss.item()", "loss.detach()",
)
exercise.slip(
    "returns_the_loss_after",
    "更新したあとの損失を返しています。返すのは、更新に使った損失です。",
    "return loss.item()",
    "with torch.no_grad():\n"
    "        return distillation_loss(student(x), teacher_logits, labels, temperature, alpha).item()",
)
exercise.slip(
    "runs_the_student_twice",
    "生徒を 2 回順伝播しています。BatchNorm の統計も 2 回動くので、1 回の結果を使い回します。",
    "loss = distillation_loss(student(x), teacher_logits, labels, temperature, alpha)",
    "soft = temperature**2 * soft_loss(student(x), teacher_logits, temperature)\n"
    "    loss = alpha * soft + (1 - alpha) * F.cross_entropy(student(x), labels)",
)
exercise.slip(
    "learns_from_hard_labels_only",
    "教師を使わず、正解ラベルだけで学習しています。損失は distillation_loss です。",
    "distillation_loss(student(x), teacher_logits, labels, temperature, alpha)",
    "F.cross_entropy(student(x), labels)",
)
exercise.slip(
    "ignores_the_labels",
    "正解ラベルを使わず、教師の確率だけで学習しています。損失は distillation_loss です。",
    "distillation_loss(student(x), teacher_logits, labels, temperature, alpha)",
    "temperature**2 * soft_loss(student(x), teacher_logits, temperature)",
)
exercise.slip(
    "swaps_student_and_teacher",
    "生徒と教師のロジットが逆です。distillation_loss の 1 番目が生徒、2 番目が教師です。",
    "with torch.no_grad():\n"
    "        teacher_logits = teacher(x)\n"
    "    loss = distillation_loss(student(x), teacher_logits,",
    "loss = distillation_loss(teacher(x), student(x),",
)


exercise.slip(
    "learns_from_the_soft_loss_only",
    "soft_loss だけで学習しています。T² と正解ラベルの項もある distillation_loss を使います。",
    "distillation_loss(student(x), teacher_logits, labels, temperature, alpha)",
    "soft_loss(student(x), teacher_logits, temperature)",
)


@exercise.right
def puts_the_modes_back(student, teacher, x, labels, optimizer, temperature, alpha):
    teacher.eval().requires_grad_(False)
    optimizer.zero_grad(set_to_none=False)
    loss = distillation_loss(student.train()(x), teacher(x), labels, temperature, alpha)
    student.eval(), teacher.train()
    loss.backward()
    optimizer.step()
    return float(loss.detach())


@exercise.right
def copies_the_teacher(student, teacher, x, labels, optimizer, temperature, alpha):
    import copy

    z_t, z_s = copy.deepcopy(teacher).eval()(x).detach(), student.train()(x)
    log_q = F.log_softmax(z_s / temperature, dim=1)
    soft = F.kl_div(log_q, F.softmax(z_t / temperature, dim=1), reduction="batchmean")
    loss = alpha * temperature**2 * soft + (1 - alpha) * F.cross_entropy(z_s, labels)
    for parameter in student.parameters():
        parameter.grad = None
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


@exercise.right
def asks_for_the_gradients(student, teacher, x, labels, optimizer, temperature, alpha):
    student.train(), teacher.eval()
    with torch.inference_mode():
        teacher_logits = teacher(x)
    loss = distillation_loss(student(x), teacher_logits, labels, temperature, alpha)
    parameters = list(student.parameters())
    for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        parameter.grad = gradient
    optimizer.step()
    return loss.tolist()


@exercise.right
def gives_the_optimizer_a_closure(student, teacher, x, labels, optimizer, temperature, alpha):
    student.train(), teacher.eval()

    def closure():
        optimizer.zero_grad()
        loss = distillation_loss(student(x), teacher(x).detach(), labels, temperature, alpha)
        loss.backward()
        return loss

    return optimizer.step(closure).item()
