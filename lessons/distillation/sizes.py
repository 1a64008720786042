"""教師と生徒の大きさ: 保存したファイルと、1 枚の画像を見分けるときのメモリと計算です。

計算の回数と byte の数え方は lessons.overview のものです。
"""

import io
from itertools import pairwise

import torch
from torch import nn

from lessons.overview import linear_cost, model_bytes


def file_bytes(model: nn.Module) -> int:
    """重みを torch.save で保存したファイルの大きさ (byte) です。"""
    file = io.BytesIO()
    torch.save(model.state_dict(), file)
    return len(file.getvalue())


def inference_flops(widths: list[int]) -> int:
    """全結合ネットワークが 1 枚を見分けるときの計算の回数 (FLOP) です。バイアスは数えません。"""
    return sum(linear_cost(1, n_in, n_out).flops for n_in, n_out in pairwise(widths))


def inference_bytes(n_params: int, widths: list[int]) -> int:
    """1 枚を見分けるときに置いておく float32 の値の大きさ (byte) です。

    数えるのは、n_params 個の重みとバイアス、それに、入力と出力の和が最も大きい層の、入力と出力です。
    """
    return model_bytes(n_params + max(map(sum, pairwise(widths))), 32)
