"""教師と生徒の実験: 蒸留が役立つ場面と役立たない場面を、手書き数字で測ります。

生徒: 64-16-10。学習は Adam、学習率 0.01、更新回数 600 です。
転移集合: 生徒に見せる画像。クラスごとに同じ枚数を、シードごとに選び直します。
出典: Hinton, Vinyals, Dean 2015, arXiv:1503.02531, 2–4 節
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn

from lessons.data import Dataset
from lessons.distillation.losses import distillation_loss, soft_loss
from lessons.networks import Networks, accuracies, fit
from lessons.training import BATCH_SIZE, accuracy, mlp, one_thread

STUDENT_WIDTHS = [64, 16, 10]
SEEDS = [0, 1, 2, 3, 4]
ADAM = {"steps": 600, "lr": 0.01}
SGD = {"steps": 600, "lr": 0.05, "rule": torch.optim.SGD, "momentum": 0.9}


def transfer_rows(labels: Tensor, per_class: int | None, seed: int) -> Tensor:
    """転移集合の行番号です。クラスごとに per_class 枚、None なら全部です。"""
    if per_class is None:
        return torch.arange(len(labels), device=labels.device)
    generator = torch.Generator().manual_seed(seed)
    shuffled = torch.randperm(len(labels), generator=generator).to(labels.device)
    return torch.cat([shuffled[labels[shuffled] == c][:per_class] for c in labels.unique()])


def taught(
    data: Dataset, teacher_logits: Tensor, per_class: int | None, temperature: float, alpha: float,
    *, loss: Callable[..., Tensor] = distillation_loss, widths: list[int] = STUDENT_WIDTHS,
    seeds: list[int] = SEEDS, without: int | None = None, **training,
) -> Networks:
    """転移集合で、シードの数だけ生徒を学習します。

    teacher_logits: 訓練画像すべてのロジット [n, C]。alpha = 0 なら、値を使いません。
    loss:           distillation_loss と同じ引数の損失
    without:        転移集合から除くクラス。None なら除きません。
    training:       fit に渡す設定。書かなければ ADAM です。
    """
    chosen = [transfer_rows(data.y_train, per_class, seed) for seed in seeds]
    rows = torch.stack([r if without is None else r[data.y_train[r] != without] for r in chosen])
    student = torch.arange(len(seeds), device=rows.device)[:, None]
    students = Networks(widths, seeds).to(rows.device)

    def total(batch: Tensor) -> Tensor:
        seen = rows[student, batch]
        student_logits = students(data.x_train[seen]).flatten(0, 1)
        mean = loss(student_logits, teacher_logits[seen].flatten(0, 1),
                    data.y_train[seen].flatten(), temperature, alpha)
        return len(seeds) * mean  # 全員の件をまとめた平均なので、和に戻す

    fit(students, rows.shape[1], total, **(ADAM | training))
    return students


def accuracies_by_update(
    data: Dataset, teacher_logits: Tensor, per_class: int | None, temperature: float, alpha: float,
    at: list[int], **options,
) -> dict[int, list[float]]:
    """更新回数 at のときの、生徒ごとの正解率 (%) です。options は taught に渡します。"""
    measured = {}

    def watch(students: Networks, updates: int) -> None:
        if updates in at:
            measured[updates] = accuracies(students, data.x_test, data.y_test)

    taught(data, teacher_logits, per_class, temperature, alpha, after_step=watch, **options)
    return measured


@one_thread()
def both_trained(
    data: Dataset, teacher: nn.Module, frozen: bool, temperature: float = 4.0, steps: int = 300
) -> list[tuple[int, float, float, float]]:
    """ソフトターゲットの損失だけで学習し、50 回の更新ごとに (更新回数, 損失, 生徒の正解率, 教師の正解率) を返します。

    frozen が False のときは、教師の重みも同じ損失で更新します。渡した teacher は変えません。
    """
    teacher, student = copy.deepcopy(teacher), mlp(STUDENT_WIDTHS, 0).to(data.x_train.device)
    moved = [*student.parameters(), *([] if frozen else teacher.parameters())]
    optimizer = torch.optim.Adam(moved, ADAM["lr"])
    generator = torch.Generator().manual_seed(0)
    history = []
    for step in range(steps + 1):
        rows = torch.randint(len(data.x_train), (BATCH_SIZE,), generator=generator)
        x = data.x_train[rows.to(data.x_train.device)]
        loss = temperature**2 * soft_loss(student(x), teacher(x), temperature)
        if step % 50 == 0:
            measured = (accuracy(m, data.x_test, data.y_test) for m in (student, teacher))
            history.append((step, loss.item(), *measured))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return history
