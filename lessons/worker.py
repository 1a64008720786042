"""lessons.processes が始める 1 個のプロセスの中身です。

手順: 親の死を見張る → torch を読む → ほかのワーカーとつながる → 関数を呼ぶ → 戻り値をファイルに置く。
場所: 親の作った一時フォルダーが、今いるフォルダーです。待ち合わせも、そこのファイルで行います。
      そのため、空いているポートを選ぶ必要がありません。
"""

import json
import os
import pkgutil
import shutil
import signal
import socket
import sys
import threading
import traceback
from datetime import timedelta

from filelock import FileLock

ALIVE, REQUEST, RESULT, FAILURE = "alive.lock", "request.pt", "result-{}.pt", "failure-{}.json"


def main() -> None:
    """関数を最後まで呼び、終了コード 0 で終わります。例外は親に伝え、親に止められるのを待ちます。"""
    rank = int(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)   # 停止ボタンの合図は、親だけが受け取る。
    # torch を読む数秒の間に親が死んでも気づくように、先に見張りを始める。
    threading.Thread(target=end_with_parent, daemon=True).start()
    try:
        work(rank)
    except BaseException as error:
        tell(rank, error)
        # ここで終わると、つながっているワーカーも次々に失敗し、どれが原因か分からなくなる。
        threading.Event().wait()
    sys.stdout.flush()
    os._exit(0)


def end_with_parent() -> None:
    """親が持つロックが空いたら、親は死んでいます。一時フォルダーを消して、終わります。"""
    try:
        FileLock(ALIVE).acquire(poll_interval=0.2)
    finally:
        shutil.rmtree(os.getcwd(), ignore_errors=True)
        os._exit(1)


def work(rank: int) -> None:
    """頼まれた関数を呼び、戻り値をファイルに置きます。"""
    import torch

    request = torch.load(REQUEST, weights_only=True)
    connect(rank, request["n_workers"], request["seconds"])
    function = pkgutil.resolve_name(request["target"])
    send(function(rank, request["n_workers"], **request["arguments"]), RESULT.format(rank))
    torch.distributed.barrier()   # 先に終わったワーカーが、まだ話している相手を切らないように。
    torch.distributed.destroy_process_group()


def connect(rank: int, n_workers: int, seconds: float) -> None:
    """すべてのワーカーを、この計算機の中の通信（127.0.0.1）でつなぎます。"""
    from torch import distributed

    # 名前を引けない計算機で待たされないように、通信の口を決める。Windows では gloo が自分で見つける。
    if sys.platform != "win32":
        os.environ["GLOO_SOCKET_IFNAME"] = next(
            name for _, name in socket.if_nameindex() if name.startswith("lo"))
    try:
        distributed.init_process_group(
            "gloo", store=distributed.FileStore("store", n_workers), rank=rank,
            world_size=n_workers, timeout=timedelta(seconds=seconds))
    except RuntimeError as error:
        raise ConnectionError(
            "ほかのワーカーとつながりません。ファイアウォールの設定で、Python に許可してください。"
        ) from error


def send(value, path) -> None:
    """値をファイルに置きます。受け取る側がコードを実行せずに読める値だけを受け付けます。"""
    import torch

    try:
        torch.save(value, path)
        torch.load(path, weights_only=True)
    except Exception as error:
        raise TypeError("プロセスの間で渡せるのは、数、文字列、テンソルと、"
                        "それらのリストや辞書だけです。") from error


def tell(rank: int, error: BaseException) -> None:
    """例外を親に伝えます。書きかけを読まれないように、書き終えてから名前を付けます。"""
    failure = {"sentence": "".join(traceback.format_exception_only(error)).strip(),
               "details": "".join(traceback.format_exception(error))}
    unfinished = f"unfinished-{rank}"
    with open(unfinished, "w", encoding="utf-8") as file:
        json.dump(failure, file)
    os.replace(unfinished, FAILURE.format(rank))
