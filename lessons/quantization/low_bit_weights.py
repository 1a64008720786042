"""1 bit と 2 の累乗の重み: 掛け算を、足し算やビットのずらしに変えます。

    Ŵ = α · sign(W),   α = (1/n) Σ_i |w_i|                                   (3)
    q_i = 2^(-t)   (μ·2^(-t) ≦ |w_i| < μ·2^(1-t)),   μ = ¾ max|w|            (4)
    s = floor( log2( 4 Σ_i q_i·|w_i| / (3 Σ_i q_i²) ) )                      (5)
    ŵ_i = sign(w_i) · q_i · 2^s                                              (6)
    ∂L/∂w = ∂L/∂ŵ · 1[ |w| ≦ 1 ]                                             (7)

記号: W weight, n 重みの数, α 重みの倍率, L 損失, t 段の番号 (0 から n_levels - 1), q 段の値, s 指数
出典: (3) Rastegari ほか 2016, XNOR-Net, arXiv:1603.05279, 3.1 節。論文の α はフィルターごと、ここでは層で 1 つです
      (フィルターごとであることは、原典未確認)。
      (4)–(6) Yin, Zhang, Qi, Xin 2016, LBW-Net, arXiv:1612.06052, 2 節。
      (7) Courbariaux, Hubara ほか 2016, Binarized Neural Networks, arXiv:1602.02830 (原典未確認)。
"""

import math

import torch
from torch import Tensor


def binary_weights(weight: Tensor) -> Tensor:
    """式 (3): 重みを ±α の 2 つの値だけで、二乗誤差が最も小さくなるように近似します。

    0 の重みは +α にします。

    weight: 1 つの層の重み。形は問いません。空ではありません。
    戻り値: 値が α か -α の、weight と同じ形と型のテンソル
    ValueError: 重みが空のとき。
    """
    if weight.numel() == 0:
        raise ValueError(f"重みが空です: 形 {tuple(weight.shape)}")
    alpha = weight.abs().mean()
    return torch.where(weight >= 0, alpha, -alpha)


def power_of_two(weight: Tensor, bits: int) -> Tensor:
    """式 (4)–(6): 重みを 0 と ±(2 の累乗) だけで近似します。

    0 でない大きさは n = 2^(bits - 2) 段あります。2^s に 2^0 から 2^-(n-1) を掛けた値です。
    最も小さい段のしきい値 μ·2^-(n-1) に届かない重みは、0 にします。
    式 (5) の和は、0 にした重みも q = 0 として、すべての重みについて取ります。

    weight: 1 つの層の重み。形は問いません。
    bits:   1 つの重みのビット数。3 以上です。
    戻り値: weight と同じ形と型のテンソル。重みがすべて 0 なら、すべて 0 です。
    ValueError: bits が 3 に満たないとき、または重みが空のとき。
    """
    if bits < 3:
        raise ValueError(f"bits は 3 以上です: {bits}")
    if weight.numel() == 0:
        raise ValueError(f"重みが空です: 形 {tuple(weight.shape)}")
    magnitude = weight.abs()
    mu = 0.75 * magnitude.max()
    if mu == 0:
        return torch.zeros_like(weight)
    q = torch.zeros_like(weight)
    for t in reversed(range(2 ** (bits - 2))):
        q[magnitude >= mu * 2.0**-t] = 2.0**-t
    s = math.floor(math.log2(4 * (q * magnitude).sum() / (3 * q.square().sum())))
    return weight.sign() * q * 2.0**s


def straight_through(grad_output: Tensor, weight: Tensor) -> Tensor:
    """式 (7): sign を通した勾配の代わりです。微分すると 0 になる sign を、素通りさせます。

    絶対値が 1 を超えた重みには、勾配を渡しません。ちょうど 1 なら渡します。

    grad_output: 2 値にした重みについての勾配
    weight:      2 値にする前の重み。grad_output と同じ形です。
    戻り値:      weight についての勾配。同じ形と型です。
    ValueError:  2 つの形が違うとき。
    """
    if grad_output.shape != weight.shape:
        shapes = [tuple(grad_output.shape), tuple(weight.shape)]
        raise ValueError(f"勾配と重みの形が違います: {shapes}")
    return torch.where(weight.abs() <= 1, grad_output, 0.0)
