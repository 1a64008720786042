"""2 つの全結合層 Y = GELU(X A) B を切る、2 つの順番です。通信は Exchange が数えます。

    列 → 行:  A を列で、B を行で切る    Y = Σ_k GELU(X A_k) B_k
    行 → 列:  A を行で、B を列で切る    Y = [ GELU(Σ_k X_k A_k) B_1 | GELU(Σ_k X_k A_k) B_2 | … ]

GELU は足し算と入れ替えられないので、行 → 列では、GELU の前に和が要ります。

記号: first A の転置 [隠れ, 入力]、second B の転置 [出力, 隠れ]。torch.nn.Linear と同じ順です。
出典: Shoeybi ほか 2019 (Megatron-LM), arXiv:1909.08053, 3 節
"""

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor

from lessons.model_parallel.exchange import Exchange

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
