"""整数への量子化(quantization): 実数を等間隔の目盛りに丸め、整数で計算します。

    â = argmin_{a ∈ A} Σ_i (y_i - a·x_i)²                                   (7)
    √(E[u²]) = Δ/√12        u は -Δ/2 から Δ/2 まで一様な丸めの誤差          (8)
    s = (high - low) / (2^b - 1)        low ≦ 0 ≦ high に広げた範囲            (9)
    z = round(-low / s)                                                      (10)
    q = clamp(round(x / s) + z, 0, 2^b - 1)                                  (11)
    x̂ = s · (q - z)                                                          (12)

記号: A 使える値の集合, Δ 使える値の間隔, b bits, s scale (目盛りの間隔), z zero_point (0 を表す整数),
      q 整数, x̂ 元に戻した値
丸め: ちょうど中間の値は偶数へ丸めます (torch.round と同じです)。
出典: Jacob ほか 2018, Quantization and Training of Neural Networks for Efficient
      Integer-Arithmetic-Only Inference, arXiv:1712.05877, 2.1–2.3 節。
"""

import torch
from torch import Tensor


def fit_slope(x: Tensor, y: Tensor, levels: Tensor) -> float:
    """式 (7): y ≈ a·x となる傾き a を、使える値 levels の中から選びます。

    二乗誤差の合計が最も小さいものを選びます。同じ誤差なら、小さいほうを選びます。

    x, y:   データ。形 [n] の float64
    levels: a として使える値。形 [m] の float64 で、順序は問いません。
    戻り値: 選んだ傾き
    ValueError: 使える値が 1 つもないとき。
    """
    if levels.numel() == 0:
        raise ValueError("使える値が 1 つもありません。")
    ascending = levels.sort().values
    errors = (y - ascending[:, None] * x).square().sum(dim=1)
    return float(ascending[errors.argmin()])


def affine_params(low: float, high: float, bits: int) -> tuple[float, int]:
    """式 (9)(10): 値の範囲から、スケール（目盛りの間隔）scale と、0 を表す整数 zero_point を決めます。

    0 を必ず目盛りに乗せるため、はじめに範囲を広げて 0 を含めます。

    low, high: 値の最小と最大。low ≦ high です。
    bits:      量子化のビット数 b。1 以上です。
    戻り値:    (scale, zero_point)。広げた範囲の幅が 0 なら (1.0, 0) です。
    ValueError: low が high より大きいとき。
    """
    if low > high:
        raise ValueError(f"最小が最大より大きくなっています: {low}, {high}")
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        return 1.0, 0
    top = 2**bits - 1
    scale = (high - low) / top
    # 範囲が 0 を含むので、丸めても 0 以上 2^b - 1 以下に収まる。
    return scale, round(-low / scale)


def quantize(x: Tensor, scale: float, zero_point: int, bits: int) -> Tensor:
    """式 (11): 実数を、0 以上 2^bits - 1 以下の整数に量子化します。

    範囲の外の値は、端の整数になります。

    x:          float32 のテンソル。形は問いません。値は有限です。
    scale:      スケール（目盛りの間隔）。正の数です。
    zero_point: 0 を表す整数
    bits:       量子化のビット数
    戻り値:     x と同じ形の int64 テンソル
    ValueError: scale が正の数でないとき。
    """
    if scale <= 0:
        raise ValueError(f"scale が正の数ではありません: {scale}")
    # 大きな値は int64 に収まらないので、実数のまま端に寄せてから整数にする。
    q = torch.round(x / scale) + zero_point
    return q.clamp(0, 2**bits - 1).to(torch.int64)


def dequantize(q: Tensor, scale: float, zero_point: int) -> Tensor:
    """式 (12): 整数を、元の大きさの実数に戻します。

    q:          int64 のテンソル。形は問いません。
    scale:      スケール（目盛りの間隔）
    zero_point: 0 を表す整数
    戻り値:     q と同じ形の float32 テンソル
    """
    return scale * (q - zero_point)


def restored(x: Tensor, low: float, high: float, bits: int) -> Tensor:
    """式 (9)–(12): 範囲 low から high を bits ビットに量子化し、元の大きさに戻した値です。"""
    scale, zero_point = affine_params(low, high, bits)
    return dequantize(quantize(x, scale, zero_point, bits), scale, zero_point)
