"""テンソル並列: 1 つの層の重み行列を、出力または入力で分割します。

式の番号は 01_2_tensors のものです。重みは [出力, 入力] の順で、torch.nn.Linear と同じです。
"""

import torch
from torch import Tensor


def column_parallel(x: Tensor, shards: list[Tensor]) -> Tensor:
    """式 (1): 出力で分けた重みで、全結合層の出力を計算します。バイアスはありません。

    どのワーカーも x の全体を使い、自分の出力を計算します。それをワーカーの順につなぎます。

    x:      入力 [batch, in]
    shards: 各ワーカーの重み。i 番は [out_i, in] です。out_i は、ワーカーごとに違うことがあります。
    戻り値: 出力 [batch, out_i の合計]。x と同じ型の新しいテンソルです。
    ValueError: 入力の数がそろわないとき、または重みが 1 つもないとき。
    """
    if {shard.shape[1] for shard in shards} != {x.shape[1]}:
        shapes = [tuple(tensor.shape) for tensor in (x, *shards)]
        raise ValueError(f"入力の数がそろいません: {shapes}")
    return torch.cat([x @ shard.T for shard in shards], dim=1)


def row_parallel(x: Tensor, shards: list[Tensor]) -> Tensor:
    """式 (2): 入力で分けた重みで、全結合層の出力を計算します。バイアスはありません。

    ワーカーは x の列を、ワーカーの順に、自分の重みの入力の数だけ受け持ちます。
    各ワーカーの部分的な結果を足し合わせます。

    x:      入力 [batch, in_i の合計]
    shards: 各ワーカーの重み。i 番は [out, in_i] です。in_i は、ワーカーごとに違うことがあります。
    戻り値: 出力 [batch, out]。x と同じ型の新しいテンソルです。
    ValueError: 入力の数の合計が x と違うとき、または出力の数がそろわないとき。
    """
    widths = [shard.shape[1] for shard in shards]
    if sum(widths) != x.shape[1] or len({shard.shape[0] for shard in shards}) != 1:
        shapes = [tuple(tensor.shape) for tensor in (x, *shards)]
        raise ValueError(f"入力か出力の数がそろいません: {shapes}")
    parts = x.split(widths, dim=1)
    return sum(part @ shard.T for part, shard in zip(parts, shards, strict=True))
