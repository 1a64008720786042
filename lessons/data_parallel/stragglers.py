"""遅れるワーカー(straggler): 同期型の 1 歩は、いちばん遅い人が終わるまで続きます。

    t_i = exp(σ z_i)                     ワーカー i の 1 歩の秒数。z_i は標準正規分布        (5)
    T = max_i t_i                        全員がそろうまでの秒数
    E[T] = ∫_0^∞ ( 1 - Φ(log t / σ)^n ) dt   n 人のときの T の平均                          (6)

記号: σ spread ばらつき, n n_workers ワーカーの数, Φ 標準正規分布の累積分布関数
式 (5) の中央値は 1 秒です。σ が大きいほど、たまに長くかかる人が現れます。
"""

import numpy as np
import torch


def step_seconds(spread: float, n_workers: int, n_steps: int, seed: int) -> np.ndarray:
    """式 (5): ワーカーが 1 歩にかける秒数 [n_steps, n_workers] を引きます。

    同じシードなら、spread を変えても同じ z を使います。
    """
    z = np.random.default_rng(seed).standard_normal((n_steps, n_workers))
    return np.exp(spread * z)


def slowest_of(seconds: np.ndarray) -> np.ndarray:
    """はじめの 1 人、2 人、…、n 人で歩いたときの、1 歩の平均の秒数 [n] です。"""
    return np.maximum.accumulate(seconds, axis=1).mean(axis=0)


def expected_maximum(spread: float, n_workers: int) -> float:
    """式 (6): n 人のうち、いちばん遅い人が終わるまでの平均の秒数です。spread は 0 以上です。"""
    if spread == 0:
        return 1.0
    # t = exp(σ u) と置くと、積分は u の滑らかな関数になる。u < -9 では 1 - Φ^n は 1 に等しい。
    u = torch.linspace(-9, 9, 20_001, dtype=torch.float64)
    t = torch.exp(spread * u)
    tail = 1 - torch.special.ndtr(u) ** n_workers
    return float(t[0] + torch.trapezoid(tail, t))
