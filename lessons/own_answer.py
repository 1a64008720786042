"""学習者が書いた関数を、そのあとの実験で使います。まだ書けていなければ、模範解答を使います。"""

from collections.abc import Callable

import torch


def yours(written: Callable, reference: Callable, *example: object) -> Callable:
    """example での値が模範解答と同じなら written を、違えば reference を返し、どちらかを表示します。"""
    try:
        torch.testing.assert_close(written(*example), reference(*example))
        used, whose = written, "あなたの"
    except Exception:  # 書きかけの関数は、どんな例外でも送出する
        used, whose = reference, "まだ正解していないので、模範解答の"
    print(f"ここからの計算には、{whose} {reference.__name__} を使います。")
    return used
