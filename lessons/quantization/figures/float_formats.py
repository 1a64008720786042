"""浮動小数点数の形式と、学習で消える勾配の図です。どの関数も (Figure, 文) を返します。"""

import math

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from lessons.plots import BLUE, GREEN, GREY, ORANGE, VERMILION
from lessons.quantization.float_formats import decode_float, smallest_normal, underflow_fraction

LINES = ((BLUE, "-"), (VERMILION, "--"), (GREEN, "-."), (ORANGE, ":"))


def float_on_the_line(exponent_bits: int, fraction_bits: int, bits: int) -> tuple[Figure, str]:
    """ビットの並びが表す値を、形式が表せる範囲と、両隣の値とともに示します。"""
    e, f = exponent_bits, fraction_bits
    value = decode_float(bits, e, f)
    least, normal = decode_float(1, e, f), smallest_normal(e)
    largest = decode_float(((2**e - 1) << f) - 1, e, f)
    magnitude = bits % 2 ** (e + f)
    last = (2**e - 1) << f  # 無限大の並び
    near = [decode_float(m, e, f) for m in (magnitude - 1, magnitude, magnitude + 1)
            if 0 <= m < last]

    fig = Figure(figsize=(9, 3.2))
    upper = fig.add_axes((0.05, 0.62, 0.9, 0.2))
    lower = fig.add_axes((0.05, 0.2, 0.9, 0.14))
    ends = [math.log10(least), math.log10(normal), math.log10(largest)]
    upper.axvspan(ends[0], ends[1], color=ORANGE, alpha=0.45, hatch="//", label="非正規化数")
    upper.axvspan(ends[1], ends[2], color=BLUE, alpha=0.35, label="正規化数")
    if value and math.isfinite(value):
        upper.plot([math.log10(abs(value))], [0.5], color="black", marker="v", markersize=11,
                   linestyle="none", label="この値")
    upper.set(yticks=[], xlabel="大きさの常用対数 log10|値|", title="この形式が表せる範囲")
    upper.legend(loc="lower right", ncols=3, fontsize=8, bbox_to_anchor=(1, 1))
    upper.title.set_horizontalalignment("left")
    upper.title.set_position((0, 1))
    # 値の近くでは間隔が等しいので、番号で並べ、目盛りに値を書く。
    names = [show(v, f) for v in near]
    lower.plot(range(len(near)), [0] * len(near), color=GREY, marker="|", markersize=18)
    if magnitude < last:
        here = near.index(abs(value))
        lower.plot([here], [0], color="black", marker="v", markersize=11)
    lower.set(yticks=[], xticks=range(len(near)), xticklabels=names, xlim=(-0.5, 2.5),
              xlabel="となりの値（絶対値）")
    return fig, _sentence(value, bits, e, f, least, normal)


def show(value: float, fraction_bits: int) -> str:
    """となりの値と区別できる桁数で表します。-0.0 の符号も残します。"""
    digits = max(4, 2 + math.ceil(fraction_bits * math.log10(2)))
    return f"{value:.{digits}g}"


def _sentence(value: float, bits: int, e: int, f: int, least: float, normal: float) -> str:
    pattern = f"{bits:0{1 + e + f}b}"
    parts = " ".join(filter(None, (pattern[0], pattern[1 : 1 + e], pattern[1 + e :])))
    exponent = (bits >> f) % 2**e
    kind = ("" if value == 0 or exponent == 2**e - 1
            else " で、非正規化数" if exponent == 0 else " で、正規化数")
    text = f"{parts} は {show(value, f)}{kind}です。"
    if 0 < exponent < 2**e - 1:
        shift = exponent - 2 ** (e - 1) + 1
        text += f"指数部 {exponent} からバイアスを引くと、2 の {shift} 乗です。"
    return (f"{text}最小の正規化数は {normal:.7g}、最小の非正規化数は {least:.7g} です。")


def gradients_and_floor(
    gradients: Tensor, dtype: torch.dtype, scale_exponent: int
) -> tuple[Figure, str]:
    """勾配に 2 の累乗を掛けたときの大きさの分布と、dtype で 0 になる境目です。"""
    scale = 2.0**scale_exponent
    scaled = gradients.double() * scale
    name = str(dtype).removeprefix("torch.")
    info = torch.finfo(dtype)
    # 最も近い値へ丸めるので、最小の非正規化数の半分以下が 0 になる。
    floor, ceiling = info.smallest_normal * info.eps / 2, info.max
    lost = 100 * underflow_fraction(scaled, dtype)
    over = 100 * float((scaled.abs() > ceiling).double().mean())
    magnitudes = scaled[scaled != 0].abs().log10().numpy()
    counts, edges = np.histogram(magnitudes, bins=np.arange(-26, 12.5, 0.5))

    fig = Figure(figsize=(8.4, 3.6))
    ax = fig.add_axes((0.1, 0.16, 0.87, 0.68))
    ax.stairs(counts, edges, fill=True, color=BLUE, alpha=0.6, label="勾配 × スケール")
    ax.axvspan(-26, math.log10(floor), color=VERMILION, alpha=0.25, hatch="//",
               label=f"{name} では 0 になる")
    ax.axvline(math.log10(info.smallest_normal), color="black", linestyle=":",
               label="最小の正規化数")
    ax.axvspan(math.log10(ceiling), 41, color=ORANGE, alpha=0.45, hatch="..",
               label=f"{name} では inf になる")
    ax.set(xlim=(-26, 12), xlabel="大きさの常用対数 log10|勾配 × スケール|", ylabel="勾配の個数")
    ax.legend(fontsize=8, loc="lower center", ncols=4, bbox_to_anchor=(0.5, 1.0))
    text = (f"スケールが 2 の {scale_exponent} 乗のとき、{name} では 0 でない勾配の "
            f"{lost:.1f} % が 0 になり、{over:.1f} % が inf になります。")
    return fig, text


def training_curves(
    curves: dict[str, tuple[float, ...]], title: str
) -> tuple[Figure, str]:
    """エポックごとの正解率を、条件ごとに 1 本の線で描きます。"""
    fig = Figure(figsize=(8, 3.6))
    ax = fig.add_axes((0.09, 0.15, 0.6, 0.74))
    for (name, accuracies), (color, line), marker in zip(
            curves.items(), LINES, "os^D", strict=False):
        epochs = range(1, len(accuracies) + 1)
        ax.plot(epochs, accuracies, color=color, linestyle=line, marker=marker, markersize=4,
                label=name)
    ax.set(xlabel="エポック", ylabel="テストの正解率 (%)", ylim=(0, 102), title=title)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), fontsize=9)
    ends = "、".join(f"{name} {values[-1]:.1f} %" for name, values in curves.items())
    return fig, f"最後の正解率は、{ends} です。"
