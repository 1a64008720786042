"""カーネルを動かします。動かせない計算機では、保存した結果を使います。

カーネルは別のプロセスで動くので、そこで何が起きても、ノートブックは止まりません。
保存した結果を作り直すには、kernels の追加を入れて `python -m lessons.gpu.kernels.launch` を実行します。
"""

import json
import os
import subprocess
import sys
from datetime import date
from importlib.util import find_spec

import torch

from lessons.gpu.kernels import FOLDER
from lessons.measured import FOLDER as MEASURED
from lessons.measured import cpu_name

PROGRAMS = {"OpenCL": ("on_opencl.py", "pyopencl"), "CUDA": ("on_cuda.py", "numba")}
STORED = MEASURED / "gpu.kernels.json"
INSTALL = 'pip install -e ".[kernels]"'


class NotLaunched(Exception):
    """カーネルを動かせませんでした。文は、その理由です。"""


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


def launched(language: str, *, seconds: float = 60.0) -> dict:
    """カーネルを動かし、装置の名前 device と、saxpy と matmul の値を返します。

    language: "OpenCL" か "CUDA"。GPU がなければ、CUDA はシミュレータで動きます。
    """
    program, needed = PROGRAMS[language]
    if find_spec(needed) is None:
        raise NotLaunched(f"{language} を動かすには、次の 1 行を実行します: {INSTALL}")
    given = {name: torch.as_tensor(value).tolist() for name, value in problem().items()}
    simulator = {} if torch.cuda.is_available() else {"NUMBA_ENABLE_CUDASIM": "1"}
    try:
        done = subprocess.run(
            [sys.executable, FOLDER / program], input=json.dumps(given), capture_output=True,
            text=True, encoding="utf-8", timeout=seconds, env=os.environ | simulator)
    except subprocess.TimeoutExpired:
        raise NotLaunched(f"{language} のカーネルが {seconds:.0f} 秒で終わりませんでした。") from None
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["理由は分かりません"])[-1]
        raise NotLaunched(f"{language} のカーネルを動かせませんでした: {reason}")
    return json.loads(done.stdout)


def run_or_stored(language: str) -> dict:
    """カーネルを動かし、動かせなければ、理由を表示して、保存した結果を返します。"""
    try:
        result = launched(language)
        print(f"{language}: この計算機の {result['device']} で動きました。")
    except NotLaunched as reason:
        print(reason)
        kept = json.loads(STORED.read_text("utf-8"))
        result = kept[language]
        print(f"{language}: 保存した結果を使います（{kept['date']} に {kept['cpu']} の"
              f" {result['device']} で動かしたものです）。")
    return result


def largest_difference(result: dict, kernel: str) -> float:
    """カーネルの値と torch の値の、最も大きい差です。"""
    return (torch.tensor(result[kernel]) - by_torch()[kernel]).abs().max().item()


def store() -> None:
    """2 つの言語のカーネルをこの計算機で動かし、結果を保存します。"""
    about = {"date": date.today().isoformat(), "cpu": cpu_name(), "cores": os.cpu_count()}
    text = json.dumps(about | {language: launched(language) for language in PROGRAMS},
                      ensure_ascii=False)
    STORED.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    store()
