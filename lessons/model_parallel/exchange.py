"""ワーカーのあいだの通信を、1 つのプロセスの中でまねて、数えます。

ワーカー i の持つテンソルを、リストの i 番に入れます。リストの中身をまたぐ計算は、ここを通します。
順伝播でも逆伝播でも、通信が起こるたびに 1 行を記録します。

    all-reduce:  全員の値を足し、和を全員に配る      1 つのワーカーが 2(n-1)/n · S byte を送る
    all-gather:  全員の値をつなぎ、全員に配る        1 つのワーカーが (n-1)/n · S byte を送る

記号: n ワーカーの数、S 配り終えたあとに 1 つのワーカーが持つ結果の大きさ (byte)
出典: 逆伝播で通信の向きが入れ替わることは、Shoeybi ほか 2019, arXiv:1909.08053, 3 節 (f と g)。
      送る大きさは、ワーカーを輪に並べる方法の値です。
"""

from dataclasses import dataclass

import torch
from torch import Tensor

ALL_REDUCE, ALL_GATHER = "all-reduce", "all-gather"
FORWARD, BACKWARD = "順伝播", "逆伝播"


@dataclass(frozen=True)
class Message:
    """通信 1 回です。bytes_sent は、1 つのワーカーが送る大きさ (byte) です。"""

    direction: str
    kind: str
    bytes_sent: float


class Exchange:
    """通信の窓口です。起こった通信が、順に log に並びます。"""

    def __init__(self):
        self.log: list[Message] = []

    def all_reduce(self, parts: list[Tensor]) -> Tensor:
        """全員の値の和です。同じ和を全員が持つので、逆伝播では通信しません。"""
        return _AllReduce.apply(self, *parts)

    def all_gather(self, parts: list[Tensor]) -> Tensor:
        """最後の軸でつないだものです。逆伝播では自分の部分を切り出すだけで、通信しません。"""
        return _AllGather.apply(self, *parts)

    def to_everyone(self, x: Tensor, n_workers: int) -> list[Tensor]:
        """全員が同じ x を使います。順伝播では通信せず、逆伝播では全員の勾配を足します。"""
        return list(_ToEveryone.apply(self, x, n_workers))

    def own_columns(self, x: Tensor, n_workers: int) -> list[Tensor]:
        """全員の持つ x から、自分の列だけを使います。逆伝播では、列ごとの勾配をつなぎます。"""
        return list(_OwnColumns.apply(self, x, n_workers))

    def count(self, direction: str | None = None) -> int:
        """通信の回数です。direction を渡すと、その向きだけを数えます。"""
        return sum(direction in (None, message.direction) for message in self.log)

    def bytes_sent(self) -> float:
        """1 つのワーカーが送った大きさの合計 (byte) です。"""
        return sum(message.bytes_sent for message in self.log)

    def record(self, direction: str, kind: str, result: Tensor, n_workers: int) -> None:
        """通信を 1 回記録します。result は、配り終えたあとの結果です。"""
        if n_workers == 1:
            return
        times = 2 if kind == ALL_REDUCE else 1
        share = (n_workers - 1) / n_workers
        size = result.numel() * result.element_size()
        self.log.append(Message(direction, kind, times * share * size))


class _AllReduce(torch.autograd.Function):
    @staticmethod
    def forward(ctx, exchange: Exchange, *parts: Tensor) -> Tensor:
        ctx.n_workers = len(parts)
        total = torch.stack(parts).sum(dim=0)
        exchange.record(FORWARD, ALL_REDUCE, total, len(parts))
        return total

    @staticmethod
    def backward(ctx, gradient: Tensor):
        return None, *[gradient] * ctx.n_workers


class _AllGather(torch.autograd.Function):
    @staticmethod
    def forward(ctx, exchange: Exchange, *parts: Tensor) -> Tensor:
        ctx.widths = [part.shape[-1] for part in parts]
        whole = torch.cat(parts, dim=-1)
        exchange.record(FORWARD, ALL_GATHER, whole, len(parts))
        return whole

    @staticmethod
    def backward(ctx, gradient: Tensor):
        return None, *gradient.split(ctx.widths, dim=-1)


class _ToEveryone(torch.autograd.Function):
    @staticmethod
    def forward(ctx, exchange: Exchange, x: Tensor, n_workers: int):
        ctx.exchange = exchange
        return tuple(x.clone() for _ in range(n_workers))

    @staticmethod
    def backward(ctx, *gradients: Tensor):
        total = torch.stack(gradients).sum(dim=0)
        ctx.exchange.record(BACKWARD, ALL_REDUCE, total, len(gradients))
        return None, total, None


class _OwnColumns(torch.autograd.Function):
    @staticmethod
    def forward(ctx, exchange: Exchange, x: Tensor, n_workers: int):
        ctx.exchange = exchange
        return tuple(part.clone() for part in x.tensor_split(n_workers, dim=-1))

    @staticmethod
    def backward(ctx, *gradients: Tensor):
        whole = torch.cat(gradients, dim=-1)
        ctx.exchange.record(BACKWARD, ALL_GATHER, whole, len(gradients))
        return None, whole, None
