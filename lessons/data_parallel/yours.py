"""学んだ人が書いた関数で、実験を動かします。"""

from collections.abc import Callable

import torch


def yours_or_ours(written: Callable, reference: Callable, *arguments: object) -> Callable:
    """書いた関数が例で reference と同じ値を返せば written を、そうでなければ reference を返します。

    どちらを使うのかを、1 行で表示します。
    """
    try:
        torch.testing.assert_close(written(*arguments), reference(*arguments))
    except Exception:  # 書きかけの関数は、どんな例外でも送出する。
        print(f"計算に使うのは、模範解答の {reference.__name__} です。")
        return reference
    print(f"計算に使うのは、あなたの {reference.__name__} です。")
    return written
