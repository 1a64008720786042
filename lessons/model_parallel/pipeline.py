"""パイプライン並列: マイクロバッチを続けて流し、段の空き時間を減らします。

式の番号は 01_1_layers のものです。段(stage)は、1 つのワーカーが受け持つ、連続した層の組です。
"""

import math


def gpipe_schedule(stages: int, microbatches: int) -> list[list[int | None]]:
    """GPipe の前向き計算の時刻表を作ります。

    どの段も、1 つのマイクロバッチを 1 つの時刻で計算します。
    マイクロバッチは 0 番から順に、段 0 から最後の段まで、1 時刻に 1 段ずつ進みます。

    stages:       段の数。1 以上です。
    microbatches: マイクロバッチの数。1 以上です。段の数より少ないこともあります。
    戻り値:       [時刻][段] の順の、リストのリスト。どちらも 0 から数えます。
                  要素は、その段が計算するマイクロバッチの番号 (0 から) です。休みなら None です。
                  行は、最後の段が最後のマイクロバッチを計算する時刻で終わります。
    ValueError:   段かマイクロバッチの数が 1 に満たないとき。
    """
    if min(stages, microbatches) < 1:
        raise ValueError(f"1 に満たない数があります: {stages}, {microbatches}")
    timetable = []
    for slot in range(microbatches + stages - 1):
        row = []
        for stage in range(stages):
            microbatch = slot - stage
            row.append(microbatch if 0 <= microbatch < microbatches else None)
        timetable.append(row)
    return timetable


def bubble_fraction(stages: int, microbatches: int) -> float:
    """式 (2): どの段も同じ速さの GPipe で、空き時間(バブル)の割合を返します。

    分母は、段の数 × 時刻の数のコマの総数です。分子は、そのうちの休みのコマの数です。

    stages:       段の数 p。1 以上です。
    microbatches: マイクロバッチの数 m。1 以上です。
    戻り値:       空き時間の割合。0 以上 1 未満です。% に直さず、丸めません。
    ValueError:   段かマイクロバッチの数が 1 に満たないとき。
    """
    if min(stages, microbatches) < 1:
        raise ValueError(f"1 に満たない数があります: {stages}, {microbatches}")
    return (stages - 1) / (microbatches + stages - 1)


def balanced_bottleneck(costs: list[float], n_workers: int) -> float:
    """式 (3): 層を順番のまま連続した組に分けるとき、最も忙しいワーカーの時間の最小値を返します。

    層の順番は変えず、1 つの層を 2 つのワーカーに分けることもありません。
    層を 1 つも持たないワーカーがいても構いません。ワーカーが層より多いこともあります。

    costs:     各層の計算時間 (s)。すべて正で、前の層から順に並びます。
    n_workers: ワーカーの数。1 以上です。
    戻り値:    最も忙しいワーカーが受け持つ時間の合計 (s) を、最も小さくした値。
    ValueError: 層がないとき、正でない時間があるとき、またはワーカーがいないとき。
    """
    if not costs or min(costs) <= 0 or n_workers < 1:
        raise ValueError(f"層の時間とワーカーの数は正です: {costs}, {n_workers}")
    layers = len(costs)
    # bottleneck[end] は、先頭の end 層を、今までに数えたワーカーで分けたときの答えです。
    bottleneck = [0.0] + [math.inf] * layers
    for _ in range(n_workers):
        bottleneck = [
            min(max(bottleneck[start], sum(costs[start:end])) for start in range(end + 1))
            for end in range(layers + 1)
        ]
    return bottleneck[layers]
