"""リング all-reduce を 1 回の通信ごとに止めて見せ、送ったバイト数を数えます。

    B_server = 2 n N b        パラメータサーバが 1 歩で受け取る n 人分と、配る n 人分の和      (4)

比べる相手は、全員の勾配を 1 台のパラメータサーバに集め、結果を全員に配る方法です。
記号: n ワーカーの数, N 値の個数, b 値 1 個のバイト数
"""

from dataclasses import dataclass

import torch
from torch import Tensor

REDUCE, GATHER = "reduce-scatter", "all-gather"


@dataclass(frozen=True)
class Frame:
    """通信を何回か終えたところです。

    chunks: chunks[ワーカー][チャンク] が、そのワーカーの持つ値
    summed: summed[ワーカー][チャンク] が、その値に足し込まれているワーカーの数
    sent:   直前の通信で、ワーカー i が右どなりに送ったチャンクの番号。最初は空です。
    phase:  直前の通信の段階。最初は空です。
    bytes_sent: これまでにワーカーごとに送ったバイト数
    """

    chunks: tuple[tuple[Tensor, ...], ...]
    summed: tuple[tuple[int, ...], ...]
    sent: tuple[int, ...]
    phase: str
    bytes_sent: tuple[int, ...]


def ring_frames(vectors: list[Tensor]) -> list[Frame]:
    """ワーカーごとのベクトル [N] から始め、2(n-1) 回の通信のあとまでを、順に並べます。

    どの通信でも、全員が同時に 1 つのチャンクを右どなりへ送ります。
    """
    n = len(vectors)
    chunks = [list(torch.tensor_split(vector, n)) for vector in vectors]
    summed, sent_bytes = [[1] * n for _ in vectors], [0] * n
    frames = [frame(chunks, summed, [], "", sent_bytes)]
    for phase, first in ((REDUCE, 0), (GATHER, 1)):
        for step in range(n - 1):
            sent = [(worker + first - step) % n for worker in range(n)]
            messages = [(chunks[w][sent[w]], summed[w][sent[w]]) for w in range(n)]
            for worker, (values, count) in enumerate(messages):
                right, c = (worker + 1) % n, sent[worker]
                add = phase == REDUCE
                chunks[right][c] = chunks[right][c] + values if add else values
                summed[right][c] = summed[right][c] + count if add else count
                sent_bytes[worker] += values.numel() * values.element_size()
            frames.append(frame(chunks, summed, sent, phase, sent_bytes))
    return frames


def frame(
    chunks: list[list[Tensor]], summed: list[list[int]], sent: list[int], phase: str,
    bytes_sent: list[int],
) -> Frame:
    """いまの状態の写しです。"""
    return Frame(tuple(map(tuple, chunks)), tuple(map(tuple, summed)), tuple(sent), phase,
                 tuple(bytes_sent))


def server_bytes(n_values: int, n_workers: int, bytes_per_value: int) -> int:
    """式 (4): 1 歩で 1 台のパラメータサーバを出入りするバイト数です。"""
    return 2 * n_workers * n_values * bytes_per_value
