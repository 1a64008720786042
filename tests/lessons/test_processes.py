"""Processes from a cell: whatever happens to them, none is left, and one sentence says why."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import psutil
import pytest
import torch
from jupyter_client import KernelManager
from places import ROOT

from lessons import measured, worker
from lessons.measured import DEMONSTRATIONS, run_or_stored, stored
from lessons.processes import ProcessesFailed, run_processes

PATIENCE = 200.0    # seconds: beside other work, torch takes half a minute to load


@pytest.fixture
def nothing_left(tmp_path, monkeypatch):
    """Temporary files in a folder with a Japanese name, looked at at the end, and so are processes."""
    folder = tmp_path / "一時"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    before = set(psutil.Process().children(recursive=True))
    threads = threading.active_count()
    yield folder
    assert set(psutil.Process().children(recursive=True)) <= before
    assert threading.active_count() <= threads
    assert list(folder.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("how, workers, told", [
    ("exception", 2, "ワーカー 1 で例外が起きた.*ValueError: 学習率が負です"),
    ("exit", 2, r"ワーカー 1 が途中で終わりました（終了コード 3）"),
    pytest.param("kill", 1, r"ワーカー 0 が途中で終わりました（終了コード -9）",
                 marks=pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")),
])
def test_one_failure_ends_all(how, workers, told, nothing_left):
    """Catches workers that wait for a dead one for ever, and a message that names a victim of it."""
    with pytest.raises(ProcessesFailed, match=told) as raised:
        run_processes("process_targets:one_fails", workers, {"how": how}, seconds=PATIENCE)
    assert raised.value.worker == workers - 1
    assert ("one_fails" in raised.value.details) == (how == "exception")


@pytest.mark.slow
def test_time_limit_ends_all(nothing_left):
    """Catches a limit that is not kept while the workers still load torch, or leaves them behind."""
    started = time.monotonic()
    with pytest.raises(ProcessesFailed, match="0.5 秒たっても終わらなかった"):
        run_processes("process_targets:waits", 2, seconds=0.5)
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("target, told", [
    ("__main__:train", "セルで定義した関数"),
    ("lessons.processes:nothing", "関数が見つかりません"),
    ("lessons.nowhere:train", "関数が見つかりません"),
    ("no module:train", "関数が見つかりません"),
    ("lessons.worker:ALIVE", "関数ではありません"),
])
def test_a_wrong_name_starts_nothing(target, told):
    """Catches a mistake in a name that shows only after seconds, as a traceback of another process."""
    with pytest.raises(ValueError, match=told):
        run_processes(target, 2)
    with pytest.raises(ValueError, match="1 個以上"):
        run_processes("process_targets:waits", 0)


def test_what_cannot_be_sent_is_refused(tmp_path, nothing_left):
    """Catches a value that travels as pickle and runs code where it is read, and one lost silently."""
    for value in (lambda: 1, {"path": tmp_path}, [object()]):
        with pytest.raises(TypeError, match="数、文字列、テンソル"):
            worker.send(value, tmp_path / "value")
    with pytest.raises(TypeError, match="数、文字列、テンソル"):
        run_processes("process_targets:one_fails", 2, {"how": lambda: 1})
    sent = {"loss": [0.5, None, True], "w": torch.ones(2), 3: ("a", 1)}
    worker.send(sent, tmp_path / "value")
    assert str(torch.load(tmp_path / "value", weights_only=True)) == str(sent)


@pytest.fixture
def loopback_blocked(monkeypatch):
    def refuse(self, address):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_blocked_loopback_falls_back_on_the_stored_result(loopback_blocked, capsys, nothing_left):
    """Catches a firewall that costs the learner the lesson, and a stored result that says not so."""
    with pytest.raises(ProcessesFailed, match="127.0.0.1.*止められています"):
        run_processes("process_targets:waits", 2)
    for target, n_workers in DEMONSTRATIONS:
        kept = stored(target, n_workers)
        assert run_or_stored(target, n_workers) == kept["results"]
        said = capsys.readouterr().out
        assert "止められています" in said and "保存してある結果を使います" in said
        assert kept["date"] in said and kept["cpu"] in said and kept["torch"] in said


def test_a_machine_that_starts_no_process(monkeypatch, nothing_left):
    """Catches a ban on new processes that ends the cell instead of falling back."""
    def refuse(*arguments, **options):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    with pytest.raises(ProcessesFailed, match="プロセスを始められません"):
        run_processes("process_targets:waits", 2)


def test_workers_that_do_not_find_each_other(tmp_path, monkeypatch):
    """Catches a rendezvous that waits longer than the limit, or fails with gloo's own words."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", "")
    with pytest.raises(ConnectionError, match="ほかのワーカーとつながりません"):
        worker.connect(0, 2, 0.2)


def test_a_result_is_stored_as_it_came(tmp_path, monkeypatch, capsys):
    """Catches a stored file that `stored` does not find again or that says too little of its machine."""
    results = [{"losses": [0.1 + 0.2, 1e-9]}, {}]
    monkeypatch.setattr(measured, "FOLDER", tmp_path / "measured")
    monkeypatch.setattr(measured, "run_processes", lambda target, n_workers: results)
    measured.store()
    for demonstration in DEMONSTRATIONS:
        kept = stored(*demonstration)
        assert kept["results"] == results
        assert kept["torch"] in torch.__version__ and kept["cores"] == os.cpu_count()
        assert kept["cpu"]


class Cell:
    """A cell in a real kernel that runs one worker, seen at the moment when the worker waits."""

    def __init__(self, client, kernel: int):
        self.client = client
        client.execute("import sys; sys.path.insert(0, 'tests/support')\n"
                       "from lessons.processes import run_processes\n"
                       f"run_processes('process_targets:waits', 1, seconds={PATIENCE})",
                       stop_on_error=False)     # else the cell after an interrupt may be left out
        self.wait_for(lambda m: "ワーカー 0: 待っています" in m["content"].get("text", ""))
        self.workers = psutil.Process(kernel).children(recursive=True)
        assert self.workers
        [self.folder] = {process.cwd() for process in self.workers}
        assert os.path.exists(self.folder)

    def wait_for(self, wanted) -> dict:
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if wanted(message):
                return message

    def ended(self) -> bool:
        _, alive = psutil.wait_procs(self.workers, timeout=60)
        return not alive


@contextlib.contextmanager
def client_of(manager):
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=PATIENCE)
    try:
        yield client
    finally:
        client.stop_channels()


@pytest.fixture
def manager():
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(cwd=ROOT)
    yield manager
    manager.shutdown_kernel(now=True)


@pytest.mark.slow
def test_interrupt_restart_and_death_of_the_kernel_leave_no_worker(manager):
    """Catches orphans: the stop button, a restart and a kernel that dies alone each end the worker."""
    with client_of(manager) as client:
        cell = Cell(client, manager.provisioner.pid)
        manager.interrupt_kernel()
        error = cell.wait_for(lambda m: m["msg_type"] == "error")
        assert error["content"]["ename"] == "KeyboardInterrupt"
        assert cell.ended() and not os.path.exists(cell.folder)

        cell = Cell(client, manager.provisioner.pid)
        manager.restart_kernel(now=True)
        assert cell.ended()
        shutil.rmtree(cell.folder, ignore_errors=True)     # nobody is left who could

    with client_of(manager) as client:
        cell = Cell(client, manager.provisioner.pid)
        psutil.Process(manager.provisioner.pid).kill()
        assert cell.ended() and not os.path.exists(cell.folder)
