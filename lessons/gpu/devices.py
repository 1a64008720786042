"""PyTorch の device に書ける名前のうち、この計算機で使えるものを調べます。"""

import torch

NAMES = {"cpu": "CPU", "cuda": "NVIDIA か AMD の GPU", "xpu": "Intel の GPU", "mps": "Apple の GPU",
         "opencl": "OpenCL の装置"}


def usable(device: str) -> bool:
    """device に、値を 1 つ置けるかどうかです。"""
    try:
        return torch.zeros(1, device=device).device.type == device
    except (RuntimeError, AssertionError, NotImplementedError):
        return False
