"""生徒をスマートフォンなどへ渡す形: 重みと計算の手順を 1 つのファイルにします。"""

import io

import torch
from torch import Tensor, nn


def exported(model: nn.Module, x: Tensor) -> tuple[int, nn.Module]:
    """重みと計算の手順を torch.export で 1 つのファイルにし、その byte 数と、読み戻したものを返します。"""
    file = io.BytesIO()
    torch.export.save(torch.export.export(model.eval(), (x,)), file)
    file.seek(0)
    return len(file.getvalue()), torch.export.load(file).module()
