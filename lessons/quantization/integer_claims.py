"""04_2_integers の本文が言うことを、測った結果から 1 文ずつ確かめます。

文の数字は、3 つのシードのどのネットワークでも、余裕をもって成り立つものにしています。
"""

from collections.abc import Callable

from torch import Tensor

from lessons.quantization.bit_widths import BitWidthResult
from lessons.quantization.figures.integers import PERCENTS
from lessons.quantization.int8_inference import range_error
from lessons.quantization.number_line import Row


def claims(
    of: dict[str, BitWidthResult], powers: list[BitWidthResult], aware: dict[int, list[float]],
    blocked: float, scales: tuple[dict[int, float], dict[int, float]],
    rows: Callable[[int, int], list[Row]], activations: Tensor, int8_error: float, detection: list,
) -> list[tuple[str, bool]]:
    """(文, 成り立つか) のリストです。引数は、ノートブックの同じ名前の値です。"""
    base, two, one = of["float32"].accuracy, of["対称 2 bit"].accuracy, of["±α 1 bit"].accuracy
    lbw = {r.bits: r.accuracy for r in powers}
    per_tensor, per_channel = scales
    best = {b: min(PERCENTS, key=lambda p: range_error(activations, p, b)[2]) for b in (4, 8)}
    speedups = [d.seconds_32bit / d.seconds_6bit for d in detection]
    symmetric, binary = rows_named(rows(0, 2), "対称"), rows_named(rows(0, 2), "±α")
    return [
        ("FC 1 を整数で計算した誤差は、出力の大きさの 2 % 未満", int8_error < 2),
        ("FC 2 への入力の誤差は、8 bit では切らないとき、4 bit では切るときに最も小さい",
         best[8] == 0 < best[4]),
        ("float64 から float32 にして変わる予測は、1 枚以下", of["float64"].changed <= 1),
        ("対称 6 bit の正解率は、float32 と 1 ポイント以内", abs(of["対称 6 bit"].accuracy - base) <= 1),
        ("対称 6 bit の重みの大きさは、float32 の 5 分の 1 より小さい",
         of["対称 6 bit"].bytes < of["float32"].bytes / 5),
        ("対称 2 bit では、FC 1 の重みの 99 % 以上が 0 になる", symmetric.zeros >= 99),
        ("FC 1 の重みの誤差は、対称 2 bit では 90 % を超え、±α では 60 % より小さい",
         symmetric.error > 90 and binary.error < 60),
        ("丸めるだけの対称 2 bit は、±α の 1 bit より 20 ポイント以上低い", two <= one - 20),
        ("再学習した 1 bit は、3 つのシードのどれでも float32 と 4 ポイント以内", min(aware[1]) >= base - 4),
        ("再学習した 2 bit は、3 つのシードのどれでも、丸めるだけより 40 ポイント以上高い",
         min(aware[2]) >= two + 40),
        ("再学習した 2 bit は、3 つのシードのどれでも、再学習した 1 bit より低い", max(aware[2]) < min(aware[1])),
        ("1 bit の再学習は、3 つのシードのどれでも、微分の 0 を渡した学習より高い", min(aware[1]) > blocked),
        ("大きさのそろわない重みでは、行ごとのスケールのほうが 4 bit で 30 ポイント以上高い",
         per_channel[4] >= per_tensor[4] + 30),
        ("2 の累乗の 6 bit は、float32 と 2 ポイント以内", abs(lbw[6] - base) <= 2),
        ("2 の累乗の 6 bit と 5 bit の差は、1 ポイント以内", abs(lbw[6] - lbw[5]) <= 1),
        ("2 の累乗を 6 bit にして増えた小さい値を使う重みは、全体の 3 % 未満", share_of_the_sixth_bit(rows) < 3),
        ("丸めるだけの 3 bit では、2 の累乗は対称より 30 ポイント以上低い",
         lbw[3] <= of["対称 3 bit"].accuracy - 30),
        ("公表された表では、6 bit は 32 bit の 4 倍から 5.5 倍速い", all(4 < s < 5.5 for s in speedups)),
    ]


def rows_named(rows: list[Row], name: str) -> Row:
    """名前が name で始まる行です。"""
    return next(row for row in rows if row.name.startswith(name))


def share_of_the_sixth_bit(rows: Callable[[int, int], list[Row]]) -> float:
    """2 の累乗の 5 bit では 0 になり、6 bit では 0 にならない重みの割合 (%) です。全部の層で数えます。"""
    added = total = 0
    for layer in range(3):
        five, six = (rows_named(rows(layer, b), "2 の累乗").values for b in (5, 6))
        added += int(((five == 0) & (six != 0)).sum())
        total += len(six)
    return 100 * added / total
