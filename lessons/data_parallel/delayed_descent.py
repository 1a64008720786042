"""古い勾配による勾配降下法を、1 つの数で試します。どこまでの学習率なら収束するのかが、正確に分かります。

    L = ½ h θ²,   θ(t+1) = θ(t) - η h θ(t-τ),   θ(-τ) = … = θ(0) = 1
    特性方程式  z^{τ+1} - z^τ + η h = 0        根 z がすべて |z| < 1 なら、θ は 0 に近づきます

記号: h curvature, η lr, τ staleness
"""

import numpy as np


def delayed_descent(curvature: float, lr: float, staleness: int, steps: int) -> list[float]:
    """θ(0) から θ(steps) までを返します。"""
    theta = [1.0] * (staleness + 1)
    for _ in range(steps):
        theta.append(theta[-1] - lr * curvature * theta[-1 - staleness])
    return theta[staleness:]


def growth_per_step(curvature: float, lr: float, staleness: int) -> float:
    """長い目で見て、|θ| が 1 歩に何倍になるかです。特性方程式の根の、最大の絶対値です。"""
    coefficients = np.zeros(staleness + 2)
    coefficients[0] = 1.0
    coefficients[1] = -1.0
    coefficients[-1] += lr * curvature
    return float(np.abs(np.roots(coefficients)).max())


def largest_stable_lr(curvature: float, staleness: int) -> float:
    """式を使わず、実際に更新して調べた上限です。|θ| が縮む学習率と、伸びる学習率の間を狭めます。"""
    low, high = 0.0, 2.5 / curvature
    steps = 200 * (staleness + 1)
    while high - low > 1e-3 / curvature:
        middle = (low + high) / 2
        sizes = np.abs(delayed_descent(curvature, middle, staleness, steps))
        shrinks = sizes[-steps // 4 :].max() < sizes[steps // 4 : steps // 2].max()
        low, high = (middle, high) if shrinks else (low, middle)
    return low
