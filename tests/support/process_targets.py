"""What the workers of the tests run: `run_processes("process_targets:waits", 1)`."""

import os
import signal
import time

import torch
from torch import distributed


def demonstrations(rank: int, n_workers: int, gift: dict) -> dict:
    """All demonstrations in one start of three workers: to start them costs more than they do."""
    # Here, so that the other workers do not load scikit-learn, which takes as long as torch.
    from lessons.data_parallel import server_process
    from lessons.data_parallel import two_processes as data_parallel
    from lessons.model_parallel import two_processes as model_parallel

    print(f"{rank} 番です")
    return {
        "rank": rank,
        "gift": gift["tensor"] * n_workers,
        "threads": torch.get_num_threads(),
        "model": model_parallel.train(rank, 2) if rank < 2 else None,
        "data": data_parallel.train(rank, n_workers),
        "server": server_process.train(rank, n_workers),
    }


def one_fails(rank: int, n_workers: int, how: str) -> None:
    """The last worker ends by `how`, while the others wait for a message of it for ever."""
    if rank < n_workers - 1:
        distributed.recv(torch.zeros(1), src=n_workers - 1)
    if how == "exception":
        raise ValueError("学習率が負です")
    if how == "exit":
        os._exit(3)
    os.kill(os.getpid(), signal.SIGKILL)


def waits(rank: int, n_workers: int) -> None:
    print("待っています")
    time.sleep(600)
