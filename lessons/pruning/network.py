"""ネットワーク全体の結合をしきい値 ασ で切り、再学習します。

手順: 密なネットワークを学習する → 各層で |w| < ασ の結合を切る → 切ったまま再学習する。
設定: Fashion-MNIST、層の幅 784-300-100-10、学習 8 エポック、再学習 3 エポック。
出典: Han, Pool, Tran, Dally 2015, arXiv:1506.02626, 3 節
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.utils import prune

from lessons.data import Dataset
from lessons.pruning.masks import pruned_percent, threshold_mask
from lessons.training import accuracy, apply_masks, linear_layers, mlp, one_thread, train

WIDTHS = [784, 300, 100, 10]
WEIGHT_DECAY = 2e-3
EPOCHS = 8
RETRAIN_EPOCHS = 3


@dataclass(frozen=True)
class PruningResult:
    """1 つの α での結果です。切った割合と、再学習の前後の正解率の単位は % です。"""

    alpha: float
    layer_percent: tuple[float, ...]
    total_percent: float
    accuracy_before: float
    accuracy_after: float


@dataclass(frozen=True)
class IterativeResult:
    """少しずつ切った各段階と、同じ本数を一度に切った場合の正解率 (%) です。"""

    steps: tuple[PruningResult, ...]
    one_shot_before: float
    one_shot_after: float


@one_thread()
def dense_network(
    data: Dataset, seed: int, widths: list[int] = WIDTHS, epochs: int = EPOCHS
) -> nn.Sequential:
    """プルーニングをしていない、密なネットワークを学習します。"""
    model = mlp(widths, seed)
    train(model, data.x_train, data.y_train, epochs=epochs, lr=0.05, weight_decay=WEIGHT_DECAY,
          generator=torch.Generator().manual_seed(seed))
    return model


@one_thread()
def retrain(
    model: nn.Module, data: Dataset, seed: int, after_step: Callable[[], None] | None = None,
    epochs: int = RETRAIN_EPOCHS,
) -> None:
    """切ったあとのネットワークを、小さい学習率でその場で再学習します。"""
    train(model, data.x_train, data.y_train, epochs=epochs, lr=0.02, weight_decay=WEIGHT_DECAY,
          generator=torch.Generator().manual_seed(seed), after_step=after_step)


def weights(model: nn.Module) -> list[Tensor]:
    """各全結合層の重みを、入力に近い順に返します。"""
    return [layer.weight.detach() for layer in linear_layers(model)]


def threshold_masks(model: nn.Module, alpha: float) -> list[Tensor]:
    """各全結合層のマスクを、その層の σ で作ります。前に切った結合は切ったままです。"""
    return [threshold_mask(w, alpha) & (w != 0) for w in weights(model)]


def magnitude_masks(model: nn.Module, cuts: list[int]) -> list[Tensor]:
    """各全結合層で、絶対値の小さい順に cuts 本の結合を切るマスクを作ります。"""
    return [prune.L1Unstructured(cut).compute_mask(w, torch.ones_like(w)).bool()
            for w, cut in zip(weights(model), cuts, strict=True)]


def prune_and_retrain(
    model: nn.Module, data: Dataset, alpha: float, seed: int
) -> tuple[nn.Module, PruningResult]:
    """model の写しをしきい値 ασ で切り、再学習します。

    戻り値: 再学習したネットワークと結果。割合は、再学習のあとに 0 になっている重みの割合です。
    """
    model = copy.deepcopy(model)
    masks = threshold_masks(model, alpha)
    apply_masks(model, masks)
    before = accuracy(model, data.x_test, data.y_test)
    retrain(model, data, seed, partial(apply_masks, model, masks))
    kept = [w != 0 for w in weights(model)]
    return model, PruningResult(
        alpha, tuple(pruned_percent([mask]) for mask in kept), pruned_percent(kept),
        before, accuracy(model, data.x_test, data.y_test))


def sweep(
    model: nn.Module, data: Dataset, alphas: list[float], seed: int
) -> list[PruningResult]:
    """それぞれの α で、同じ model から切って再学習した結果を返します。"""
    return [prune_and_retrain(model, data, alpha, seed)[1] for alpha in alphas]


def iterative_against_one_shot(
    model: nn.Module, data: Dataset, alphas: list[float], seed: int
) -> IterativeResult:
    """α を順に上げて少しずつ切る方法と、一度に切る方法を比べます。

    切る本数は層ごとに同じで、再学習のエポック数の合計も同じです。
    2 段目からの σ は、切った結合の 0 を含めて計算するので、小さくなります。そこで α を大きくします。
    """
    pruned, steps = model, []
    for step, alpha in enumerate(alphas):
        pruned, step_result = prune_and_retrain(pruned, data, alpha, seed + step)
        steps.append(step_result)

    one_shot = copy.deepcopy(model)
    masks = magnitude_masks(one_shot, [int((w == 0).sum()) for w in weights(pruned)])
    apply_masks(one_shot, masks)
    before = accuracy(one_shot, data.x_test, data.y_test)
    retrain(one_shot, data, seed, partial(apply_masks, one_shot, masks),
            epochs=RETRAIN_EPOCHS * len(alphas))
    return IterativeResult(tuple(steps), before, accuracy(one_shot, data.x_test, data.y_test))
