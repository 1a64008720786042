"""小さな生徒のパズル: 少ない画像と教師のロジットだけで、決められた大きさの生徒を育てます。

    P = (64 + 1) h + (h + 1) · 10        64-h-10 の重みとバイアスの数                  (1)

設定: 手書き数字 8×8 画素 (-1 以上 1 以下)、画像はクラスごとに 5 枚、目標の正解率は 91 %
      画素の並べ方は問題ごとに違います。よそで学習した重みは使えません。
"""

import functools
import zlib

import torch
from torch import Tensor, nn

from lessons.data import Dataset, digits
from lessons.distillation.losses import distillation_loss
from lessons.distillation.students import taught, transfer_rows
from lessons.distillation.teacher import logits_of, trained_teacher, with_centred_images
from lessons.networks import accuracies

TARGET, PER_CLASS, FEATURES, CLASSES = 91.0, 5, 64, 10


def train_student(
    x: Tensor, labels: Tensor, teacher_logits: Tensor, budget: int
) -> list[Tensor]:
    """重みとバイアスが budget 個以下の生徒 64-h-10 を学習し、その値を返します。

    生徒は `(x @ W1.T + b1).relu() @ W2.T + b2` を計算します。隠れ層の幅 h は自分で決めます。
    判定は、ここで渡さないテスト画像での正解率です。91 % 以上なら正解です。
    制限時間があります。50 枚での更新なら、2,000 回ほどまで収まります。

    x:              画像 [50, 64]、float32
    labels:         正解のクラス [50]、int64
    teacher_logits: 教師のロジット [50, 10]、float32
    budget:         重みとバイアスの数の上限 (個)
    戻り値:         リスト [W1, b1, W2, b2]。順に [h, 64]、[h]、[10, h]、[10] の形です。
                    型は float32 です。勾配を持たないテンソルにします。
    """
    features, classes = x.shape[1], teacher_logits.shape[1]
    hidden = (budget - classes) // (features + 1 + classes)
    first, last = nn.Linear(features, hidden), nn.Linear(hidden, classes)
    parameters = [first.weight, first.bias, last.weight, last.bias]
    optimizer = torch.optim.Adam(parameters, lr=0.03)
    for _ in range(200):
        logits = last(first(x).relu())
        loss = distillation_loss(logits, teacher_logits, labels, 8.0, 0.9)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [parameter.detach() for parameter in parameters]


@functools.cache
def taught_data() -> tuple[Dataset, Tensor]:
    """0 を中心にした手書き数字と、訓練画像に対する教師のロジットです。"""
    data = with_centred_images(digits())
    return data, logits_of(trained_teacher(data, 0), data.x_train)


def puzzle(seed: int, budget: int) -> tuple[Tensor, Tensor, Tensor, int]:
    """パズルの問題です。(画像, 正解のクラス, 教師のロジット, 予算) を返します。"""
    data, logits = taught_data()
    rows = transfer_rows(data.y_train, PER_CLASS, seed)
    return data.x_train[rows][:, pixel_order(logits[rows])], data.y_train[rows], logits[rows], budget


def pixel_order(teacher_logits: Tensor) -> Tensor:
    """画素の並べ方です。教師のロジットから決まるので、判定する側はいつでも求められます。"""
    seed = zlib.crc32(teacher_logits.numpy().tobytes())
    return torch.randperm(FEATURES, generator=torch.Generator().manual_seed(seed))


def student_accuracy(student: list[Tensor], teacher_logits: Tensor) -> float:
    """[W1, b1, W2, b2] の、同じ並べ方にしたテスト画像での正解率 (%) です。"""
    data, _ = taught_data()
    w1, b1, w2, b2 = student
    x = data.x_test[:, pixel_order(teacher_logits)]
    predicted = ((x @ w1.T + b1).relu() @ w2.T + b2).argmax(dim=1)
    return 100 * float((predicted == data.y_test).double().mean())


@functools.cache
def try_student(hidden: int, temperature: float, alpha: float) -> float:
    """隠れ層の幅、温度、α を決めて学習した生徒の、テストの正解率 (%) です。"""
    data, logits = taught_data()
    students = taught(data, logits, PER_CLASS, temperature, alpha, widths=[FEATURES, hidden, CLASSES],
                      seeds=[0], steps=200, lr=0.03)
    return accuracies(students, data.x_test, data.y_test)[0]
