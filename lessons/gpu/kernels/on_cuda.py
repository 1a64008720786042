"""CUDA のカーネルを、numba-cuda で動かします。launch が、別のプロセスで読み込みます。

環境変数 NUMBA_ENABLE_CUDASIM が 1 なら、GPU ではなく、CPU の上のシミュレータで動きます。
カーネルは saxpy.cu と matmul.cu と同じ計算を、Python で書いたものです。
"""

import numpy as np
from numba import config, cuda, float32

TILE, BLOCK = 8, 32


@cuda.jit
def saxpy(n, a, x, y):
    i = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    if i < n:
        y[i] = a * x[i] + y[i]


@cuda.jit
def matmul(a, b, c):
    tile_a = cuda.shared.array((TILE, TILE), float32)
    tile_b = cuda.shared.array((TILE, TILE), float32)
    r, q = cuda.threadIdx.y, cuda.threadIdx.x
    row = cuda.blockIdx.y * TILE + r
    col = cuda.blockIdx.x * TILE + q
    total = float32(0)
    for t in range(0, a.shape[1], TILE):
        tile_a[r, q] = a[row, t + q]
        tile_b[r, q] = b[t + r, col]
        cuda.syncthreads()
        for j in range(TILE):
            total += tile_a[r, j] * tile_b[j, q]
        cuda.syncthreads()
    c[row, col] = total


def run(problem: dict) -> dict:
    """saxpy と matmul を 1 回ずつ動かし、装置の名前 device と、2 つの値を返します。"""
    problem = {name: np.array(value, np.float32) for name, value in problem.items()}
    x, y, a, b = (cuda.to_device(problem[name]) for name in "xyab")
    saxpy[(len(x) + BLOCK - 1) // BLOCK, BLOCK](len(x), problem["scale"][()], x, y)
    rows, columns = a.shape[0], b.shape[1]
    c = cuda.to_device(np.zeros((rows, columns), np.float32))
    matmul[(columns // TILE, rows // TILE), (TILE, TILE)](a, b, c)
    device = "シミュレータ" if config.ENABLE_CUDASIM else cuda.get_current_device().name.decode()
    return {"device": f"numba-cuda / {device}", "saxpy": y.copy_to_host().tolist(),
            "matmul": c.copy_to_host().tolist()}
