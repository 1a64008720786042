"""GPU のスレッドを、CPU で 1 つずつ動かします。順番はばらばらなので、順番に頼るカーネルは誤りになります。"""

from collections.abc import Callable
from functools import wraps

import torch
from torch import Tensor

from lessons.own_answer import yours

BYTES_OF_A_SEGMENT, BYTES_OF_A_VALUE = 32, 4


def saxpy_in_a_grid(
    thread: Callable, a: float, x: Tensor, y: Tensor, n_blocks: int, block_size: int, seed: int = 0
) -> Tensor:
    """n_blocks × block_size 個のスレッドを、seed で決まる順番で動かし、新しい y を返します。

    thread: saxpy_thread と同じ引数の関数。渡した y は変えません。
    """
    result = y.clone()
    generator = torch.Generator().manual_seed(seed)
    for place in torch.randperm(n_blocks * block_size, generator=generator).tolist():
        block, number = divmod(place, block_size)
        thread(block, number, block_size, a, x, result)
    return result


def your_thread(written: Callable, reference: Callable, *given: object) -> Callable:
    """すべてのスレッドを動かした y が模範解答と同じなら written を、違えば reference を返し、どちらかを表示します。

    given: saxpy_in_a_grid の引数のうち、thread のあとの a, x, y, n_blocks, block_size
    """
    def every(thread: Callable) -> Callable:
        return wraps(thread)(lambda seed: saxpy_in_a_grid(thread, *given, seed))
    return yours(every(written), every(reference), 0).__wrapped__


def written_by(thread: Callable, block: int, number: int, block_size: int, n: int) -> list[int]:
    """1 つのスレッドだけを動かし、書き換わった要素の番号を返します。"""
    y = torch.zeros(n)
    thread(block, number, block_size, 1.0, torch.ones(n), y)
    return y.nonzero().flatten().tolist()


def segments(n_threads: int, stride: int) -> set[int]:
    """スレッド t が t·stride 番の要素を読むとき、動かすことになる 32 byte の区画の番号です。

    区画は 32 byte ずつの連続したメモリで、値は 1 個 4 byte です。
    """
    return {t * stride * BYTES_OF_A_VALUE // BYTES_OF_A_SEGMENT for t in range(n_threads)}
