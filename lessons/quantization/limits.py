"""形式ごとの限界と有効桁数の表、そして、下限より小さい値を割りつづけた結果です。"""

import math
import os.path
from collections.abc import Callable

import torch

from lessons.quantization.float_formats import LAYOUTS, encode_float

LIMIT_HEADERS = ["形式", "最小の正規化数", "最小の非正規化数", "最大", "円周率", "合う桁", "計算した桁"]


def limit_rows(
    smallest: Callable[[int], float], decode: Callable[[int, int, int], float]
) -> list[list[object]]:
    """LAYOUTS の形式ごとの行です。smallest と decode は、2 つの演習の関数です。"""
    rows = []
    for name, (e, f) in LAYOUTS.items():
        pi = decode(encode_float(math.pi, e, f), e, f)
        largest = decode(((2**e - 1) << f) - 1, e, f)
        rows.append([name, f"{smallest(e):.6e}", f"{decode(1, e, f):.3e}", f"{largest:.3e}",
                     f"{pi:.17g}", digits_of_pi(pi), f"{(f + 1) * math.log10(2):.1f}"])
    return rows


def digits_of_pi(value: float) -> int:
    """value と円周率で、先頭から一致する有効数字の桁数です。value は正の有限の値です。"""
    shown, pi = f"{value:.20f}".replace(".", ""), "314159265358979323846"
    return len(os.path.commonprefix([shown, pi]))


def halved_limit() -> dict[int, float]:
    """単精度の最小の正規化数を、2 の何乗かで割り、単精度に丸めた値です。"""
    smallest = torch.tensor(2.0**-126)
    return {k: float(smallest * 2.0**-k) for k in (0, 1, 10, 20, 23, 24)}


def lost_beside_one(small: float) -> dict[str, bool]:
    """1 に small を足しても 1 のままかどうかを、形式ごとに調べます。"""
    ones = [torch.ones((), dtype=dtype) for dtype in (torch.float64, torch.float32, torch.float16)]
    return {str(one.dtype).removeprefix("torch."): bool(one + small == one) for one in ones}
