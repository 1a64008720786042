"""カーネル(kernel): 1 つのスレッドの仕事を書いたプログラムです。CUDA C と OpenCL C を 1 行ずつ並べます。

NAME.cu が CUDA C、NAME.cl が OpenCL C です。NAME は、saxpy か matmul です。
どちらの言語でも行数は同じで、違うのは WORDS の語だけです。
"""

import re
from pathlib import Path

FOLDER = Path(__file__).parent
NAMES = ("saxpy", "matmul")
# CUDA C の語と、それにあたる OpenCL C の語と、その意味
WORDS = (
    ("__global__", "__kernel", "カーネルの印"),
    ("blockIdx.x", "get_group_id(0)", "ブロックの番号"),
    ("blockDim.x", "get_local_size(0)", "1 つのブロックのスレッドの数"),
    ("threadIdx.x", "get_local_id(0)", "ブロックの中でのスレッドの番号"),
    ("float *", "__global float *", "GPU のメモリを指すポインター"),
    ("__shared__", "__local", "ブロックの中で共有する、速いメモリ"),
    ("__syncthreads()", "barrier(CLK_LOCAL_MEM_FENCE)", "ブロックの全員を待つ"),
)


def source(file_name: str) -> str:
    """このフォルダーにあるファイルの文です。"""
    return (FOLDER / file_name).read_text("utf-8")


def in_opencl(cuda: str) -> str:
    """CUDA C の文の語を、OpenCL C の語に置き換えます。"""
    words = {c: o for c, o, _ in WORDS}
    words |= {c.replace(".x", ".y"): o.replace("(0)", "(1)") for c, o in words.items()}
    words["const float *"] = "__global const float *"
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.sub(pattern, lambda found: words[found[0]], cuda)


def side_by_side(name: str) -> list[list[str]]:
    """2 つの言語のカーネルを 1 行ずつ並べた、表の行です。字下げは、幅のある空白にします。"""
    pairs = zip(source(f"{name}.cu").splitlines(), source(f"{name}.cl").splitlines(), strict=True)
    return [["同じ" if cuda == opencl else "違う", indented(cuda), indented(opencl)]
            for cuda, opencl in pairs]


def indented(line: str) -> str:
    """行の初めの空白を、表の中でも残る空白にします。"""
    text = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(text)) + text
