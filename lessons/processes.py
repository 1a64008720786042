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

import pkgutil
import socket
import tempfile
from pathlib import Path

import torch
from filelock import FileLock

from lessons.supervisor import ProcessesFailed, supervise
from lessons.worker import ALIVE, REQUEST, RESULT, send


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
    with tempfile.TemporaryDirectory(prefix="keiryoka-processes-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        request = {"target": target, "n_workers": n_workers, "arguments": arguments or {},
                   "seconds": seconds}
        send(request, folder / REQUEST)
        try:
            with FileLock(folder / ALIVE):
                supervise(folder, n_workers, seconds)
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
