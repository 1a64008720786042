"""蒸留の教師: 手書き数字を、訓練画像のすべてで学習した大きなネットワークです。

教師: 64-256-256-10 (8×8 画素、-1 以上 1 以下にした入力)
出典: Hinton, Vinyals, Dean 2015, arXiv:1503.02531, 2 節
"""

import torch
from torch import Tensor, nn

from lessons.data import Dataset, centred
from lessons.training import mlp, one_thread, train

TEACHER_WIDTHS = [64, 256, 256, 10]


def with_centred_images(data: Dataset) -> Dataset:
    """画素を -1 以上 1 以下にしたデータです。"""
    return Dataset(centred(data.x_train), data.y_train, centred(data.x_test), data.y_test,
                   data.class_names)


@one_thread()
def trained_teacher(data: Dataset, seed: int) -> nn.Sequential:
    """訓練画像のすべてで、教師を学習します。"""
    teacher = mlp(TEACHER_WIDTHS, seed)
    train(teacher, data.x_train, data.y_train, epochs=30, lr=0.05, weight_decay=1e-3,
          generator=torch.Generator().manual_seed(seed))
    return teacher


@torch.no_grad()
def logits_of(model: nn.Module, x: Tensor) -> Tensor:
    """評価モードでのロジット [n, C] です。"""
    return model.eval()(x)
