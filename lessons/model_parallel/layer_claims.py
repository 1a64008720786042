"""この節で述べたことを、測った数値で確かめます。どの計算機でも同じになるように、余裕を持たせます。"""

from itertools import combinations

import torch
from torch import Tensor

from lessons.model_parallel.cut_network import (
    compare_with_uncut,
    copied,
    cut_after,
    joined,
    train_parts,
)
from lessons.model_parallel.figures.memory import NETWORKS, training_bytes
from lessons.model_parallel.figures.timetables import MICROBATCHES, run
from lessons.model_parallel.layer_costs import (
    FLOAT_BYTES,
    best_groups,
    gflops,
    grouped,
    totals,
    vgg16,
)
from lessons.model_parallel.layer_cut import cut_traffic
from lessons.model_parallel.pipeline import balanced_bottleneck, bubble_fraction
from lessons.model_parallel.schedules import idle_share, makespan, most_held, timetable
from lessons.model_parallel.separate_training import FROZEN, OWN_HEAD, TOGETHER, WIDTHS, Joined
from lessons.training import mlp

Claims = list[tuple[str, bool]]
CUTS = ([0], [1], [0, 1])
SHAPES = [(p, m) for p in (1, 2, 4, 6) for m in (1, 2, 4, 8, 32)]


def about_memory() -> Claims:
    """学習に要るメモリについての主張です。"""
    gpt3, distbelief = training_bytes(NETWORKS["GPT-3"]), training_bytes(NETWORKS["DistBelief"])
    return [
        ("GPT-3 の学習には 2.8 TB が要り、80 GB のワーカーなら 35 個でちょうど収まる",
         gpt3 == 2_800 * 10**9 == 35 * 80 * 10**9),
        ("DistBelief の学習は、16 GB のワーカー 1 個には入らず、2 個なら入る",
         16e9 < distbelief <= 2 * 16e9),
    ]


def about_the_cut(x: Tensor, labels: Tensor) -> Claims:
    """出力、勾配、切れ目を通るデータ、部品を集めて元に戻すことについての主張です。"""
    found = [compare_with_uncut(mlp(WIDTHS, seed), cuts, x, labels)
             for seed in range(3) for cuts in CUTS]
    restored = []
    for seed in range(3):
        parts, alone = cut_after(mlp(WIDTHS, seed), [0]), [copied(mlp(WIDTHS, seed))]
        for each in (parts, alone):
            train_parts(each, x, labels, steps=20, lr=0.05)
        pairs = zip(joined(parts).parameters(), alone[0].parameters(), strict=True)
        restored.append(all(torch.equal(a, b) for a, b in pairs))
    return [
        ("どこで切っても、出力は切らないときとビットまで同じ",
         all(c.output_gap == 0 for c in found)),
        ("どこで切っても、すべての重みとバイアスの勾配がビットまで同じ",
         all(c.gradient_gap == 0 for c in found)),
        ("切れ目を通ったデータは、式 (1) と同じバイト数",
         all(c.forward_bytes + c.backward_bytes
             == cut_traffic(WIDTHS[1:], c.cuts, len(x), FLOAT_BYTES) for c in found)),
        ("順伝播と逆伝播で、同じバイト数が切れ目を通る",
         all(c.forward_bytes == c.backward_bytes for c in found)),
        ("毎回やりとりして 20 回更新し、部品を集めると、切らない学習とビットまで同じ", all(restored)),
    ]


def about_training_apart(results: list[dict[str, Joined]]) -> Claims:
    """部品を別々に学習してつなぐことについての主張です。results はシードごとの結果です。"""
    return [
        ("どのシードでも、読み方 1 でつなぐと、一緒の学習より 3 ポイント以上低い",
         all(r[OWN_HEAD].whole <= r[TOGETHER].whole - 3 for r in results)),
        ("どのシードでも、読み方 1 の前の部品は、つなぐと 3 ポイント以上下がる",
         all(r[OWN_HEAD].whole <= r[OWN_HEAD].front - 3 for r in results)),
        ("どのシードでも、読み方 2 でつなぐと、一緒の学習より 20 ポイント以上低い",
         all(r[FROZEN].whole <= r[TOGETHER].whole - 20 for r in results)),
    ]


def about_the_timetables() -> Claims:
    """GPipe と 1F1B の時刻表についての主張です。逆伝播は順伝播の 2 倍の時間です。"""
    same, ends, held, fewer = [], [], [], []
    for p, m in SHAPES:
        gpipe, other = (timetable(order, [1] * p, [2] * p, m) for order in ("GPipe", "1F1B"))
        same.append(abs(idle_share(gpipe) - bubble_fraction(p, m)) < 1e-12)
        ends.append(makespan(gpipe) == makespan(other))
        held.append(all(most_held(gpipe, s) == m for s in range(p)))
        fewer.append(all(most_held(other, s) == min(m, p - s) for s in range(p)))
    heavy = idle_share(timetable("GPipe", [1, 1, 1, 2], [2, 2, 2, 4], 32))
    return [
        ("どの段も同じ時間なら、GPipe の空き時間は式 (2) と等しい", all(same)),
        ("どの段も同じ時間なら、1F1B が終わる時刻は GPipe と同じ", all(ends)),
        ("GPipe では、どの段もすべてのマイクロバッチを抱える", all(held)),
        ("1F1B では、段 s（0 から）が抱えるのは m と p - s の小さいほう", all(fewer)),
        ("4 段の 1 つが 2 倍かかると、マイクロバッチを 32 個にしても空き時間は 35 % より多い",
         heavy > 0.35),
    ]


def about_the_partition() -> Claims:
    """VGG-16 を 4 つのワーカーに分けることについての主張です。"""
    costs = gflops(64)
    layers = len(costs)
    busiest = {cuts: max(totals(costs, grouped(layers, list(cuts))))
               for cuts in combinations(range(1, layers), 3)}
    best = balanced_bottleneck(costs, 4)
    weights = [FLOAT_BYTES * cost.weights for cost in vgg16(64).values()]
    shares = [max(totals(weights, grouped(layers, list(cuts)))) / sum(weights)
              for cuts, work in busiest.items() if work <= best * (1 + 1e-12)]
    return [
        ("切れ目の置き方をすべて試しても、最も忙しいワーカーは balanced_bottleneck より小さくならない",
         abs(min(busiest.values()) - best) <= 1e-9 * best),
        ("4 層ずつ分けると、最も忙しいワーカーの計算は 15 % 以上多い", busiest[4, 8, 12] >= 1.15 * best),
        ("計算が最もつり合う分け方では、重みの 9 割より多くが 1 つのワーカーに集まる", min(shares) > 0.9),
        ("最もよく分けた VGG-16 では、GPipe と 1F1B の空き時間の差は 3 ポイント以内",
         all(abs(idle_share(run("GPipe", times, m)) - idle_share(run("1F1B", times, m))) <= 0.03
             for times in best_times(costs) for m in MICROBATCHES)),
    ]


def best_times(costs: list[float]) -> list[list[float]]:
    """2、3、4、6 段に最もよく分けたときの、段ごとの計算です。"""
    return [totals(costs, best_groups(costs, p, balanced_bottleneck)) for p in (2, 3, 4, 6)]
