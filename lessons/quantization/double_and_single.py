"""倍精度と単精度の行列の積を、1 つのスレッドの CPU の時間で比べます。"""

import torch

from lessons.gpu import shortest
from lessons.training import one_thread


@one_thread()
def double_over_single(sizes: tuple[int, ...]) -> dict[int, float]:
    """n×n の行列の積で、float64 の時間が float32 の何倍かを、大きさ n ごとに返します。"""
    calls = {}
    for n in sizes:
        double = torch.randn(n, n, generator=torch.Generator().manual_seed(n)).double()
        for one in (double, double.float()):
            calls[n, one.dtype] = lambda one=one: one @ one
    seconds = shortest(calls)
    return {n: seconds[n, torch.float64] / seconds[n, torch.float32] for n in sizes}


def told(ratios: dict[int, float]) -> list[str]:
    """大きさごとの文です。測った比から選び、理由は、差があるときとないときで変えます。"""
    return [f"{n}×{n} の積: {compared(ratio)}" for n, ratio in ratios.items()]


def compared(ratio: float) -> str:
    """倍精度の時間が単精度の ratio 倍のときの文です。"""
    if ratio < 1 / 1.2:
        return f"倍精度のほうが短く、単精度は {1 / ratio:.1f} 倍の時間がかかりました。"
    if ratio < 1.2:
        return "倍精度と単精度の時間は、ほとんど同じです。"
    return f"倍精度には、単精度の {ratio:.1f} 倍の時間がかかりました。"
