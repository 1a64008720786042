"""カーネル(kernel): 1 つのスレッドの仕事を書いたプログラムです。CUDA C と OpenCL C を 1 行ずつ並べます。

NAME.cu が CUDA C、NAME.cl が OpenCL C です。NAME は、saxpy か matmul です。
どちらの言語でも行数は同じで、違うのは WORDS の語だけです。
"""

import re
from pathlib import Path

from markupsafe import Markup

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


def side_by_side(name: str) -> list[list[Markup]]:
    """2 つの言語のカーネルを 1 行ずつ並べた、表の行です。"""
    pairs = zip(source(f"{name}.cu").splitlines(), source(f"{name}.cl").splitlines(), strict=True)
    return [[one_line("同じ" if cuda == opencl else "違う"), code(cuda), code(opencl)]
            for cuda, opencl in pairs]


def words() -> list[list[Markup]]:
    """意味、CUDA C の語、OpenCL C の語の順に並べた、表の行です。"""
    return [[one_line(meaning), code(cuda), code(opencl)] for cuda, opencl, meaning in WORDS]


def code(line: str) -> Markup:
    """等幅の文字で書いた、プログラムの 1 行です。幅が足りないときは、続きを字下げして折り返します。"""
    indent = len(line) - len(line.lstrip(" ")) + 2
    return Markup('<code style="display:block; background:none; font-size:12px; '
                  'white-space:pre-wrap; padding-left:{0}ch; text-indent:-{0}ch">{1}</code>'
                  ).format(indent, line)


def one_line(text: str) -> Markup:
    """折り返さない文です。"""
    return Markup('<span style="white-space:nowrap">{}</span>').format(text)
