"""深くて細い生徒: 逆伝播だけ (BP)、蒸留 (KD)、ヒント (HT) の 3 つの学習を比べます。

    HT の第 1 段階: 生徒の前半だけを、hint_loss で学習します。                (1)
    第 2 段階と KD: L = CE(z_s, y) + λ T² KL(p ‖ q)    λ は 4 から 1 へ直線で下げます   (2)
    BP:             λ = 0

設定: 手書き数字 (0 を中心にした入力)、教師 64-256-256-256-10、生徒は幅 32 で深さ d。
      T = 3、Adam 0.002。エポックの合計は、どの学習でも同じです。
      ヒントのない学習は、深さごとに 9 個の生徒を束ねて、一度に行います。
出典: Romero ほか 2015, FitNets, arXiv:1412.6550, 2.2 節、4.1 節、付録 A.1.2
      He ほか 2015, arXiv:1502.01852 (初期値。原典未確認)
"""

import copy
import functools
import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons.data import Dataset
from lessons.distillation.losses import hint_loss, soft_loss
from lessons.distillation.teacher import logits_of
from lessons.networks import Networks, accuracies, fit
from lessons.training import BATCH_SIZE, mlp, one_thread, train

TEACHER_WIDTHS, WIDTH, TEMPERATURE = [64, 256, 256, 256, 10], 32, 3.0
SEEDS = [0, 1, 2]
HINT_EPOCHS, EPOCHS = 20, 60
WITHOUT_HINTS = ("BP", "KD", "BP + He の初期値")


@one_thread()
def trained_teacher(data: Dataset, seed: int) -> nn.Sequential:
    """3 つの隠れ層を持つ、浅くて太い教師を学習します。"""
    teacher = mlp(TEACHER_WIDTHS, seed)
    train(teacher, data.x_train, data.y_train, epochs=15, lr=0.05, weight_decay=1e-3,
          generator=torch.Generator().manual_seed(seed))
    return teacher


def widths_of(depth: int) -> list[int]:
    """隠れ層が depth 個ある生徒の、層の幅です。"""
    return [64, *[WIDTH] * depth, 10]


def without_hints(data: Dataset, teacher: nn.Module, depth: int) -> dict[str, list[float]]:
    """BP と KD と、He の初期値からの BP の、シードごとのテストの正解率 (%) です。"""
    students = Networks(widths_of(depth), len(WITHOUT_HINTS) * SEEDS)
    n = len(SEEDS)
    he_initialise(students, slice(2 * n, None))
    students.to(data.x_train.device)
    second_stage(students, slice(n, 2 * n), data, teacher, HINT_EPOCHS + EPOCHS)
    found = accuracies(students, data.x_test, data.y_test)
    return {name: found[k * n:(k + 1) * n] for k, name in enumerate(WITHOUT_HINTS)}


def hinted(data: Dataset, teacher: nn.Sequential, depth: int,
           loss: Callable[..., Tensor] = hint_loss) -> Networks:
    """HT の第 1 段階: 前半の層を、教師の 2 番目の隠れ層に合わせた生徒です。"""
    students = Networks(widths_of(depth), SEEDS).to(data.x_train.device)
    first_stage(students, data, logits_of(teacher[:4], data.x_train), depth // 2, loss)
    return students


def with_hints(data: Dataset, teacher: nn.Sequential, students: Networks) -> list[float]:
    """HT の第 2 段階: hinted の生徒を KD と同じ損失で学習したときの、テストの正解率 (%) です。"""
    second_stage(students, slice(None), data, teacher, EPOCHS)
    return accuracies(students, data.x_test, data.y_test)


def first_stage(students: Networks, data: Dataset, hints: Tensor, guided_layer: int,
                loss: Callable[..., Tensor]) -> None:
    """式 (1): guided_layer 番目までの層を、hints に近づけます。"""
    bound = 1 / math.sqrt(WIDTH)
    regressors = [
        nn.Parameter(torch.empty(hints.shape[1], WIDTH).uniform_(
            -bound, bound, generator=torch.Generator().manual_seed(seed)).to(hints.device))
        for seed in students.seeds]

    def total(rows: Tensor) -> Tensor:
        guided = students(data.x_train[rows], layers=guided_layer)
        return sum(map(loss, hints[rows], guided, regressors))

    fit(students, len(data.x_train), total, also=regressors,  # 幅をそろえる行列も、一緒に学習する
        steps=steps_of(data, HINT_EPOCHS), lr=2e-3)


def second_stage(
    students: Networks, taught: slice, data: Dataset, teacher: nn.Module, epochs: int
) -> None:
    """式 (2): 束の全体を学習します。taught の生徒だけが教師の確率も使い、ほかは λ = 0 です。"""
    steps = steps_of(data, epochs)
    weights = iter(torch.linspace(4, 1, steps).tolist())
    teacher_logits = logits_of(teacher, data.x_train)

    def loss(rows: Tensor) -> Tensor:
        logits = students(data.x_train[rows])
        hard = F.cross_entropy(logits.flatten(0, 1), data.y_train[rows].flatten())
        soft = soft_loss(logits[taught].flatten(0, 1),
                         teacher_logits[rows[taught]].flatten(0, 1), TEMPERATURE)
        pupils = len(students.seeds[taught])  # 平均を、生徒ごとの損失の和に戻す
        return len(students.seeds) * hard + pupils * next(weights) * TEMPERATURE**2 * soft

    fit(students, len(data.x_train), loss, steps=steps, lr=2e-3)


def steps_of(data: Dataset, epochs: int) -> int:
    """エポック数に当たる更新回数です。"""
    return epochs * math.ceil(len(data.x_train) / BATCH_SIZE)


@torch.no_grad()
def he_initialise(students: Networks, which: slice = slice(None)) -> Networks:
    """which の生徒を、He の初期値(分散 2/入力の数の正規乱数、バイアスは 0)に変えて、束を返します。"""
    for index in range(len(students.seeds))[which]:
        generator = torch.Generator().manual_seed(students.seeds[index])
        for weight, bias in zip(students.weights, students.biases, strict=True):
            weight[index].normal_(0, math.sqrt(2 / weight.shape[1]), generator=generator)
            bias[index].zero_()
    return students


def teachable(loss: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """勾配を流さない loss なら、呼んだときに例外を送出する関数にします。"""
    @functools.wraps(loss)
    def checked(*layers: Tensor) -> Tensor:
        value = loss(*layers)
        if not value.requires_grad:
            raise ValueError("この損失からは、勾配が求まりません。")
        return value

    return checked


@torch.no_grad()
def spread_by_layer(network: Networks, x: Tensor) -> list[float]:
    """各隠れ層の出力が画像によってどれだけ変わるか (画像についての標準偏差の平均) です。倍精度で計算します。"""
    precise = copy.deepcopy(network).double()
    batch = x.double().expand(len(network.seeds), -1, -1)
    depth = len(network.weights)
    return [float(precise(batch, layers=k).std(dim=1).mean()) for k in range(1, depth)]
