"""同期型のデータ並列: 全員の勾配がそろうのを待ち、平均してから 1 回更新します。

式の番号は 02_1 のもので、lessons.data_parallel に並べてあります。
"""

from collections.abc import Callable

from torch import Tensor


def average_gradients(gradients: list[Tensor], batch_sizes: list[int]) -> Tensor:
    """式 (1): 各ワーカーの勾配から、全員の件を合わせた平均損失の勾配を求めます。

    各ワーカーの勾配は、自分の件だけで平均した損失の勾配です。
    件数はワーカーごとに違うことがあります。求めるのは、全員の件を 1 件ずつ等しく数えた平均です。

    gradients:   ワーカーごとの勾配。互いに同じ形と型です。1 つ以上あります。
    batch_sizes: ワーカーごとの件数 (件)。gradients と同じ順で、どれも 1 以上です。
    戻り値:      勾配 1 つと同じ形と型の、新しいテンソル
    ValueError:  勾配と件数の個数が違うとき、空のとき、または件数が 1 に満たないとき。
    """
    if not len(gradients) == len(batch_sizes) > 0:
        raise ValueError(f"勾配が {len(gradients)} 個、件数が {len(batch_sizes)} 個です")
    if min(batch_sizes) < 1:
        raise ValueError(f"件数が 1 に満ちません: {batch_sizes}")
    total = sum(batch_sizes)
    return sum(n / total * g for n, g in zip(batch_sizes, gradients, strict=True))


def sync_sgd(
    gradient: Callable, theta: Tensor, shards: list[Tensor], lr: float, steps: int
) -> Tensor:
    """式 (2): 同期型の SGD を steps 回進め、更新後のパラメータを返します。

    1 回の更新では、全員が同じパラメータを使い、自分のデータの勾配を求めます。
    全員の勾配がそろってから、件数で重みを付けて平均し、パラメータを 1 回だけ更新します。
    結果は、1 人のワーカーが全部のデータで学習したときと同じになります。

    gradient:   gradient(theta, shard) が、shard の件で平均した損失の勾配を返す関数
    theta:      はじめのパラメータ。書き換えません。
    shards:     ワーカーごとのデータ [n_i, …]。n_i はワーカー i の件数で、互いに違うことがあります。
    lr:         学習率 η
    steps:      更新回数。1 以上です。
    戻り値:     更新後のパラメータ。theta と同じ形と型です。
    ValueError: データが 1 つもないとき、または steps が 1 に満たないとき。
    """
    if not shards or steps < 1:
        raise ValueError(f"データが {len(shards)} 個、更新回数が {steps} です")
    sizes = [len(shard) for shard in shards]
    for _ in range(steps):
        gradients = [gradient(theta, shard) for shard in shards]
        theta = theta - lr * average_gradients(gradients, sizes)
    return theta
