"""カーネルを、別のプロセスで動かします。動かせない計算機では、保存した結果を使います。

使い方: launched("OpenCL") か launched("CUDA")
必要なライブラリは、INSTALL の 1 行で入ります。
"""

import os
from importlib.util import find_spec

import torch

from lessons.measured import run_or_stored, use_stored

# 言語ごとの、動かす関数と、そのためのライブラリ
PROGRAMS = {"OpenCL": ("lessons.gpu.kernels.launch:opencl", "pyopencl"),
            "CUDA": ("lessons.gpu.kernels.launch:cuda", "numba")}
INSTALL = 'pip install -e ".[kernels]"'


def problem() -> dict:
    """2 つのカーネルの入力です。saxpy は 100 個の要素、matmul は 16×24 と 24×16 の行列です。"""
    generator = torch.Generator().manual_seed(0)
    x, y, a, b = (torch.randn(*shape, generator=generator)
                  for shape in ((100,), (100,), (16, 24), (24, 16)))
    return {"scale": 0.7, "x": x, "y": y, "a": a, "b": b}


def by_torch() -> dict:
    """同じ計算を、torch で行った結果です。"""
    given = problem()
    return {"saxpy": given["scale"] * given["x"] + given["y"], "matmul": given["a"] @ given["b"]}


def opencl(rank: int, n_workers: int) -> dict:
    """OpenCL のカーネルを、初めに見つかった装置で動かします。プロセスの中で呼ばれます。"""
    from lessons.gpu.kernels.on_opencl import run
    return run(problem())


def cuda(rank: int, n_workers: int) -> dict:
    """CUDA のカーネルを、GPU か、なければシミュレータで動かします。プロセスの中で呼ばれます。"""
    if not torch.cuda.is_available():
        os.environ["NUMBA_ENABLE_CUDASIM"] = "1"  # numba は、読み込むときにだけ、これを見る。
    from lessons.gpu.kernels.on_cuda import run
    return run(problem())


def launched(language: str) -> dict:
    """装置の名前 device と、saxpy と matmul の値です。動かせなければ、理由を出して、保存した結果を返します。

    language: "OpenCL" か "CUDA"
    """
    target, needed = PROGRAMS[language]
    if find_spec(needed) is None:
        reason = f"{language} のカーネルを動かすには、次の 1 行を実行します: {INSTALL}"
        return use_stored(target, 1, reason)[0]
    return run_or_stored(target, 1)[0]


def largest_difference(result: dict, kernel: str) -> float:
    """カーネルの値と torch の値の、最も大きい差です。"""
    return (torch.tensor(result[kernel]) - by_torch()[kernel]).abs().max().item()
