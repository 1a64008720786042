"""GPU への依頼は非同期です。待たずに時計を見ると、依頼の時間しか測れません。"""

import time

import torch

from lessons.gpu.measuring import square


def with_and_without_waiting(n: int = 4096) -> str:
    """GPU で n×n の積を、待たずに測った時間と、待って測った時間を、文にします。"""
    if not torch.cuda.is_available():
        return "この計算機には、torch で使える GPU がありません。CPU の計算は、終わってから次の行に進みます。"
    matrix = square(n, torch.float32, "cuda")
    matrix @ matrix
    torch.cuda.synchronize()
    start = time.perf_counter()
    matrix @ matrix
    asked = time.perf_counter() - start
    torch.cuda.synchronize()
    done = time.perf_counter() - start
    return f"待たずに測ると {1000 * asked:.3f} ms、終わるまで待つと {1000 * done:.3f} ms です。"
