"""この節で述べたことを、測った数値で確かめます。どの計算機でも同じになるように、余裕を持たせます。"""

import math

from torch import nn

from lessons.data import caffenet_table
from lessons.pruning.connections_or_neurons import EqualWeightsResult, weight_bytes
from lessons.pruning.network import IterativeResult, PruningResult, weights

Claims = list[tuple[str, bool]]


def gap_to_the_table(rows: list[PruningResult]) -> float:
    """公表された全体の割合との差です。二乗平均の平方根で、単位はポイントです。"""
    published = {row.alpha: row.total for row in caffenet_table()}
    gaps = [row.total_percent - published[row.alpha] for row in rows]
    return math.sqrt(sum(gap**2 for gap in gaps) / len(gaps))


def about_retraining(
    results: list[PruningResult], dense_accuracy: float, iterative: IterativeResult
) -> Claims:
    """しきい値、再学習、少しずつ切る方法についての主張です。"""
    at = next(result for result in results if result.alpha == 1.5)
    shares = [result.total_percent for result in results]
    gap = iterative.steps[-1].accuracy_after - iterative.one_shot_after
    return [
        ("α を大きくすると、切る割合は増えつづける", shares == sorted(shares)),
        ("α = 1.5 では、再学習で正解率が 10 ポイント以上戻る",
         at.accuracy_after - at.accuracy_before >= 10),
        ("α = 1.5 で再学習すると、低下は 3 ポイント以内", dense_accuracy - at.accuracy_after <= 3),
        ("同じ本数まで切るなら、繰り返すほうが正解率が 5 ポイント以上高い", gap >= 5),
    ]


def about_the_table(results: list[PruningResult], kept: list[PruningResult]) -> Claims:
    """公表された表と、似ているところ、違うところについての主張です。

    kept: 重み減衰を強め、しきい値を保った場合の結果。results の α の一部です。
    """
    ours = {result.alpha: result for result in results}
    table = {row.alpha: row for row in caffenet_table()}
    fc1_first = {alpha: r.layer_percent[0] < r.layer_percent[2] for alpha, r in ours.items()}
    published_crossing = table[0.5].fc1 < table[0.5].fc3 and table[2.0].fc1 > table[2.0].fc3
    normal = 100 * math.erf(1 / math.sqrt(2))
    drops = (table[0.5].accuracy - table[2.6].accuracy,
             ours[0.5].accuracy_after - ours[2.6].accuracy_after)
    first = [ours[result.alpha] for result in kept]
    return [
        ("同じ形: FC 3 は、小さい α では FC 1 より多く、大きい α では少なく切れる",
         fc1_first[0.5] and not fc1_first[2.0] and published_crossing),
        ("同じ形: α を 0.5 から 2.6 に上げると、正解率は 1 ポイント以上下がる", min(drops) >= 1),
        ("違う形: α = 1 の公表値は、正規分布の予測より 10 ポイント以上多く切る",
         table[1.0].total - normal >= 10 and abs(ours[1.0].total_percent - normal) <= 5),
        ("重み減衰を強め、しきい値を保つと、公表値に近づく",
         gap_to_the_table(kept) < gap_to_the_table(first) - 1),
    ]


def about_size(dense: nn.Module, at_90: EqualWeightsResult) -> Claims:
    """9 割を減らしたときの大きさと正解率についての主張です。"""
    whole, with_zeros, small = (
        sum(weight.numel() for weight in weights(model))
        for model in (dense, at_90.connections, at_90.neurons)
    )
    dense_bytes, sparse_bytes = weight_bytes(at_90.connections, index_bytes=4)
    return [
        ("0 を含むだけの密な行列では、掛け算の回数は減らない", with_zeros == whole),
        ("ニューロンを取り除くと、掛け算の回数は 1 割ほどになる", small <= 0.11 * whole),
        ("CSR の大きさは、9 割を切ると密の 3 割以下になる", sparse_bytes <= 0.3 * dense_bytes),
        ("9 割を減らしたとき、結合を切るほうの正解率は、ニューロンを取り除くより低くない",
         at_90.connections_after >= at_90.neurons_after - 1),
        ("小さいネットワークをはじめから学習しても、2 ポイント以内で並ぶ",
         abs(at_90.scratch - at_90.connections_after) <= 2),
    ]
