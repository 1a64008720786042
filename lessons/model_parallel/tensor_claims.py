"""01_2_tensors で述べたことを、計算して確かめます。どの計算機でも同じになるように、余裕を持たせます。"""

import torch
import torch.nn.functional as F

from lessons.data import DistBeliefPoint
from lessons.model_parallel.exchange import ALL_REDUCE, BACKWARD, FORWARD, Exchange
from lessons.model_parallel.layer_cut import cut_traffic
from lessons.model_parallel.sharded_states import bytes_held
from lessons.model_parallel.speedup import (
    bytes_with_waiting,
    compute_seconds,
    equal_batch,
    fastest,
    parameters_of,
    speedups,
)
from lessons.model_parallel.tensor_parallel import column_parallel, row_parallel
from lessons.model_parallel.transformer_block import cut, forward, whole_block
from lessons.model_parallel.two_orders import ORDERS, counted, example

Claims = list[tuple[str, bool]]
SIZES = (42e6, 80e6, 330e6, 1.7e9)  # DistBelief の論文の図 3 の 4 つのネットワーク


def about_two_orders(seeds: tuple[int, ...]) -> Claims:
    """2 つの順番の、通信と値についての主張です。"""
    found = []
    for seed in seeds:
        x, first, second = example(seed)
        whole = F.gelu(x @ first.T) @ second.T
        one, two = (counted(order, x, first, second, with_gradient=True)
                    for order in ORDERS.values())
        values = [order(x, first, second, 2, Exchange(), column_parallel, row_parallel)
                  for order in ORDERS.values()]
        gaps = [(y - whole).abs().max().item() / whole.abs().max().item() for y in values]
        apart = F.gelu(x[:, :128] @ first[:, :128].T) + F.gelu(x[:, 128:] @ first[:, 128:].T)
        found.append((
            [(m.direction, m.kind) for m in one.log] == [(FORWARD, ALL_REDUCE), (BACKWARD, ALL_REDUCE)],
            (two.count(FORWARD), two.count(BACKWARD)) == (2, 2),
            two.bytes_sent() > 4 * one.bytes_sent(),
            max(gaps) <= 1e-5,
            not torch.allclose(apart, F.gelu(x @ first.T), atol=1e-2)))
    sentences = (
        "列 → 行では、通信は順伝播と逆伝播の all-reduce 1 回ずつだけ",
        "行 → 列では、通信は順伝播と逆伝播で 2 回ずつ",
        "隠れ層が 4 倍の幅なら、行 → 列は、列 → 行の 4 倍より多く送る",
        "どちらの順番でも、値は切る前と 10 万分の 1 以内で等しい",
        "部分和の GELU を足しても、和の GELU にはならない")
    return list(zip(sentences, map(all, zip(*found, strict=True)), strict=True))


def about_a_block(seeds: tuple[int, ...]) -> Claims:
    """切ったトランスフォーマーのブロックについての主張です。"""
    found = []
    for seed in seeds:
        gaps, counts, shares = {}, [], []
        for dtype in (torch.float32, torch.float64):
            block = whole_block(64, 4, 256, seed, dtype)
            parts, exchange = cut(block, 2), Exchange()
            generator = torch.Generator().manual_seed(seed)
            words = torch.randn(8, 10, 64, generator=generator, dtype=dtype)
            y = forward(block, parts, words, exchange, column_parallel, row_parallel)
            y.square().sum().backward()
            block(words).square().sum().backward()
            own = torch.cat([part.down.grad for part in parts], dim=1)
            pairs = (y, block(words)), (own, block.linear2.weight.grad)
            gaps[dtype] = [(a - b).abs().max().item() / b.abs().max().item() for a, b in pairs]
            counts.append((exchange.count(FORWARD), exchange.count(BACKWARD)))
            shares.append(sum(w.numel() for w in parts[0].weights())
                          / sum(p.numel() for p in block.parameters()))
        found.append((
            set(counts) == {(2, 2)}, max(gaps[torch.float32]) <= 1e-5,
            max(gaps[torch.float64]) <= 1e-12, max(shares) < 0.51))
    sentences = (
        "ブロック 1 つの all-reduce は、順伝播で 2 回、逆伝播で 2 回",
        "切ったブロックの出力も勾配も、切る前と 10 万分の 1 以内で等しい",
        "64 bit では、差が 1 兆分の 1 以内になる",
        "ワーカー 1 つだけが持つ値は、ブロック全体の 51 % より少ない")
    return list(zip(sentences, map(all, zip(*found, strict=True)), strict=True))


def about_speed_and_bytes(published: list[DistBeliefPoint]) -> Claims:
    """速さの見積もり、公表値、送る大きさについての主張です。"""
    best = [fastest(size, 125e6, 2e-4, 512) for size in SIZES]
    machines, times = zip(*best, strict=True)
    small, large = published
    shares = [bytes_with_waiting(size, 8, 125e6, 0) / 125e6 / compute_seconds(size) for size in SIZES]
    slow = 30e6, 4e-4
    machines_when_slow, times_when_slow = fastest(small.parameters, *slow, 512)
    parameters = parameters_of([784, 300, 100, 10])
    batch = equal_batch(parameters, 300)
    model = [cut_traffic([300, 100, 10], [0], n, 4) for n in (int(batch), int(batch) + 1)]
    zero = [round(bytes_held(7.5e9, 64, stage) / 1e9, 1) for stage in range(4)]
    return [
        ("見積もりでは、パラメータが多いほど、最も速くなる台数も倍率も大きい",
         list(machines) == sorted(set(machines)) and list(times) == sorted(set(times))),
        ("見積もりでは、4200 万個は、最も速い台数を超えると遅くなる",
         speedups(42e6, [128], 125e6, 2e-4)[0] < times[0]),
        ("計算の時間に対する通信の割合は、パラメータが多いほど小さい",
         shares == sorted(shares, reverse=True)),
        ("はじめの設定の見積もりは、2 つの公表値より速い",
         all(speedups(p.parameters, [p.machines], 125e6, 2e-4)[0] > p.speedup for p in published)),
        ("30 MB/s と 0.4 ms では、見積もりの 4200 万個は公表値と同じ 8 台、2.2 倍が最大になる",
         (machines_when_slow, round(times_when_slow, 1)) == (small.machines, small.speedup)),
        ("30 MB/s と 0.4 ms では、見積もりの 17 億個も、81 台で公表値の 12 倍より速い",
         speedups(large.parameters, [large.machines], *slow)[0] > large.speedup),
        ("公表値でも、パラメータの多いほうが、多くの台数で速くなる",
         large.parameters > small.parameters and large.machines > small.machines
         and large.speedup > small.speedup),
        ("隠れ層の幅を 10 倍にすると、等しくなる件数は 2 倍ほどになる",
         1.9 < equal_batch(parameters_of([784, 3000, 1000, 10]), 3000) / batch < 2.1),
        ("784-300-100-10 の境目の前ではモデル並列、後ではデータ並列のほうが、送る大きさが少ない",
         model[0] < 2 * 4 * parameters < model[1]),
        ("ZeRO の 4 つの大きさは、論文の図 1 の 120、31.4、16.6、1.9 GB と同じ",
         zero == [120.0, 31.4, 16.6, 1.9]),
    ]


def about_two_processes(results: list[dict]) -> Claims:
    """lessons.model_parallel.two_processes.train の結果についての主張です。"""
    alone, together = results[0]["losses"], results[1]["losses"]
    return [
        ("2 つのプロセスの損失は、どの更新でも、1 つのプロセスと 0.00001 以内",
         max(abs(a - b) for a, b in zip(alone, together, strict=True)) <= 1e-5),
        ("すべての更新のあと、2 つのプロセスのパラメータは、1 つのプロセスと 0.00001 以内",
         results[0]["largest_difference"] <= 1e-5),
        ("2 つのプロセスでも、学習は進む（損失が小さくなる）", together[-1] < together[0]),
    ]
