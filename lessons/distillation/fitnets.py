"""深くて細い生徒: 逆伝播だけ (BP)、蒸留 (KD)、ヒント (HT) の 3 つの学習を比べます。

    HT の第 1 段階: 生徒の前半だけを、hint_loss で学習します。                (1)
    第 2 段階と KD: L = CE(z_s, y) + λ T² KL(p ‖ q)    λ は 4 から 1 へ直線で下げます   (2)
    BP:             λ = 0

設定: 手書き数字 (0 を中心にした入力)、教師 64-256-256-256-10、生徒は幅 32 で深さ d。
      T = 3、Adam 0.002、エポックは BP と KD が 90、HT が 30 + 60 で、合計は同じです。
出典: Romero ほか 2015, FitNets, arXiv:1412.6550, 2.2 節と 4.1 節
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons.data import Dataset
from lessons.distillation.losses import hint_loss, soft_loss
from lessons.distillation.teacher import logits_of
from lessons.networks import Networks, fit
from lessons.training import BATCH_SIZE, mlp, one_thread, train

TEACHER_WIDTHS, WIDTH, TEMPERATURE = [64, 256, 256, 256, 10], 32, 3.0
SEEDS = [0, 1, 2]
HINT_EPOCHS, EPOCHS = 30, 60


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


def by_back_propagation(data: Dataset, depth: int, networks: Networks | None = None,
                        epochs: int = HINT_EPOCHS + EPOCHS) -> Networks:
    """BP: 正解ラベルだけで学習します。networks を渡すと、その初期値から始めます。"""
    students = networks or Networks(widths_of(depth), SEEDS).to(data.x_train.device)
    second_stage(students, data, None, epochs)
    return students


def by_distillation(data: Dataset, teacher: nn.Module, depth: int) -> Networks:
    """KD: 乱数の初期値から、正解ラベルと教師の確率で学習します。"""
    students = Networks(widths_of(depth), SEEDS).to(data.x_train.device)
    second_stage(students, data, logits_of(teacher, data.x_train), HINT_EPOCHS + EPOCHS)
    return students


def hinted(data: Dataset, teacher: nn.Sequential, depth: int) -> Networks:
    """HT の第 1 段階: 前半の層を、教師の 2 番目の隠れ層に合わせた生徒です。"""
    students = Networks(widths_of(depth), SEEDS).to(data.x_train.device)
    first_stage(students, data, logits_of(teacher[:4], data.x_train), depth // 2)
    return students


def by_hints(data: Dataset, teacher: nn.Sequential, depth: int) -> Networks:
    """HT: 第 1 段階のあとで、KD と同じ学習をします。"""
    students = hinted(data, teacher, depth)
    second_stage(students, data, logits_of(teacher, data.x_train), EPOCHS)
    return students


def first_stage(students: Networks, data: Dataset, hints: Tensor, guided_layer: int) -> None:
    """式 (1): guided_layer 番目までの層を、hints に近づけます。"""
    bound = 1 / math.sqrt(WIDTH)
    regressors = [
        nn.Parameter(torch.empty(hints.shape[1], WIDTH).uniform_(
            -bound, bound, generator=torch.Generator().manual_seed(seed)).to(hints.device))
        for seed in students.seeds]

    def loss(rows: Tensor) -> Tensor:
        guided = students(data.x_train[rows], layers=guided_layer)
        return sum(map(hint_loss, hints[rows], guided, regressors))

    fit(students, len(data.x_train), loss, also=regressors,  # 幅をそろえる行列も、一緒に学習する
        steps=steps_of(data, HINT_EPOCHS), lr=2e-3)


def second_stage(
    students: Networks, data: Dataset, teacher_logits: Tensor | None, epochs: int
) -> None:
    """式 (2): 全体を学習します。教師がいなければ λ = 0 です。"""
    steps = steps_of(data, epochs)
    weights = iter(torch.linspace(4, 1, steps).tolist())

    def loss(rows: Tensor) -> Tensor:
        logits = students(data.x_train[rows]).flatten(0, 1)
        total = F.cross_entropy(logits, data.y_train[rows].flatten())
        if teacher_logits is not None:
            soft = soft_loss(logits, teacher_logits[rows].flatten(0, 1), TEMPERATURE)
            total = total + next(weights) * TEMPERATURE**2 * soft
        return len(students.seeds) * total

    fit(students, len(data.x_train), loss, steps=steps, lr=2e-3)


def steps_of(data: Dataset, epochs: int) -> int:
    """エポック数に当たる更新の回数です。"""
    return epochs * math.ceil(len(data.x_train) / BATCH_SIZE)


def he_initialised(depth: int) -> Networks:
    """He の初期値(分散 2/入力の数の正規乱数、バイアスは 0)から始める生徒です。"""
    students = Networks(widths_of(depth), SEEDS)
    with torch.no_grad():
        for index, seed in enumerate(SEEDS):
            generator = torch.Generator().manual_seed(seed)
            for weight, bias in zip(students.weights, students.biases, strict=True):
                weight[index].normal_(0, math.sqrt(2 / weight.shape[1]), generator=generator)
                bias[index].zero_()
    return students


class BatchNormalised(Networks):
    """隠れ層の ReLU の前に、BatchNorm を入れた生徒です。ほかは Networks と同じです。"""

    def __init__(self, widths: list[int], seeds: list[int]):
        super().__init__(widths, seeds)
        features = [len(seeds) * width for width in widths[1:-1]]
        self.norms = nn.ModuleList(map(nn.BatchNorm1d, features))

    def activation(self, h: Tensor, layer: int) -> Tensor:
        """[S, B, 幅] を、ネットワークと特徴ごとに、件について正規化してから ReLU に通します。"""
        features = h.transpose(0, 1)
        normalised = self.norms[layer](features.flatten(1)).view_as(features)
        return normalised.transpose(0, 1).relu()

    def network(self, index: int) -> nn.Sequential:
        """BatchNorm の統計は束の中にあるので、1 つだけ取り出すことはできません。"""
        raise NotImplementedError("BatchNorm を入れた束からは、ネットワークを取り出せません。")


@torch.no_grad()
def spread_by_layer(network: Networks, x: Tensor) -> list[float]:
    """各層の出力が画像によってどれだけ変わるか (画像についての標準偏差の平均) です。"""
    network.eval()
    batch = x.expand(len(network.seeds), -1, -1)
    depth = len(network.weights)
    return [float(network(batch, layers=k).std(dim=1).mean()) for k in range(1, depth + 1)]
