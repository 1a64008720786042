"""測った時間を文にします。速い計算機でも遅い計算機でも正しい文になるように、数字から文を選びます。

保存した測定を作り直すには、int8 の命令がある Linux の計算機で `python -m lessons.quantization.speed_told` を実行します。
"""

import json
from pathlib import Path

import torch

from lessons.measured import FOLDER, about_this_computer
from lessons.quantization.int8_inference import EVERY_TIME, INT8, ONCE, layer_milliseconds

STORED = FOLDER / "quantization.layer.json"
WITHOUT_A_KERNEL = 4  # 1 つずつ掛けると、float32 の何倍も遅い。入力を整数に直す手間だけでは、そこまで遅くならない。


def compared(milliseconds: float, single: float, alike: float = 1.1) -> str:
    """float32 の時間 single と比べた速さです。遅いときは、時間の倍率で言います。

    alike: 違いがこの倍率より小さければ、同じと言います。
    """
    ratio = single / milliseconds
    if 1 / alike < ratio < alike:
        return "float32 とほぼ同じ時間"
    return f"float32 の {ratio:.1f} 倍の速さ" if ratio > 1 else f"float32 の {1 / ratio:.1f} 倍の時間"


def told(milliseconds: dict[str, float]) -> list[str]:
    """CPU で測った時間から選んだ文です。int8 の速さの理由と、丸めるだけの計算の速さを言います。"""
    single = milliseconds["float32"]
    int8, once = compared(milliseconds[INT8], single), compared(milliseconds[ONCE], single, 1.3)
    every_time = compared(milliseconds[EVERY_TIME], single)
    instructions = torch.backends.cpu.get_cpu_capability()
    said = f"この計算機で PyTorch が使う命令の種類は {instructions} で、int8 の計算は、{int8}です。"
    if milliseconds[INT8] > WITHOUT_A_KERNEL * single:
        said += "PyTorch が、この CPU では int8 をまとめて掛ける速い計算を使えないためです。"
    why = ("float32 どうしの、同じ計算だからです。" if "同じ" in once else
           "計算は同じなので、これは測定のばらつきです。計算機が混んでいると、ばらつきます。")
    return [said, f"一度だけ丸めた重みの計算は、{once}です。{why}", f"毎回丸め直す計算は、{every_time}です。"]


def stored_elsewhere() -> str:
    """保存してある測定を、計算機の名前とともに文にします。"""
    kept = json.loads(STORED.read_text("utf-8"))
    how = compared(kept["milliseconds"][INT8], kept["milliseconds"]["float32"])
    vnni = "あります" if kept["vnni"] else "ありません"
    return (f"保存してある測定では、int8 の計算は、{how}でした。計算機は {kept['cpu']} で、"
            f"int8 の積和の命令（VNNI）が{vnni}（{kept['date']}、torch {kept['torch']}）。")


def store() -> None:
    """この計算機で測り、計算機の名前と、VNNI という命令があるかどうかとともに保存します。"""
    about = about_this_computer() | {"vnni": "avx512_vnni" in Path("/proc/cpuinfo").read_text("utf-8")}
    kept = about | {"milliseconds": layer_milliseconds()}
    STORED.write_text(json.dumps(kept, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    store()
