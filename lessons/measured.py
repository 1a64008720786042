"""プロセスを並べた測定を、動かせない計算機でも読めるように、結果を 1 つずつ保存しておきます。

使い方: ノートブックのセルは、次の 1 行で測ります。

    results = run_or_stored("lessons.model_parallel.two_processes:train", 2)

results[rank] は、ワーカー rank の関数が返した辞書です。中身は、関数の説明にあります。
プロセスを動かせないときは、理由の文と「保存してある結果」の断り書きをセルに出し、保存した結果を返します。
保存した結果も同じ形なので、続くセルはどちらでも動きます。
作り直すには、ほかに何も動いていない計算機で `python -m lessons.measured` を実行します。
"""

import json
import os
import platform
from datetime import date
from pathlib import Path

import torch

from lessons.processes import ProcessesFailed, run_processes

FOLDER = Path(__file__).parent / "data" / "measured"
DEMONSTRATIONS = (
    ("lessons.model_parallel.two_processes:train", 2),
    ("lessons.data_parallel.two_processes:train", 2),
    ("lessons.data_parallel.server_process:train", 4),
    ("lessons.gpu.kernels.launch:opencl", 1),
    ("lessons.gpu.kernels.launch:cuda", 1),
)


def run_or_stored(target: str, n_workers: int, *, seconds: float = 120.0) -> list[dict]:
    """プロセスで測り、できなければ、理由を出して、保存した結果を返します。

    target、n_workers: DEMONSTRATIONS にある組。関数の引数は、既定のままです。
    seconds:           制限時間 (秒)
    """
    try:
        return run_processes(target, n_workers, seconds=seconds)
    except ProcessesFailed as failure:
        return use_stored(target, n_workers, str(failure))


def use_stored(target: str, n_workers: int, reason: str) -> list[dict]:
    """測れない理由と断り書きを出して、保存した結果を返します。"""
    kept = stored(target, n_workers)
    print(reason)
    print(f"保存してある結果を使います（{kept['date']} に {kept['cpu']}、{kept['cores']} コア、"
          f"torch {kept['torch']} で測ったものです）。")
    return kept["results"]


def stored(target: str, n_workers: int) -> dict:
    """保存した結果です。results のほかに、測った日 date、計算機 cpu と cores、torch の版を持ちます。"""
    return json.loads(file(target, n_workers).read_text("utf-8"))


def file(target: str, n_workers: int) -> Path:
    """結果を保存するファイルです。"""
    return FOLDER / f"{target.removeprefix('lessons.').replace(':', '.')}-{n_workers}.json"


def store() -> None:
    """この計算機ですべてを測り、保存します。"""
    about = about_this_computer()
    FOLDER.mkdir(exist_ok=True)
    for target, n_workers in DEMONSTRATIONS:
        results = run_processes(target, n_workers)
        path = file(target, n_workers)
        text = json.dumps(about | {"results": results}, ensure_ascii=False)
        path.write_text(text + "\n", "utf-8")
        print(path.name)


def about_this_computer() -> dict:
    """測定に添える、日付 date、計算機 cpu と cores、torch の版です。"""
    return {"date": date.today().isoformat(), "cpu": cpu_name(), "cores": os.cpu_count(),
            "torch": torch.__version__.partition("+")[0]}


def cpu_name() -> str:
    """CPU の名前です。Linux では、platform が名前を知りません。"""
    about = Path("/proc/cpuinfo")
    lines = about.read_text("utf-8").splitlines() if about.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


if __name__ == "__main__":
    store()
