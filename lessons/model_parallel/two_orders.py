"""2 つの全結合層 Y = GELU(X A) B を切る、2 つの順番です。通信は Exchange が数えます。

    列 → 行:  A を列で、B を行で切る    Y = Σ_k GELU(X A_k) B_k
    行 → 列:  A を行で、B を列で切る    Y = [ GELU(Σ_k X_k A_k) B_1 | GELU(Σ_k X_k A_k) B_2 | … ]

GELU は足し算と入れ替えられないので、行 → 列では、GELU の前に和が要ります。

記号: first A の転置 [隠れ, 入力]、second B の転置 [出力, 隠れ]。torch.nn.Linear と同じ順です。
出典: Shoeybi ほか 2019 (Megatron-LM), arXiv:1909.08053, 3 節
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from lessons.model_parallel.exchange import Exchange
from lessons.model_parallel.tensor_parallel import column_parallel, row_parallel

Product = Callable[[Tensor, list[Tensor]], Tensor]


def column_then_row(
    x: Tensor, first: Tensor, second: Tensor, n_workers: int, exchange: Exchange,
    column: Product, row: Product,
) -> Tensor:
    """列 → 行で切って計算した出力 [件数, 出力] です。column と row は、式 (1) と式 (2) の関数です。"""
    copies = exchange.to_everyone(x, n_workers)
    outputs, inputs = first.chunk(n_workers, dim=0), second.chunk(n_workers, dim=1)
    hidden = [F.gelu(column(own, [a])) for own, a in zip(copies, outputs, strict=True)]
    return exchange.all_reduce([row(own, [b]) for own, b in zip(hidden, inputs, strict=True)])


def row_then_column(
    x: Tensor, first: Tensor, second: Tensor, n_workers: int, exchange: Exchange,
    column: Product, row: Product,
) -> Tensor:
    """行 → 列で切って計算した出力 [件数, 出力] です。引数は column_then_row と同じです。"""
    slices = exchange.own_columns(x, n_workers)
    inputs, outputs = first.chunk(n_workers, dim=1), second.chunk(n_workers, dim=0)
    total = exchange.all_reduce([row(own, [a]) for own, a in zip(slices, inputs, strict=True)])
    copies = exchange.to_everyone(F.gelu(total), n_workers)
    return exchange.all_gather(
        [column(own, [b]) for own, b in zip(copies, outputs, strict=True)])


ORDERS = {"列 → 行": column_then_row, "行 → 列": row_then_column}


def example(seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """64 件の入力 [64, 256] と、2 つの層の重み [1024, 256]、[256, 1024] です。"""
    generator = torch.Generator().manual_seed(seed)
    shapes = (64, 256), (1024, 256), (256, 1024)
    x, first, second = (torch.randn(shape, generator=generator) / 16 for shape in shapes)
    return x, first, second


def counted(
    order: Callable[..., Tensor], x: Tensor, first: Tensor, second: Tensor,
    column: Product = column_parallel, row: Product = row_parallel, with_gradient: bool = False,
) -> Exchange:
    """2 つのワーカーで order の順に計算し、通信を数えた窓口を返します。

    with_gradient: 逆伝播もするかどうか。するなら、column と row は微分できる関数です。
    """
    exchange = Exchange()
    y = order(x.clone().requires_grad_(with_gradient), first, second, 2, exchange, column, row)
    if with_gradient:
        y.sum().backward()
    return exchange
