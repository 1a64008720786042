"""The trusted side of the child process: starts it, asks it, and restarts it when it dies.

    with Child() as runner:
        run = runner(source, name, calls)

A plain process keeps accidents apart (loops, crashes, floods of output); it does not isolate. A
hostile answer can do whatever the user may do.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from checker.answer import SECONDS, Failure, Run
from checker.grading import wire

ROOT = Path(__file__).parents[2]
START_SECONDS = 120.0  # importing torch from a cold disk
GRACE = 10.0  # beyond the child's own limits, which come first
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class ChildNotStarted(Exception):
    """The child process cannot start here: a fault of the installation, not of an answer."""


class Child:
    """A runner in a process of its own. One exercise that kills it costs only itself."""

    def __init__(self, seconds: float = SECONDS, fork: bool = sys.platform == "linux"):
        self.seconds, self.fork = seconds, fork
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Child:
        self._folder = tempfile.TemporaryDirectory(prefix="answer-")
        # Pipes are read in a thread, which has a deadline on Windows too.
        self._thread = ThreadPoolExecutor(1)
        return self

    def __exit__(self, *_) -> None:
        self._stop()
        self._thread.shutdown()
        self._folder.cleanup()

    def __call__(self, source: str, name: str, calls: list[tuple]) -> Run:
        """Run an answer; a death, a time-out or a malformed reply becomes a `Failure`."""
        request = wire.pack_request(source, name, calls)
        self._start()
        try:
            reply = self._thread.submit(self._exchange, request).result(self.seconds + GRACE)
            run = wire.unpack_run(reply)
            refuse_misfit(run, calls)
        except TimeoutError:
            failure = "TimeUp"
        except (EOFError, OSError):
            failure = "ChildDied"
        except wire.BadReply:
            failure = "BadReply"
        else:
            if not self.fork:
                self._stop()
            return run
        self._stop()
        return Run(failure=Failure(failure))

    def _exchange(self, request: bytes) -> bytes:
        wire.write_frame(self._process.stdin, request)
        return wire.read_frame(self._process.stdout)

    def _start(self) -> None:
        if self._process:
            return
        mode = "fork" if self.fork else "once"
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "checker.grading.inside", mode, str(self.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self._folder.name,
            env=os.environ | ONE_THREAD | {"PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C is for the grader, which then ends the child
        )
        ready = self._thread.submit(wire.read_frame, self._process.stdout)
        try:
            ready.result(START_SECONDS)
        except (TimeoutError, EOFError, wire.BadReply) as error:
            self._stop()
            raise ChildNotStarted(
                "the process that runs the answers did not start; its own message stands above. "
                "Check the installation with: python -m checker verify"
            ) from error

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if hasattr(os, "killpg"):  # with everything that an answer started
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):  # unsent bytes of a request
                pipe.close()


def refuse_misfit(run: Run, calls: list[tuple]) -> None:
    """Raise `BadReply` where a run does not answer these calls: the judge pairs them blindly."""
    if run.failure:
        return
    counts = [len(o.arguments) for o in run.observations]
    if counts != [len(arguments) for arguments in calls]:
        raise wire.BadReply("observations and calls do not fit")
