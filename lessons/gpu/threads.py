"""スレッド: 多くのスレッドが同じプログラムを実行し、それぞれ別の要素を受け持ちます。

式の番号は 03_2_kernels のものです。
"""

from torch import Tensor


def divergent_cycles(taken: Tensor, warp_size: int, cycles_if: int, cycles_else: int) -> int:
    """式 (1): 条件分岐にかかるサイクルの数を、すべてのワープで合計します。

    スレッドは先頭から warp_size 個ずつ、1 つのワープになります。最後のワープは短いことがあります。
    ワープの中に if に進むスレッドが 1 つでもあれば、ワープの全体に cycles_if がかかります。
    else に進むスレッドが 1 つでもあれば、ワープの全体に cycles_else がかかります。

    taken:       スレッドごとに、if に進めば True、else に進めば False。bool の [n] です。
    warp_size:   1 つのワープのスレッドの数。1 以上です。
    cycles_if:   if の側にかかるサイクルの数。0 以上です。
    cycles_else: else の側にかかるサイクルの数。0 以上です。
    戻り値:      サイクルの数の、すべてのワープでの合計
    ValueError:  引数が上の範囲にないとき。
    """
    if warp_size < 1 or min(cycles_if, cycles_else) < 0:
        raise ValueError(f"範囲にない引数があります: {warp_size}, {cycles_if}, {cycles_else}")
    total = 0
    for warp in taken.split(warp_size):
        if warp.any():
            total += cycles_if
        if not warp.all():
            total += cycles_else
    return total


def grid_size(n: int, block_size: int) -> int:
    """式 (2): n 個の要素にスレッドを 1 つずつ割り当てるとき、必要なブロックの数を返します。

    n:          要素の数。1 以上です。
    block_size: 1 つのブロックのスレッドの数。1 以上です。
    戻り値:     n 個の要素をすべて覆う、最も少ないブロックの数
    ValueError: 1 に満たない引数があるとき。
    """
    if min(n, block_size) < 1:
        raise ValueError(f"1 に満たない引数があります: {n}, {block_size}")
    return (n + block_size - 1) // block_size


def saxpy_thread(
    block: int, thread: int, block_size: int, a: float, x: Tensor, y: Tensor
) -> None:
    """y ← a·x + y のうち、1 つのスレッドの仕事をします。

    受け持つ要素の番号は、式 (3) で決まります。
    その番号の要素がないスレッドは、何もしません。

    block:      ブロックの番号。0 から数えます。
    thread:     ブロックの中でのスレッドの番号。0 以上 block_size 未満です。
    block_size: 1 つのブロックのスレッドの数
    a:          x に掛ける数
    x:          [n]。変えません。
    y:          [n]。受け持つ要素だけを、その場で書き換えます。
    ValueError: 番号が上の範囲にないとき、または x と y の長さが違うとき。
    """
    if block < 0 or not 0 <= thread < block_size or len(x) != len(y):
        raise ValueError(f"範囲にない引数があります: {block}, {thread}, {len(x)}, {len(y)}")
    i = block * block_size + thread
    if i < len(y):
        y[i] = a * x[i] + y[i]
