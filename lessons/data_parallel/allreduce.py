"""all-reduce: 全員の値を足し合わせ、その和を全員に配ります。

リング all-reduce は、ワーカーを輪に並べ、となりにだけ送ります。前半の reduce-scatter では、各チャンクの
和がそれぞれ 1 人のところに集まります。後半の all-gather では、その和が全員に回ります。
式の番号は 02_1 のものです。
"""

import torch
from torch import Tensor


def ring_allreduce(vectors: list[Tensor]) -> list[Tensor]:
    """ワーカーごとのベクトルから、全員の和を、ワーカーの数だけ返します。

    ワーカーは n 人です。ベクトルを `torch.tensor_split` で n 個のチャンクに分け、輪の右どなりに送ります。
    はじめの n−1 回は、受け取ったチャンクを自分のチャンクに足します (reduce-scatter)。
    次の n−1 回は、受け取ったチャンクで自分のチャンクを置き換えます (all-gather)。
    結果の値とメモリが同じなら、手順は問いません。

    vectors:    ワーカーごとのベクトル [N]。互いに同じ長さと型です。N は n で割り切れないことや、
                n より小さいことがあります。書き換えません。
    戻り値:     n 個の和 [N] のリスト。互いにも vectors とも、メモリを共有しません。
    ValueError: ベクトルが 1 つもないとき、または長さがそろわないとき。
    """
    if len({len(vector) for vector in vectors}) != 1:
        raise ValueError(f"ベクトルの長さがそろいません: {[len(v) for v in vectors]}")
    n = len(vectors)
    chunks = [list(torch.tensor_split(vector, n)) for vector in vectors]
    for step in range(2 * (n - 1)):
        for worker in range(n):
            right, c = (worker + 1) % n, (worker - step) % n
            if step < n - 1:  # reduce-scatter
                chunks[right][c] = chunks[right][c] + chunks[worker][c]
            else:  # all-gather
                chunks[right][c] = chunks[worker][c]
    return [torch.cat(parts) for parts in chunks]


def allreduce_bytes(n_values: int, n_workers: int, bytes_per_value: int) -> float:
    """式 (3): リング all-reduce で、ワーカー 1 人が送るバイト数を返します。

    値を人数と同じ数のチャンクに等しく分けます。各ワーカーは、reduce-scatter で n−1 個、
    all-gather で n−1 個のチャンクを送ります。1 人なら、送る相手がいません。

    n_values:        値の個数 N。1 以上です。
    n_workers:       ワーカーの数 n。1 以上です。
    bytes_per_value: 値 1 個の大きさ (byte)。1 以上です。
    戻り値:          1 人が送るバイト数 (byte)。倍精度で計算し、丸めません。
    ValueError:      引数に 1 に満たない値があるとき。
    """
    if min(n_values, n_workers, bytes_per_value) < 1:
        raise ValueError(f"1 に満たない値があります: {(n_values, n_workers, bytes_per_value)}")
    return 2 * (n_workers - 1) / n_workers * n_values * bytes_per_value
