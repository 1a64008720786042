"""ネットワークを層の並びで切り、部品ごとに別のワーカーが持つものとして学習します。

順伝播: 部品の出力 (値だけ) が、次のワーカーへ渡ります。
逆伝播: 損失を部品の入力で微分した勾配が、前のワーカーへ戻ります。

層は 0 から数える全結合層の番号です。そのあとの ReLU は、前の部品につけます。
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lessons.training import BATCH_SIZE


@dataclass(frozen=True, eq=False)
class Step:
    """1 回の順伝播と逆伝播です。

    logits:         出力 [B, クラス数]
    forward_bytes:  順伝播で切れ目を通ったデータ (byte)
    backward_bytes: 逆伝播で切れ目を通ったデータ (byte)
    """

    logits: Tensor
    forward_bytes: int
    backward_bytes: int


def cut_after(model: nn.Sequential, cuts: list[int]) -> list[nn.Sequential]:
    """mlp の写しを、cuts の各層のあとで切ります。戻り値は、入力に近い順の部品です。

    ValueError: 最後の層より前にない番号や、同じ番号があるとき。
    """
    layers = len(model) // 2 + 1
    if len(set(cuts)) < len(cuts) or not set(cuts) <= set(range(layers - 1)):
        raise ValueError(f"{layers} 層のネットワークは、この層のあとでは切れません: {cuts}")
    ends = [2 * (cut + 1) for cut in sorted(cuts)]
    pieces = zip([0, *ends], [*ends, len(model)], strict=True)
    return [copied(model[start:end]) for start, end in pieces]


def copied(part: nn.Sequential) -> nn.Sequential:
    """重みを共有しない写しです。"""
    modules = [nn.Linear(m.in_features, m.out_features) if isinstance(m, nn.Linear) else nn.ReLU()
               for m in part]
    copy = nn.Sequential(*modules)
    copy.load_state_dict(nn.Sequential(*part).state_dict())
    return copy


def joined(parts: list[nn.Sequential]) -> nn.Sequential:
    """部品を、1 つのネットワークに戻します。重みは部品と共有します。"""
    return nn.Sequential(*(module for part in parts for module in part))


def sent(tensor: Tensor) -> Tensor:
    """別のワーカーに届いた値です。値だけが届き、どう計算したかは届きません。"""
    return tensor.detach().clone().requires_grad_()


def one_step(parts: list[nn.Sequential], x: Tensor, labels: Tensor) -> Step:
    """部品をつないで順伝播と逆伝播を行い、どの部品の重みにも勾配を足します。

    x: [B, 特徴数]、labels: int64 [B]。損失は、交差エントロピーの平均です。
    """
    outputs, received = [parts[0](x)], []
    for part in parts[1:]:
        received.append(sent(outputs[-1]))
        outputs.append(part(received[-1]))
    F.cross_entropy(outputs[-1], labels).backward()
    returned = []
    for output, copy in reversed(list(zip(outputs[:-1], received, strict=True))):
        returned.append(copy.grad.clone())
        output.backward(returned[-1])
    return Step(outputs[-1].detach(), sum(t.nbytes for t in received), sum(t.nbytes for t in returned))


def gradients(model: nn.Module) -> list[Tensor]:
    """すべての重みとバイアスの勾配です。"""
    return [parameter.grad for parameter in model.parameters()]


@dataclass(frozen=True)
class Comparison:
    """切ったネットワークを、切らないものと比べた結果です。

    forward_bytes, backward_bytes: 順伝播と逆伝播で切れ目を通ったデータ (byte)
    output_gap, gradient_gap:      出力と、すべての勾配の、差の絶対値の最大
    """

    cuts: list[int]
    forward_bytes: int
    backward_bytes: int
    output_gap: float
    gradient_gap: float


def compare_with_uncut(
    model: nn.Sequential, cuts: list[int], x: Tensor, labels: Tensor
) -> Comparison:
    """model の写しで 1 回の順伝播と逆伝播を行い、切った場合と切らない場合を比べます。"""
    whole, parts = copied(model), cut_after(model, cuts)
    logits = whole(x)
    F.cross_entropy(logits, labels).backward()
    step = one_step(parts, x, labels)
    gaps = [float((a - b).abs().max())
            for a, b in zip(gradients(whole), gradients(joined(parts)), strict=True)]
    return Comparison(cuts, step.forward_bytes, step.backward_bytes,
                      float((step.logits - logits.detach()).abs().max()), max(gaps))


def train_parts(
    parts: list[nn.Sequential], x: Tensor, labels: Tensor, steps: int, lr: float
) -> None:
    """ワーカーごとに自分の部品だけを SGD で更新します。データは、先頭から順に使います。"""
    optimizers = [torch.optim.SGD(part.parameters(), lr, momentum=0.9) for part in parts]
    for step in range(steps):
        rows = torch.arange(step * BATCH_SIZE, (step + 1) * BATCH_SIZE) % len(x)
        for optimizer in optimizers:
            optimizer.zero_grad()
        one_step(parts, x[rows], labels[rows])
        for optimizer in optimizers:
            optimizer.step()
