"""同じネットワークを 5 つの大きさにして、バイト数・時間・正解率を測ります。

1 つのネットワークを学習し、数の形式を変え (float16、int8)、結合を切り (プルーニング)、
小さなネットワークに写します (蒸留)。それぞれの方法は、04 から 06 の節で学びます。

設定: Fashion-MNIST、層の幅 784-300-100-10。生徒は 784-16-10。計算は CPU で行います。
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from lessons.data import Dataset
from lessons.distillation import distillation_loss
from lessons.overview.calculator import model_bytes
from lessons.pruning import csr_bytes, csr_forward, csr_layers, threshold_mask
from lessons.quantization import int8_linear, symmetric_int8
from lessons.training import (
    BATCH_SIZE,
    apply_masks,
    linear_layers,
    milliseconds_side_by_side,
    mlp,
    one_thread,
    train,
)

WIDTHS, STUDENT_WIDTHS = [784, 300, 100, 10], [784, 16, 10]
ALPHA = 1.5
TEMPERATURE, MIX = 4.0, 0.5
INDEX_BYTES = 4
ORIGINAL = "float32（元のまま）"


@dataclass(frozen=True)
class Size:
    """1 つの大きさです。

    bytes:        重みとバイアスの大きさ (byte)。0 を省くときの番号も数えます。
    milliseconds: テスト画像 100 枚の推論にかかった時間 (ms)
    accuracy:     テスト画像 2,000 枚の正解率 (%)
    """

    name: str
    bytes: int
    milliseconds: float
    accuracy: float


@one_thread()
@torch.no_grad()
def five_sizes(data: Dataset, seed: int, rounds: int = 20) -> list[Size]:
    """5 つの大きさを作り、1 スレッドで交互に時間を測ります。data は CPU にあるものとします。"""
    original = trained(data, seed)
    cut, small = pruned(original, data, seed), student_of(original, data, seed)
    sparse, integers = csr_layers(cut), int8_layers(original)
    forwards: dict[str, tuple[int, Callable[[Tensor], Tensor]]] = {
        ORIGINAL: (dense_bytes(WIDTHS, 32), original),
        "float16": (dense_bytes(WIDTHS, 16), partial(in_half, copy.deepcopy(original).half())),
        "int8": (dense_bytes(WIDTHS, 8), partial(int8_forward, integers)),
        "結合を切る（プルーニング）": (sparse_bytes(cut), partial(csr_forward, sparse)),
        "小さな生徒（蒸留）": (dense_bytes(STUDENT_WIDTHS, 32), small),
    }
    few = data.x_test[:100]
    times = milliseconds_side_by_side(
        {name: partial(forward, few) for name, (_, forward) in forwards.items()}, rounds)
    return [Size(name, size, times[name], percent_right(forward, data))
            for name, (size, forward) in forwards.items()]


def percent_right(forward: Callable[[Tensor], Tensor], data: Dataset) -> float:
    """正解率 (%) です。"""
    return 100 * int((forward(data.x_test).argmax(dim=1) == data.y_test).sum()) / len(data.y_test)


@torch.enable_grad()
def trained(data: Dataset, seed: int) -> nn.Sequential:
    """元のネットワークを学習します。"""
    model = mlp(WIDTHS, seed)
    train(model, data.x_train, data.y_train, epochs=8, lr=0.05, weight_decay=5e-4,
          generator=torch.Generator().manual_seed(seed))
    return model


@torch.enable_grad()
def pruned(model: nn.Module, data: Dataset, seed: int) -> nn.Module:
    """ασ より小さい重みを 0 にし、0 のまま再学習した写しです。"""
    model = copy.deepcopy(model)
    masks = [threshold_mask(layer.weight.detach(), ALPHA) for layer in linear_layers(model)]
    train(model, data.x_train, data.y_train, epochs=3, lr=0.02, weight_decay=5e-4,
          generator=torch.Generator().manual_seed(seed),
          after_step=partial(apply_masks, model, masks))
    return model


@torch.enable_grad()
def student_of(teacher: nn.Module, data: Dataset, seed: int, epochs: int = 12) -> nn.Sequential:
    """教師の出力と正解ラベルの両方から、小さな生徒を学習します。"""
    student, generator = mlp(STUDENT_WIDTHS, seed), torch.Generator().manual_seed(seed)
    teacher_logits = teacher(data.x_train).detach()
    optimizer = torch.optim.SGD(
        student.parameters(), 0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)
    batches = -(-len(data.x_train) // BATCH_SIZE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs * batches)
    for _ in range(epochs):
        for rows in torch.randperm(len(data.x_train), generator=generator).split(BATCH_SIZE):
            optimizer.zero_grad()
            distillation_loss(student(data.x_train[rows]), teacher_logits[rows],
                              data.y_train[rows], TEMPERATURE, MIX).backward()
            optimizer.step()
            schedule.step()
    return student


def in_half(model: nn.Module, x: Tensor) -> Tensor:
    """float16 のネットワークで計算します。model の型は float16 です。"""
    return model(x.half())


def int8_layers(model: nn.Module) -> list[tuple[Tensor, float, Tensor]]:
    """各層の (int8 の重み, scale, バイアス) です。"""
    return [(*symmetric_int8(layer.weight.detach()), layer.bias.detach())
            for layer in linear_layers(model)]


def int8_forward(layers: list[tuple[Tensor, float, Tensor]], x: Tensor) -> Tensor:
    """すべての層の積を、8 bit の整数で計算します。x [n, in] → [n, out]"""
    for number, (weight, scale, bias) in enumerate(layers, 1):
        x = int8_linear(x, weight, scale) + bias
        x = x.relu() if number < len(layers) else x
    return x


def dense_bytes(widths: list[int], bits: int) -> int:
    """重みを bits ビットで持つ大きさ (byte) です。int8 のバイアスは float32 で、scale は層に 1 つです。"""
    weights = sum(a * b for a, b in zip(widths, widths[1:], strict=False))
    biases, layers = sum(widths[1:]), len(widths) - 1
    if bits == 8:
        return model_bytes(weights, 8) + model_bytes(biases + layers, 32)
    return model_bytes(weights + biases, bits)


def sparse_bytes(model: nn.Module) -> int:
    """0 でない重みを CSR 形式で、バイアスを float32 で持つ大きさ (byte) です。"""
    return sum(csr_bytes(len(layer.weight), int(layer.weight.count_nonzero()), 4, INDEX_BYTES)
               + layer.bias.nbytes for layer in linear_layers(model))


def told(sizes: list[Size]) -> list[str]:
    """測った時間から選んだ、5 つの大きさについての文です。速いとも遅いとも、先に決めません。"""
    original, sentences = sizes[0], []
    for size in sizes[1:]:
        ratio = original.milliseconds / size.milliseconds
        if ratio >= 1.2:
            speed = f"この計算機では {ratio:.1f} 倍速くなりました"
        elif ratio > 1 / 1.2:
            speed = "この計算機では、時間はほとんど変わりません"
        else:
            speed = f"この計算機では {1 / ratio:.1f} 倍遅くなりました"
        sentences.append(f"{size.name}: 大きさは {original.bytes / size.bytes:.1f} 分の 1 です。{speed}。")
    return sentences
