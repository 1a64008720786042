"""この節で述べたことを、測った数値で確かめます。どの計算機でも同じになるように、余裕を持たせます。"""

import torch
from torch import Tensor, nn

from lessons.data import caffenet_table
from lessons.pruning.connections_or_neurons import (
    FLOAT32_BYTES,
    EqualWeightsResult,
    count_weights,
    weight_bytes,
)
from lessons.pruning.machine import Cut
from lessons.pruning.masks import gaussian_pruned_percent, pruned_percent
from lessons.pruning.network import WIDTHS, IterativeResult, PruningResult, threshold_masks, weights
from lessons.pruning.published import Total
from lessons.training import mlp

Claims = list[tuple[str, bool]]


def about_thresholds(networks: dict[int, nn.Module], fixed: list[Tensor]) -> Claims:
    """重みの分布と、同じしきい値についての主張です。

    networks: シードごとの、学習したネットワーク
    fixed:    しきい値を 0.1 にしたときの、層ごとのマスク
    """
    percent = [pruned_percent([mask]) for mask in fixed]
    alike = [correlation(weights(net)[0], weights(mlp(WIDTHS, seed))[0])
             for seed, net in networks.items()]
    at_1 = [pruned_percent(threshold_masks(net, 1.0)) for net in networks.values()]
    return [
        ("しきい値を 0.1 にすると、FC 1 は 99 % 以上、FC 3 は 70 % 以下が切れる",
         percent[0] >= 99 and percent[2] <= 70),
        ("FC 1 の重みと初期値の相関係数は、どのシードでも 0.7 以上", min(alike) >= 0.7),
        ("α = 1 で切れる割合と正規分布の予測との差は、どのシードでも 5 ポイント以内",
         all(abs(p - gaussian_pruned_percent(1.0)) <= 5 for p in at_1)),
    ]


def correlation(a: Tensor, b: Tensor) -> float:
    """同じ形の 2 つのテンソルの、相関係数です。"""
    return float(torch.corrcoef(torch.stack([a.cpu().flatten(), b.cpu().flatten()]))[0, 1])


def about_retraining(
    sweeps: list[list[PruningResult]], dense: list[float], updates: dict[int, float], revived: int,
    iterative: list[IterativeResult],
) -> Claims:
    """再学習と、少しずつ切る方法についての主張です。sweeps、dense、iterative はシードごとです。"""
    at = {alpha: [next(r for r in results if r.alpha == alpha) for results in sweeps]
          for alpha in (1.5, 2.6)}
    gaps = [r.steps[-1].accuracy_after - r.one_shot_after for r in iterative]
    return [
        ("α = 1.5 では、どのシードでも、再学習で正解率が 10 ポイント以上戻る",
         all(r.accuracy_after - r.accuracy_before >= 10 for r in at[1.5])),
        ("α = 1.5 で再学習すると、どのシードでも低下は 3 ポイント以内",
         all(whole - r.accuracy_after <= 3 for whole, r in zip(dense, at[1.5], strict=True))),
        ("α = 2.6 では、再学習しても、どのシードでも 5 ポイント以上低い",
         all(whole - r.accuracy_after >= 5 for whole, r in zip(dense, at[2.6], strict=True))),
        ("式 (4) の更新 20 回で、正解率は 10 ポイント以上戻り、切った結合は 0 のまま",
         updates[20] - updates[0] >= 10 and revived == 0),
        ("同じ本数まで切るなら、どのシードでも、繰り返すほうが正解率が 5 ポイント以上高い",
         min(gaps) >= 5),
    ]


def about_the_table(networks: dict[int, nn.Module], totals: list[Total]) -> Claims:
    """公表された表と、似ているところ、違うところについての主張です。"""
    table = {row.alpha: row for row in caffenet_table()}
    ours = [[[pruned_percent([mask]) for mask in threshold_masks(net, alpha)]
             for alpha in (0.5, 2.0)] for net in networks.values()]
    return [
        ("結合を数えて計算した全体の割合は、14 行のどれでも、公表された値と 0.005 ポイント以内で合う",
         len(totals) == 14 and all(abs(t.counted - t.published) <= 0.005 for t in totals)),
        ("公表された表では、FC 3 は α = 0.5 で FC 1 より多く、α = 2.0 で少なく切れる",
         table[0.5].fc3 > table[0.5].fc1 and table[2.0].fc3 < table[2.0].fc1),
        ("測定でも、どのシードでも、FC 3 は α = 0.5 で FC 1 より多く、α = 2.0 で少なく切れる",
         all(small[2] > small[0] and large[2] < large[0] for small, large in ours)),
        ("α = 1 の公表された割合は、正規分布の予測より 10 ポイント以上多い",
         table[1.0].total - gaussian_pruned_percent(1.0) >= 10),
    ]


def about_removal(whole: Cut, small: Cut, most: Cut) -> Claims:
    """働かないニューロンについての主張です。

    whole、small: α = 1.5 で切り、働かないニューロンを取り除く前とあと
    most:         α = 2.4 で切り、取り除いたあと
    """
    found = [int(gone.sum()) for gone in whole.dead]
    return [
        ("α = 1.5 で切ると、どちらの隠れ層でも、1 割以上のニューロンが働かなくなる",
         all(n >= 0.1 * width for n, width in zip(found, WIDTHS[1:], strict=False))),
        ("それを取り除いても、出力の差は 10⁻⁹ より小さく、変わる予測はない",
         small.difference < 1e-9 and small.changed == 0 and small.products < whole.products),
        ("結合の 97 % 以上を切っても、取り除けるニューロンだけでは、掛け算が 3 割以上残る",
         most.percent >= 97 and most.products >= 0.3 * count_weights(WIDTHS)),
    ]


def about_size(equal: dict[int, list[EqualWeightsResult]]) -> Claims:
    """9 割を減らしたときの大きさと正解率についての主張です。equal は、割合 (%) ごとのシードごとの結果です。"""
    at_90 = equal[90]
    sizes = [weight_bytes(r.connections, index_bytes=4) for r in at_90]
    small = [sum(w.numel() for w in weights(r.neurons)) for r in at_90]
    return [
        ("ニューロンを取り除いて 9 割を減らすと、密な行列も 1 割以下になる",
         all(FLOAT32_BYTES * n <= 0.1 * dense for n, (dense, _) in zip(small, sizes, strict=True))),
        ("9 割を切ると、CSR 形式の大きさは、密な行列の 3 割以下になる",
         all(csr <= 0.3 * dense for dense, csr in sizes)),
        ("9 割を減らすと、どのシードでも、結合を切るほうの正解率は、ニューロンを取り除くより低くない",
         all(r.connections_after >= r.neurons_after for r in at_90)),
        ("小さいネットワークをはじめから学習しても、どのシードでも、結合を切る場合と 2 ポイント以内で並ぶ",
         all(abs(r.scratch - r.connections_after) <= 2 for r in at_90)),
    ]
