"""GPipe の論文が測った速さと、空き時間の式から求めた速さを並べます。

出典: Huang ほか 2019, arXiv:1811.06965v5, 表 2 の Transformer (48 層、TPU)。
      K が段の数、M がマイクロバッチの数です。K = 2、M = 1 の速さが 1 です。
"""

from collections.abc import Callable

# (段の数, マイクロバッチの数) → 速さの倍率
MEASURED = {(2, 1): 1.0, (4, 1): 1.07, (8, 1): 1.3, (2, 4): 1.7, (4, 4): 3.2, (8, 4): 4.8,
            (2, 32): 1.8, (4, 32): 3.4, (8, 32): 6.3}


def predicted(bubble: Callable[[int, int], float], stages: int, microbatches: int) -> float:
    """働いている段の数の平均から求めた、K = 2、M = 1 に対する速さの倍率です。"""
    return stages * (1 - bubble(stages, microbatches)) / (2 * (1 - bubble(2, 1)))


def rows(bubble: Callable[[int, int], float]) -> list[list[str]]:
    """表の行です。M ごとに、論文の値と式の値を並べます。bubble は bubble_fraction です。"""
    return [[str(m)] + [f"{MEASURED[k, m]:.2f} / {predicted(bubble, k, m):.2f}" for k in (2, 4, 8)]
            for m in (1, 4, 32)]
