"""渡された 1 回の更新の関数で再学習し、正解率が戻っていく様子を測ります。"""

import copy
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from lessons.data import Dataset
from lessons.pruning.network import threshold_masks
from lessons.training import BATCH_SIZE, accuracy, apply_masks, linear_layers

LR = 0.1


def accuracies_of_updates(
    step: Callable, model: nn.Module, data: Dataset, alpha: float, updates: list[int], seed: int
) -> tuple[dict[int, float], int]:
    """しきい値 ασ で切り、式 (4) の関数 step で重みを更新します。バイアスはふつうの SGD で更新します。

    updates: 正解率を測る更新回数。小さい順です。
    戻り値:  更新回数ごとの正解率 (%) と、切ったのに 0 でなくなった重みの本数。
    """
    model = copy.deepcopy(model).train()
    masks = threshold_masks(model, alpha)
    apply_masks(model, masks)
    generator = torch.Generator().manual_seed(seed)
    batches = torch.randperm(len(data.x_train), generator=generator).split(BATCH_SIZE)
    found = {0: accuracy(model, data.x_test, data.y_test)}
    for number, rows in enumerate(batches[: updates[-1]], 1):
        rows = rows.to(data.x_train.device)
        loss = F.cross_entropy(model(data.x_train[rows]), data.y_train[rows])
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for layer, mask in zip(linear_layers(model), masks, strict=True):
                layer.weight.copy_(step(layer.weight.detach(), layer.weight.grad, mask, LR))
                layer.bias -= LR * layer.bias.grad
        if number in updates:
            found[number] = accuracy(model, data.x_test, data.y_test)
    revived = sum(int((layer.weight[~mask] != 0).sum())
                  for layer, mask in zip(linear_layers(model), masks, strict=True))
    return found, revived
