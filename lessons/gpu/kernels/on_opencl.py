"""OpenCL のカーネルを、初めに見つかった装置で動かします。launch が、別のプロセスで読み込みます。"""

from pathlib import Path

import numpy as np
import pyopencl as cl

TILE, BLOCK = 8, 32


def run(problem: dict) -> dict:
    """saxpy と matmul を 1 回ずつ動かし、装置の名前 device と、2 つの値を返します。"""
    problem = {name: np.array(value, np.float32) for name, value in problem.items()}
    platform = cl.get_platforms()[0]
    device = platform.get_devices()[0]
    context = cl.Context([device])
    queue = cl.CommandQueue(context)

    def on_device(values: np.ndarray) -> cl.Buffer:
        flags = cl.mem_flags.READ_WRITE | cl.mem_flags.COPY_HOST_PTR
        return cl.Buffer(context, flags, hostbuf=values)

    def launch(name: str, threads: tuple, block: tuple, arguments: list, result: np.ndarray) -> list:
        text = Path(__file__).with_name(f"{name}.cl").read_text("utf-8")
        kernel = getattr(cl.Program(context, text).build(), name)
        buffer = on_device(result)
        kernel(queue, threads, block, *arguments, buffer)
        cl.enqueue_copy(queue, result, buffer)
        return result.tolist()

    x, y, a, b = (problem[name] for name in "xyab")
    threads = (len(x) + BLOCK - 1) // BLOCK * BLOCK
    product = np.zeros((len(a), b.shape[1]), np.float32)
    return {
        "device": f"{platform.name} / {device.name}",
        "saxpy": launch("saxpy", (threads,), (BLOCK,),
                        [np.int32(len(x)), problem["scale"][()], on_device(x)], y),
        "matmul": launch("matmul", product.shape[::-1], (TILE, TILE),
                         [*np.int32(b.shape), on_device(a), on_device(b)], product),
    }
