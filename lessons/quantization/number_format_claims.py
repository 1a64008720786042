"""04_1 で述べたことを、計算した値と、シードごとに学習した結果で確かめます。"""

import torch

from lessons.data.hardware import boards
from lessons.quantization.figures.integers import average_slope_error, unit_levels
from lessons.quantization.float_formats import decode_float, smallest_normal
from lessons.quantization.integers import fit_slope
from lessons.quantization.limits import halved_limit, limit_rows, lost_beside_one
from lessons.quantization.mixed_precision import GradientRun
from lessons.quantization.stored_weights import Stored

Claims = list[tuple[str, bool]]
Runs = list[GradientRun]


def about_formats(four: list[Stored]) -> Claims:
    """大きさと正解率、そして表せる限界についての主張です。"""
    room = boards()["Raspberry Pi Pico"]["memory_bytes"]
    single, double = limit_rows(smallest_normal, decode_float)[:2]
    halved, lost = halved_limit(), lost_beside_one(1e-8)
    return [
        ("4 通りのうち、Pico のメモリに収まるのは 8 bit の整数だけ",
         [stored.bits for stored in four if stored.bytes <= room] == [8]),
        ("どのシードでも、8 bit の整数と float64 の正解率の差は 1 ポイント以内",
         all(abs(a - b) <= 1 for a, b in zip(four[0].accuracies, four[-1].accuracies, strict=True))),
        ("円周率は、単精度で 7 桁、倍精度で 16 桁まで合う", (single[5], double[5]) == (7, 16)),
        ("単精度の最小の正規化数は 1.175494×10⁻³⁸", single[1] == "1.175494e-38"),
        ("倍精度の最小の正規化数は 2.225074×10⁻³⁰⁸", double[1] == "2.225074e-308"),
        ("単精度の下限の半分は 0 にならず、非正規化数として残る", 0 < halved[1] < halved[0]),
        ("2 の 23 乗で割っても残り、24 乗で割ると 0 になる", halved[23] > 0 and halved[24] == 0),
        ("1 + 10⁻⁸ は、単精度では 1 に戻り、倍精度では残る", lost["float32"] and not lost["float64"]),
    ]


def about_training(single: Runs, half: Runs, plain: Runs, brain: Runs, full: Runs, safe: Runs) -> Claims:
    """混合精度学習についての主張です。single は float32、plain は 10⁻⁶ を掛けない float16 です。"""
    def close(runs: Runs) -> bool:
        return all(abs(a - b) <= 2 for a, b in zip(ends(runs), ends(single), strict=True))

    return [
        ("どのシードでも、float16 では最初の勾配の 99 % 以上が 0 になる",
         all(run.zero_percent >= 99 for run in half)),
        ("どのシードでも、float16 のままでは学習が止まる（正解率 20 % 未満）", max(ends(half)) < 20),
        ("10⁻⁶ を掛けなければ、float16 は、どのシードでも float32 と 2 ポイント以内", close(plain)),
        ("bfloat16 は、倍率なしでも、どのシードでも float32 と 2 ポイント以内", close(brain)),
        ("倍率 S のままでは、どのシードでも学習が壊れる（正解率 20 % 未満）", max(ends(full)) < 20),
        ("倍率 S/16 の float16 は、どのシードでも float32 と 2 ポイント以内", close(safe)),
    ]


def about_updates(pure: list[tuple[float, ...]], master: list[tuple[float, ...]]) -> Claims:
    """更新用の重みについての主張です。"""
    return [("重みまで bfloat16 にすると、どのシードでも 10 ポイント以上悪くなる",
             all(kept[-1] - lost[-1] >= 10 for lost, kept in zip(pure, master, strict=True)))]


def about_slopes() -> Claims:
    """y = 0.1x の近似についての主張です。"""
    x = torch.linspace(0.02, 1.0, 50, dtype=torch.float64)
    one, two, three = (fit_slope(x, 0.1 * x, unit_levels(bits)) for bits in (1, 2, 3))
    theory = {bits: 1 / (2**bits - 1) / 12**0.5 for bits in (1, 2, 3, 4, 6, 8)}
    return [
        ("1 bit で最もよいのは y = 0 である", one == 0),
        ("2 bit に増やしても、a = 0.1 では y = 0 のままである", two == 0),
        ("3 bit では、傾き 1/7 が選ばれる", abs(three - 1 / 7) < 1e-12),
        ("平均した誤差は、どのビット数でも式 (8) と 1 % 以内で合う",
         all(abs(average_slope_error(bits) / value - 1) < 0.01 for bits, value in theory.items())),
    ]


def about_integers(
    errors: dict[int, tuple[float, int, float, float]], four: list[Stored],
    right: dict[int, tuple[float, ...]],
) -> Claims:
    """重みを整数に直した誤差と正解率についての主張です。"""
    ratios = {bits: error / theory for bits, (_, _, error, theory) in errors.items()}
    drops = {bits: [a - b for a, b in zip(four[0].accuracies, found, strict=True)]
             for bits, found in right.items()}
    return [
        ("8 bit と 6 bit では、誤差は Δ/√12 と 1 % 以内で合う",
         all(abs(ratios[bits] - 1) < 0.01 for bits in (6, 8))),
        ("どのビット数でも、誤差は Δ/√12 と 10 % 以内で合う",
         all(abs(ratio - 1) < 0.1 for ratio in ratios.values())),
        ("8 bit と 6 bit では、どのシードでも正解率は 1 ポイントより大きく下がらない",
         max(drops[8] + drops[6]) <= 1),
        ("2 bit では、正解率が 5 ポイント以上下がるシードがある", max(drops[2]) >= 5),
    ]


def ends(runs: Runs) -> list[float]:
    """シードごとの、最後の正解率 (%) です。"""
    return [run.accuracies[-1] for run in runs]
