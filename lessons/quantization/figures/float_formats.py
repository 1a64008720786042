"""浮動小数点数の形式が表せる範囲と、値の近くの目盛りの図です。(Figure, 文) を返します。"""

import math
from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lessons.plots import BLUE, GREY, ORANGE, VERMILION
from lessons.quantization.float_formats import LAYOUTS, encode_float, smallest_normal

Decode = Callable[[int, int, int], float]
ROWS = (len(LAYOUTS) - 0.4, -0.6)
DECADES = (-46, 39)  # float32 と bfloat16 がちょうど収まる。float64 の両端は、矢印で示す。
SUBNORMAL = {"facecolor": ORANGE, "hatch": "//", "edgecolor": "black"}
NORMAL = {"facecolor": BLUE, "edgecolor": "black"}
WINDOW = 3.0  # 値のまわりの、表示する幅 (%)
MOST_TICKS = 150  # これより細かい目盛りは、線が重なるので塗りつぶす。


def float_on_the_line(
    decode: Decode, exponent_bits: int, fraction_bits: int, bits: int
) -> tuple[Figure, str]:
    """ビットの並びが表す値を、すべての形式の範囲と、値の近くの目盛りの上に示します。

    どの形式を選んでも軸は同じなので、範囲の広さと目盛りの細かさを見比べられます。
    """
    e, f = exponent_bits, fraction_bits
    value = decode(bits, e, f)
    fig = Figure(figsize=(8.2, 3.3))
    left = fig.add_axes((0.22, 0.17, 0.35, 0.62))
    right = fig.add_axes((0.6, 0.17, 0.38, 0.62))
    ranges(left, decode, (e, f))
    marks = [Patch(**SUBNORMAL, label="非正規化数"), Patch(**NORMAL, label="正規化数")]
    if value and math.isfinite(value):
        marks.append(
            left.axvline(math.log10(abs(value)), color=VERMILION, linewidth=2, label="この値"))
        nearby(right, decode, (e, f), abs(value))
    else:
        right.set_axis_off()
        right.set_title("この値のまわりには、\nずれの割合で測れる値がありません", fontsize=10)
    fig.legend(handles=marks, loc="upper center", ncols=3, fontsize=9, frameon=False)
    return fig, sentence(decode, value, bits, e, f)


def ranges(ax: Axes, decode: Decode, chosen: tuple[int, int]) -> None:
    """どの形式も同じ軸に並べ、選んだ形式を濃く描きます。"""
    for row, (e, f) in enumerate(LAYOUTS.values()):
        ends = [math.log10(v) for v in (decode(1, e, f), smallest_normal(e), largest(decode, e, f))]
        bold = 1.0 if (e, f) == chosen else 0.35
        left, middle, right = (min(max(end, DECADES[0]), DECADES[1]) for end in ends)
        if left < middle:
            ax.barh(row, middle - left, left=left, alpha=bold, **SUBNORMAL)
        ax.barh(row, right - middle, left=middle, alpha=bold, **NORMAL)
        if ends[0] < DECADES[0]:
            for end, arrow in ((left + 1, "<"), (right - 1, ">")):
                ax.plot(end, row, color="black", marker=arrow, markersize=8)
    ax.set_yticks(range(len(LAYOUTS)), [
        f"▶ {name}" if layout == chosen else name for name, layout in LAYOUTS.items()], fontsize=10)
    ax.set(xlim=DECADES, ylim=ROWS, ylabel="形式", xlabel="log10|値|（◀ ▶ は ±308 まで続く）")
    ax.set_title("表せる範囲", loc="left", fontsize=10)


def nearby(ax: Axes, decode: Decode, chosen: tuple[int, int], value: float) -> None:
    """値の上下 3 % に、それぞれの形式が持つ値を目盛りで描きます。"""
    for row, (e, f) in enumerate(LAYOUTS.values()):
        low, high = (encode_float(value * (1 + side * WINDOW / 100), e, f) for side in (-1, 1))
        high = min(high, ((2**e - 1) << f) - 1)
        bold = 1.0 if (e, f) == chosen else 0.4
        if high - low > MOST_TICKS:
            ax.barh(row, 2 * WINDOW, left=-WINDOW, height=0.7, color=GREY, alpha=bold)
            continue
        found = [100 * (decode(pattern, e, f) / value - 1) for pattern in range(low, high + 1)]
        inside = [at for at in found if abs(at) <= WINDOW]
        ax.plot(inside, [row] * len(inside), color=BLUE, marker="|", markersize=14, linestyle="none",
                markeredgewidth=1.6, alpha=bold)
    ax.axvline(0, color=VERMILION, linewidth=2, alpha=0.6)
    ax.set(xlim=(-WINDOW, WINDOW), ylim=ROWS, xticks=(-WINDOW, 0, WINDOW), yticks=[], xlabel="この値からのずれ (%)")
    ax.set_title("上下 3 % にある値（灰色は、線が重なる）", loc="left", fontsize=10)


def largest(decode: Decode, e: int, f: int) -> float:
    """最大の有限の値です。"""
    return decode(((2**e - 1) << f) - 1, e, f)


def show(value: float, fraction_bits: int) -> str:
    """となりの値と区別できる桁数で表します。-0.0 の符号も残します。"""
    digits = max(4, 2 + math.ceil(fraction_bits * math.log10(2)))
    return f"{value:.{digits}g}"


def sentence(decode: Decode, value: float, bits: int, e: int, f: int) -> str:
    """並び、値、種類、指数、絶対値のとなりの値を述べます。"""
    pattern = f"{bits:0{1 + e + f}b}"
    parts = f"{pattern[0]} {pattern[1 : 1 + e]} {pattern[1 + e :]}"
    magnitude, exponent = bits % 2 ** (e + f), (bits >> f) % 2**e
    kind = ("" if value == 0 or exponent == 2**e - 1
            else " で、非正規化数" if exponent == 0 else " で、正規化数")
    text = f"{parts} は {show(value, f)}{kind}です。"
    if 0 < exponent < 2**e - 1:
        shift = exponent - 2 ** (e - 1) + 1
        text += f"指数部 {exponent} からバイアスを引くと、2 の {shift} 乗です。"
    if magnitude <= (2**e - 1) << f:
        near = [show(decode(m, e, f), f) for m in (magnitude - 1, magnitude + 1)
                if 0 <= m <= (2**e - 1) << f]
        text += f"絶対値のとなりは {' と '.join(near)} です。"
    return text
