"""学習者が書いた関数を、そのあとの図や実験で使います。まだ書けていなければ、模範解答を使います。"""

from collections.abc import Callable

import torch


def yours(written: Callable, reference: Callable, use: Callable) -> Callable:
    """use(written) が use(reference) と同じ値なら written を、違えば reference を返し、どちらかを表示します。

    use: 関数を受け取り、それを例で動かした値を返す関数
    """
    try:
        torch.testing.assert_close(use(written), use(reference))
    except Exception:  # 書きかけの関数は、どんな例外でも送出します。
        print(f"ここからは、まだ正解していないので、模範解答の {reference.__name__} を使います。")
        return reference
    print(f"ここからは、あなたの {reference.__name__} を使います。")
    return written
