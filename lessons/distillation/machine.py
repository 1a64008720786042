"""動く図のための計算: 1 枚の画像に働く 2 つの損失と、30 枚の画像での競走です。

    押す強さ = -∂L/∂z_s        教師の項は αT²·KL(p ‖ q)、正解ラベルの項は (1-α)·CE

競走: 蒸留の生徒と、ラベルだけの生徒が、同じ初期値、同じ 30 枚で、更新を 1 回ずつ進めます。
      更新は SGD (学習率 0.05、モーメンタム 0.9)、ミニバッチは 30 枚すべてです。
"""

import copy
import functools
from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons.data import Dataset
from lessons.distillation.losses import distill_step, soft_loss
from lessons.distillation.students import STUDENT_WIDTHS, transfer_rows
from lessons.distillation.teacher import logits_of
from lessons.training import accuracy, mlp, one_thread

PER_CLASS, SEED = 3, 0
LAST = 400  # 更新回数の上限


class Terms(NamedTuple):
    """1 枚の画像での、損失の 2 つの項です。α と T² は、まだ掛けていません。

    kl, cross_entropy: 2 つの損失の値 (nat)
    soft, hard:        α、1-α、T² を掛けた 2 つの項が、生徒の各ロジットを押す強さ [C]
    """

    kl: float
    cross_entropy: float
    soft: Tensor
    hard: Tensor


def terms(
    loss: Callable, student: Tensor, teacher: Tensor, label: int, temperature: float, alpha: float,
    squared: bool,
) -> Terms:
    """loss を alpha = 1 と 0 で呼んで、教師の項と正解ラベルの項に分けます。

    loss:    distillation_loss と同じ約束の関数
    squared: False なら、教師の項を T² で割ります。
    """
    z, y = student[None].clone().requires_grad_(), torch.tensor([label])
    soft, hard = (loss(z, teacher[None], y, temperature, only) for only in (1.0, 0.0))
    by_teacher, by_label = (-torch.autograd.grad(term, z)[0][0] for term in (soft, hard))
    factor = alpha if squared else alpha / temperature**2
    return Terms(soft.item() / temperature**2, hard.item(), factor * by_teacher,
                 (1 - alpha) * by_label)


def trial(step: Callable) -> Callable:
    """小さな生徒を step で 3 回更新して、損失と重みを返す関数です。yours で、更新どうしを比べます。"""
    @functools.wraps(step)
    def updated() -> list[Tensor]:
        student, teacher = mlp([4, 3, 2], 1), mlp([4, 5, 2], 2)
        x, labels = torch.eye(4), torch.tensor([0, 1, 1, 0])
        optimizer = torch.optim.SGD(student.parameters(), 0.1)
        losses = [step(student, teacher, x, labels, optimizer, 2.0, 0.7) for _ in range(3)]
        return [torch.tensor(losses), *(parameter.detach() for parameter in student.parameters())]

    return updated


class Race:
    """30 枚の画像で学ぶ、蒸留の生徒と、ラベルだけの生徒です。

    history: 測ったときごとの (更新回数, 蒸留の生徒, ラベルだけの生徒, 教師) のテストの正解率 (%)
    """

    def __init__(self, data: Dataset, teacher: nn.Module, step: Callable = distill_step):
        rows = transfer_rows(data.y_train, PER_CLASS, SEED)
        self.data, self.owner, self.step = data, teacher, step
        self.x, self.y = data.x_train[rows], data.y_train[rows]
        # 図に描く画像: 教師がいちばん迷う 1 枚
        self.one = int(logits_of(teacher, self.x).softmax(dim=1).amax(dim=1).argmin())
        self.restart()

    def restart(self) -> None:
        """2 人の生徒と教師を、はじめの重みに戻します。"""
        self.updates = 0
        self.teacher = copy.deepcopy(self.owner)
        self.student, self.rival = (mlp(STUDENT_WIDTHS, SEED).to(self.x.device) for _ in range(2))
        self.optimizer, self.rival_optimizer, self.teacher_optimizer = (
            torch.optim.SGD(model.parameters(), 0.05, momentum=0.9)
            for model in (self.student, self.rival, self.teacher))
        self.history: list[tuple[int, float, float, float]] = []
        self.measure()

    @one_thread()
    def go_to(
        self, updates: int, temperature: float, alpha: float, squared: bool, frozen: bool
    ) -> None:
        """更新回数が updates になるまで進めて、測ります。少なければ、はじめに戻ってから進めます。"""
        if updates < self.updates:
            self.restart()
        if updates == self.updates:
            return
        while self.updates < updates:
            self.update(temperature, alpha, squared, frozen)
        self.measure()

    def update(self, temperature: float, alpha: float, squared: bool, frozen: bool) -> None:
        """2 人を 1 回ずつ更新します。squared か frozen が False なら、蒸留では間違った更新を使います。"""
        if squared and frozen:
            self.step(self.student, self.teacher, self.x, self.y, self.optimizer, temperature, alpha)
        else:
            self.wrong_step(temperature, alpha, squared, frozen)
        self.step(self.rival, self.owner, self.x, self.y, self.rival_optimizer, 1.0, 0.0)
        self.updates += 1

    def wrong_step(self, temperature: float, alpha: float, squared: bool, frozen: bool) -> None:
        """T² を掛けないか、教師も一緒に更新します。"""
        z_s, z_t = self.student(self.x), self.teacher(self.x)
        soft = soft_loss(z_s, z_t.detach() if frozen else z_t, temperature)
        factor = temperature**2 if squared else 1.0
        loss = alpha * factor * soft + (1 - alpha) * F.cross_entropy(z_s, self.y)
        moving = [self.optimizer] if frozen else [self.optimizer, self.teacher_optimizer]
        for optimizer in moving:
            optimizer.zero_grad()
        loss.backward()
        for optimizer in moving:
            optimizer.step()

    def measure(self) -> None:
        """いまのテストの正解率を書き足します。"""
        measured = (accuracy(model, self.data.x_test, self.data.y_test)
                    for model in (self.student, self.rival, self.teacher))
        self.history.append((self.updates, *measured))

    def shown(self) -> tuple[Tensor, int, Tensor, Tensor]:
        """図に描く 1 枚の (画像 [64], 正解, 生徒のロジット [C], 教師のロジット [C]) です。"""
        x = self.x[self.one]
        student, teacher = (logits_of(model, x).cpu() for model in (self.student, self.teacher))
        return x.cpu(), int(self.y[self.one]), student, teacher
