"""ノートブックのセルから、本物のプロセスを並べて動かします。

使い方: 動かす関数は、lessons の中のように、別のプロセスから import できる場所に置きます。

    def train(rank, n_workers, steps=30): ...          # lessons/model_parallel/two_processes.py

    results = run_processes("lessons.model_parallel.two_processes:train", 2, {"steps": 50})

n_workers 個のプロセスが、番号 rank = 0, 1, … だけを変えて同じ関数を呼びます。
関数の中では、torch.distributed の send、recv、all_reduce などをそのまま使えます（gloo、127.0.0.1）。
プロセスが print した行は、「ワーカー 0: …」の形でセルに出ます。行の順序は、実行のたびに変わります。
動かせない計算機でも読み進められるように、ノートブックでは lessons.measured.run_or_stored を使います。

約束: この関数から戻ったとき、プロセスも一時フォルダーも残っていません。
      途中で止めたとき、1 つが失敗したとき、制限時間が過ぎたときも同じです。
      カーネルを再起動したときは、プロセスも終わります。まとめて止められないときは、親の死に気づきます。
"""

import contextlib
import json
import os
import pkgutil
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import torch
from filelock import FileLock

from lessons.worker import ALIVE, FAILURE, REQUEST, RESULT, send

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


def run_processes(
    target: str, n_workers: int, arguments: dict | None = None, *, seconds: float = 60.0,
) -> list:
    """n_workers 個のプロセスで target を動かし、戻り値を番号の順に返します。

    target:    "モジュール:関数"。関数は (rank, n_workers, **arguments) で呼ばれます。
    arguments: 数、文字列、テンソルと、それらのリストや辞書。戻り値も同じです。
    seconds:   制限時間 (秒)。プロセスが torch を読み込む数秒を含みます。
    ProcessesFailed: 時間内に、すべてのプロセスが最後まで進まなかったとき。
    ValueError: n_workers が 1 に満たないとき、target の関数を別のプロセスから読めないとき。
    """
    if n_workers < 1:
        raise ValueError(f"ワーカーは 1 個以上要ります: {n_workers}")
    check_target(target)
    check_loopback()
    deadline = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="keiryoka-processes-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        request = {"target": target, "n_workers": n_workers, "arguments": arguments or {},
                   "seconds": seconds}
        send(request, folder / REQUEST)
        try:
            with FileLock(folder / ALIVE):
                look_on(folder, n_workers, deadline, seconds)
        except OSError as error:
            raise ProcessesFailed(
                f"この計算機では、プロセスを始められません（{error}）。") from error
        return [torch.load(folder / RESULT.format(rank), weights_only=True)
                for rank in range(n_workers)]


def check_target(target: str) -> None:
    """関数を別のプロセスから読めそうもないときに、プロセスを始める前に断ります。"""
    if target.startswith("__main__"):
        raise ValueError(f"セルで定義した関数は、別のプロセスから読めません: {target}。"
                         "関数をファイルに書いて、そのモジュールの名前を渡してください。")
    try:
        function = pkgutil.resolve_name(target)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"関数が見つかりません: {target}（{error}）。"
                         "「モジュール:関数」の形で書いてください。") from error
    if not callable(function):
        raise ValueError(f"関数ではありません: {target}")


def check_loopback() -> None:
    """この計算機の中の通信が止められていないかを、1 byte 送って確かめます。"""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(5)
            with socket.create_connection(server.getsockname(), timeout=5) as one:
                other, _ = server.accept()
                with other:
                    other.sendall(b"?")
                    one.recv(1)
    except OSError as error:
        raise ProcessesFailed(
            "この計算機では、プロセスどうしの通信（127.0.0.1）が止められています"
            f"（{error}）。ファイアウォールの設定で、Python に許可してください。") from error


def look_on(folder: Path, n_workers: int, deadline: float, seconds: float) -> None:
    """プロセスを始め、すべてが終わるまで、出力を見せながら待ちます。"""
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
            reader.join()


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
    for rank, process in enumerate(processes):
        if process.poll():
            raise ProcessesFailed(
                f"ワーカー {rank} が途中で終わりました（終了コード {process.returncode}）。"
                "ほかのワーカーも止めました。もう一度セルを実行してください。", rank)
    for rank in range(len(processes)):
        failure = folder / FAILURE.format(rank)
        if failure.exists():
            told = json.loads(failure.read_text("utf-8"))
            raise ProcessesFailed(
                f"ワーカー {rank} で例外が起きたので、ほかのワーカーも止めました。{told['sentence']}",
                rank, told["details"])
