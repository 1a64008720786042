"""学習者が書いた関数を、そのあとの実験で使います。まだ書けていなければ、模範解答を使います。"""

from collections.abc import Callable

import torch
from torch import Tensor


def yours(written: Callable, reference: Callable, *example: object) -> Callable:
    """example での値が模範解答と同じなら written を、違えば reference を返し、どちらかを表示します。"""
    try:
        right = same(written(*example), reference(*example))
    except Exception:
        right = False
    whose = "あなたの" if right else "まだ正解していないので、模範解答の"
    print(f"ここからの計算には、{whose} {reference.__name__} を使います。")
    return written if right else reference


def same(value: object, expected: object) -> bool:
    """2 つの値が、型も含めて同じかどうかです。テンソルと小数は、丸め誤差を許します。"""
    if type(value) is not type(expected):
        return False
    if isinstance(expected, Tensor):
        return value.shape == expected.shape and torch.allclose(value, expected, atol=1e-5)
    if isinstance(expected, float):
        return abs(value - expected) <= 1e-9 * abs(expected)
    return value == expected
