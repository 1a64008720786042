"""生徒をスマートフォンなどへ渡す形: 重みと計算の手順を 1 つのファイルにして、大きさと時間を測ります。"""

import io
import math
import sys
import time
import zipfile
from collections.abc import Callable

import torch
from torch import Tensor, nn

from lessons.training import one_thread

# ほかのプログラムに待たされた時間を数えない時計。Windows では目が粗いので、ふつうの時計を使う。
clock = time.thread_time if sys.platform == "linux" else time.perf_counter


def exported(model: nn.Module, one_image: Tensor) -> tuple[bytes, nn.Module]:
    """重みと計算の手順を torch.export で 1 つのファイルにし、その中身と、読み戻したものを返します。

    one_image: 入力の例 [1, 特徴数]。写してから渡します。
    """
    # 画像の束の 1 枚をそのまま渡すと、束の全体がファイルに入ってしまう。
    program = torch.export.export(model.eval(), (one_image.clone(),))
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)  # 書き出した計算機のフォルダーの名前が入っている
    file = io.BytesIO()
    torch.export.save(program, file)
    file.seek(0)
    return file.getvalue(), torch.export.load(file).module()


def parts_of(file: bytes) -> dict[str, int]:
    """書き出したファイルの、重み、計算の手順、入力の例、残りの大きさ (byte) です。"""
    parts = {"重みとバイアス": 0, "計算の手順": 0, "入力の例": 0}
    kinds = ("/weights/weight_", "/models/", "/sample_inputs/")
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        for entry in archive.infolist():
            for part, kind in zip(parts, kinds, strict=True):
                parts[part] += entry.compress_size if kind in entry.filename else 0
    return parts | {"残り（見出しなど）": len(file) - sum(parts.values())}


@one_thread()
def microseconds(calls: dict[str, Callable[[], object]], rounds: int = 300) -> dict[str, float]:
    """引数のない関数を交互に rounds 回呼び、それぞれの最短の CPU 時間 (µs) を返します。"""
    best = dict.fromkeys(calls, math.inf)
    for _ in range(rounds):
        for name, call in calls.items():
            start = clock()
            call()
            best[name] = min(best[name], 1e6 * (clock() - start))
    return best


def told(flops: dict[str, int], times: dict[str, float]) -> str:
    """計算の回数と、測った時間の比を比べる文です。"""
    big, small = flops
    fewer, faster = flops[big] / flops[small], times[big] / times[small]
    measured = (f"計算の回数は、{big}が{small}の {fewer:.0f} 倍です。"
                f"1 枚の時間は {faster:.1f} 倍でした。")
    if faster < fewer / 2:
        return measured + "これほど小さいと、計算よりも、関数を呼び出す時間のほうが長いからです。"
    return measured + "時間のほとんどは、計算そのものです。"
