"""ワーカーのプロセスを始め、出力をセルに見せながら見守り、1 つも残さずに終わらせます。"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from lessons.worker import FAILURE

START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from lessons.worker import main; main()"
GLANCE = 0.05   # 秒。プロセスが終わったかどうかを、この間隔で見る。


class ProcessesFailed(Exception):
    """プロセスを並べた計算が終わりませんでした。なぜか、どうするかを、日本語で言います。

    worker: 原因になったワーカーの番号。番号がないときは None です。
    details: そのワーカーのトレースバック。ないときは空です。
    """

    def __init__(self, sentence: str, worker: int | None = None, details: str = ""):
        super().__init__(sentence)
        self.worker, self.details = worker, details


def supervise(folder: Path, n_workers: int, seconds: float) -> None:
    """プロセスを始め、すべてが終わるまで、出力を見せながら seconds 秒まで待ちます。"""
    deadline = time.monotonic() + seconds
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    try:
        with workers(folder, n_workers, lines) as processes:
            while any(process.poll() is None for process in processes):
                show(lines, GLANCE)
                check_workers(processes, folder)
                if time.monotonic() > deadline:
                    raise ProcessesFailed(
                        f"{seconds:g} 秒たっても終わらなかったので、すべてのワーカーを止めました。"
                        "ほかのプログラムを閉じてから、もう一度セルを実行してください。")
            check_workers(processes, folder)
    finally:
        while not lines.empty():
            show(lines, 0)


@contextlib.contextmanager
def workers(folder: Path, n_workers: int, lines: queue.SimpleQueue) -> Iterator[list]:
    """n_workers 個のプロセスを一度に始めます。抜けるときに、残っているものをすべて終わらせます。"""
    path = json.dumps([os.path.abspath(entry) for entry in sys.path])
    # 小さな行列では、スレッドを増やすと、待ち合わせのぶんだけ遅くなる。
    environment = os.environ | {
        "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
    processes: list[subprocess.Popen] = []
    readers: list[threading.Thread] = []
    try:
        for rank in range(n_workers):
            processes.append(subprocess.Popen(
                [sys.executable, "-c", START, path, str(rank)], cwd=folder, env=environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                encoding="utf-8", errors="replace"))
            readers.append(threading.Thread(
                target=read, args=(rank, processes[rank].stdout, lines), daemon=True))
            readers[rank].start()
        yield processes
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()
        for reader in readers:
            reader.join(timeout=5)      # 孫のプロセスが出力を持ち続けていれば、あきらめる。


def read(rank: int, output: TextIO, lines: queue.SimpleQueue) -> None:
    """プロセスの出力を、終わりまで 1 行ずつ列に移します。"""
    with output:
        for line in output:
            lines.put(f"ワーカー {rank}: {line.rstrip()}")


def show(lines: queue.SimpleQueue, patience: float) -> None:
    """届いている行があれば、セルに 1 行出します。なければ patience 秒だけ待ちます。"""
    with contextlib.suppress(queue.Empty):
        print(lines.get(timeout=patience), flush=True)


def check_workers(processes: list[subprocess.Popen], folder: Path) -> None:
    """1 個でも失敗していれば、その理由を ProcessesFailed で送出します。"""
    told = [rank for rank in range(len(processes)) if (folder / FAILURE.format(rank)).exists()]
    if told:
        time.sleep(GLANCE)      # 死んだワーカーと話していた相手も失敗する。死んだほうが原因である。
    for rank, process in enumerate(processes):
        if process.poll():
            raise ProcessesFailed(
                f"ワーカー {rank} が途中で終わりました（終了コード {process.returncode}）。"
                "ほかのワーカーも止めました。もう一度セルを実行してください。", rank)
    for rank in told:
        failure = json.loads((folder / FAILURE.format(rank)).read_text("utf-8"))
        raise ProcessesFailed(
            f"ワーカー {rank} で例外が起きたので、ほかのワーカーも止めました。{failure['sentence']}",
            rank, failure["details"])
