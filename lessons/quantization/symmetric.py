"""対称量子化(symmetric quantization): 0 を中心とする目盛りに丸め、整数のまま行列の積を計算します。

    s_w = max|w| / (2^(b-1) - 1),   q_w = round(w / s_w)                      (1)
    y = s_x · s_w · Σ_k (q_x[k] - z_x) · q_w[k]                               (2)

記号: w 重み, b bits, s_w と s_x スケール (目盛りの間隔), q 整数, z_x 入力で 0 を表す整数
数:   2^b 個の整数のうち、端の -2^(b-1) は使いません。正と負が同じ数になり、0 と合わせて 2^b - 1 個です。
出典: (1) は zero_point を 0 にした、よく使われる形です。(2) は Jacob ほか 2018, arXiv:1712.05877,
      2.2–2.3 節の式で、重みの zero_point を 0 にしたものです。
"""

import torch
from torch import Tensor


def symmetric_weights(weight: Tensor, bits: int) -> Tensor:
    """式 (1) の s_w · q_w: 層全体で 1 つのスケールを使って丸めた重みです。bits は 2 以上です。"""
    top = 2 ** (bits - 1) - 1
    step = float(weight.detach().abs().max()) / top
    return torch.fake_quantize_per_tensor_affine(weight, step, 0, -top, top)


def symmetric_int8(weight: Tensor) -> tuple[Tensor, float]:
    """式 (1): 重みを -127 以上 127 以下の整数に量子化します。戻り値は int8 の重みと s_w です。"""
    scale = float(weight.abs().max()) / 127
    return torch.round(weight / scale).to(torch.int8), scale


def int8_matmul(xq: Tensor, x_scale: float, x_zero: int, wq: Tensor, w_scale: float) -> Tensor:
    """式 (2): 8 bit の整数どうしの積を整数で足し合わせ、最後に一度だけ 2 つのスケールを掛けます。

    入力は符号なしで zero_point を持ち、重みは符号つきで 0 が 0 を表します。

    xq:      量子化した入力。int64 [batch, in]、値は 0 以上 255 以下です。
    x_scale: 入力のスケール（目盛りの間隔）
    x_zero:  入力で 0 を表す整数
    wq:      量子化した重み。int64 [out, in]、値は -127 以上 127 以下です。
    w_scale: 重みのスケール（目盛りの間隔）
    戻り値:  float32 [batch, out]。スケールを掛けるまで、丸めは一度も入りません。
    ValueError: in がそろわないとき。
    """
    if xq.shape[1] != wq.shape[1]:
        raise ValueError(f"入力と重みで in が違います: {xq.shape[1]}, {wq.shape[1]}")
    accumulated = (xq - x_zero) @ wq.T
    return (accumulated.double() * (x_scale * w_scale)).float()
