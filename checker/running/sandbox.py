"""The trusted side of the sandbox: starts the child in it, asks it, and restarts it when it dies.

    with Sandbox() as sandbox:
        with sandbox.learner() as runner:
            run = runner(request)

`isolation` builds the walls. With fewer layers, or none, the child still keeps accidents apart
(loops, crashes, floods of output), but a hostile answer can do whatever the user may do.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from checker.refusal import Refusal
from checker.running import isolation
from checker.running.inside import wire
from checker.running.inside.child import ANSWER, COST, GRACE, LEARNER, LEAVE, PATIENCE, PROBE
from checker.running.inside.messages import Failure, Request, Run

FORKS = sys.platform == "linux"
START_SECONDS = 120.0  # importing torch from a cold disk
SECONDS = 10.0  # of work: what ends in 5 s at the learner's ends here on half as fast a machine
SOURCE_CAP = 1_000_000  # characters of an answer
MARGIN = 10.0  # seconds beyond the child's own limits, which come first
LEARNER_SECONDS = 60.0  # on the clock, for all answers of one notebook: honest ones take one


class SandboxNotStarted(Refusal):
    """The child process cannot start here: a fault of the installation, not of an answer."""


@dataclass(frozen=True)
class Cost:
    """What one answer used: seconds on the clock, and MiB of memory beyond an empty answer."""

    seconds: float
    memory_mib: float


@contextlib.contextmanager
def started_sandbox(trust: bool = False) -> Iterator[Sandbox]:
    """A sandbox that has started, with every layer of isolation active.

    Raises `NoIsolation` where one is missing, unless the instructor trusts the submissions: then
    the layers that there are must do. Raises `SandboxNotStarted` where not even a plain one starts.
    """
    with contextlib.ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox())
        try:
            sandbox.start()
        except SandboxNotStarted as error:
            if not trust:
                raise isolation.refusal(str(error)) from error
            sandbox = stack.enter_context(Sandbox(layers=()))
            sandbox.start()
        if len(sandbox.active) < len(isolation.LAYERS) and not trust:
            raise isolation.refusal(isolation.sentence(sandbox.active))
        yield sandbox


class Sandbox:
    """A child process for the answers of one learner after another."""

    def __init__(self, seconds: float = SECONDS, layers: tuple[str, ...] = tuple(isolation.LAYERS)):
        self.seconds, self.layers = seconds, layers
        self.active: tuple[str, ...] = ()  # the layers that held when the child tried them
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Sandbox:
        # Without the sandbox a stray file of an answer must not land among the course's.
        self._folder = None if self.layers else tempfile.TemporaryDirectory(prefix="answer-")
        self._messages = tempfile.TemporaryFile()
        # Pipes are read in a thread, which has a deadline on Windows too.
        self._thread = ThreadPoolExecutor(1)
        return self

    def __exit__(self, *_) -> None:
        if self._process:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                self._process.stdin.close()  # it ends by itself, and its use of the CPU is known
                self._process.wait(MARGIN)
        self.stop()
        self._thread.shutdown()
        self._messages.close()
        if self._folder:
            self._folder.cleanup()

    @contextlib.contextmanager
    def learner(self) -> Iterator[Learner]:
        """A runner for the answers of one learner; nothing of them is left afterwards."""
        learner = Learner(self)
        try:
            yield learner
        finally:
            learner.leave()

    def start(self) -> None:
        """Start the process. Raises `SandboxNotStarted`."""
        mode = "fork" if FORKS else "once"
        layers = ",".join(self.layers)
        inner = [
            sys.executable,
            "-m",
            "checker.running.inside.child",
            mode,
            str(self.seconds),
            layers,
        ]
        environment = os.environ | isolation.ONE_THREAD
        if self.layers:
            command = isolation.command(inner, self.layers)
        else:
            command = inner
            path = (str(isolation.PACKAGE.parent), os.environ.get("PYTHONPATH"))
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, path))
        self._messages.truncate(0)
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._messages,
                cwd=self._folder.name if self._folder else "/",
                env=environment,
                start_new_session=True,  # Ctrl-C is for the grader, which then ends the child
            )
            self.receive(START_SECONDS)
            if FORKS:
                self._probe()
        except (TimeoutError, EOFError, OSError, ValueError, wire.BadReply) as error:
            self.stop()
            self._messages.seek(0)
            said = self._messages.read().decode("utf-8", "replace").strip()[-1000:]
            raise SandboxNotStarted(
                f"解答を動かすプロセスを開始できません。出力は「{said or repr(error)}」です。"
            ) from error

    def _probe(self) -> None:
        """Let a first learner try each layer; only what held counts."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            files = [isolation.__file__, os.path.abspath("nbgrader_config.py")]
            request = json.dumps([files, listener.getsockname()[1]])
            self.send(LEARNER)
            reply = self.exchange(PROBE + request.encode())
        held = json.loads(reply[COST.size :])
        active = tuple(layer for layer in isolation.LAYERS if layer in held)
        if lost := set(self.active) - set(active):
            raise ValueError(f"最初は働いていた層が、いまは働いていません: {lost}")
        self.active = active
        if self.exchange(LEAVE) != LEAVE:
            raise wire.BadReply("試しの解答のプロセスが終わりません")

    def exchange(self, request: bytes) -> bytes:
        """Send a request and receive the reply. Raises what reading a pipe can raise."""
        self.send(request)
        return self.receive(PATIENCE * self.seconds + GRACE + MARGIN)

    def send(self, request: bytes) -> None:
        self._thread.submit(wire.write_frame, self._process.stdin, request).result(MARGIN)

    def receive(self, seconds: float) -> bytes:
        return self._thread.submit(wire.read_frame, self._process.stdout).result(seconds)

    def stop(self) -> None:
        """End the process and everything that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):  # unsent bytes of a request
                pipe.close()

    @property
    def running(self) -> bool:
        """False too where the process has ended since: an idle machine may have killed it."""
        return self._process is not None and self._process.poll() is None


class Learner:
    """Runs the answers of one learner. One that kills its process costs only itself.

    Where answers have used up the learner's time, the ones behind them are not run: a notebook of
    answers that sleep would keep the grader for minutes.
    """

    def __init__(self, sandbox: Sandbox):
        self.sandbox = sandbox
        self.cost: Cost | None = None  # of the last answer
        self.left = LEARNER_SECONDS
        self._entered = False

    def __call__(self, request: Request) -> Run:
        """Run an answer; a death, a time-out or a malformed reply becomes a `Failure`."""
        self.cost = None
        if self.left <= 0:
            return Run(failure=Failure("NoTimeLeft"))
        began = time.monotonic()
        run = self._run(request)
        self.left -= self._share(run, time.monotonic() - began)
        return run

    def _share(self, run: Run, seconds: float) -> float:
        """What an answer takes of the learner's time. An endless loop counts as the work that it was
        allowed: how long a busy machine takes for that must not decide about other answers."""
        looped = run.failure and run.failure.kind == "TimeUp" and "work" in run.failure.message
        return min(seconds, self.sandbox.seconds) if looped else seconds

    def _run(self, request: Request) -> Run:
        if len(request.answer.source) > SOURCE_CAP:
            return Run(failure=Failure("TooLong"))
        packed = ANSWER + wire.pack_request(request)
        try:
            try:
                reply = self._ask(packed)
            except TimeoutError:
                raise
            except (EOFError, OSError):
                # In the sandbox no answer can end the child, but a full machine can: once more.
                self._stop()
                reply = self._ask(packed)
        except wire.BadReply:
            failure = "BadReply"  # what else comes out of this stream, nobody knows
        except TimeoutError:
            failure = "TimeUp"
        except (EOFError, OSError):
            failure = "ChildDied"
        else:
            return self._read(reply, request.calls)
        self._stop()
        return Run(failure=Failure(failure))

    def _ask(self, packed: bytes) -> bytes:
        self._enter()
        reply = self.sandbox.exchange(packed)
        if not FORKS:
            self._stop()
        if len(reply) < COST.size:
            raise wire.BadReply("a reply without its cost")
        return reply

    def _read(self, reply: bytes, calls: tuple[tuple, ...]) -> Run:
        self.cost = Cost(*COST.unpack(reply[: COST.size]))
        try:
            run = wire.unpack_run(reply[COST.size :])
            refuse_misfit(run, calls)
        except wire.BadReply:
            return Run(failure=Failure("BadReply"))
        return run

    def _enter(self) -> None:
        if not self.sandbox.running:
            self._stop()
            self.sandbox.start()
        if FORKS and not self._entered:
            self.sandbox.send(LEARNER)
            self._entered = True

    def _stop(self) -> None:
        self.sandbox.stop()
        self._entered = False

    def leave(self) -> None:
        """Have everything of this learner ended; a child that does not answer is ended instead."""
        if not (self.sandbox.running and self._entered):
            return
        try:
            left = self.sandbox.exchange(LEAVE) == LEAVE
        except (TimeoutError, EOFError, OSError, wire.BadReply):
            left = False
        if not left:
            self.sandbox.stop()


def refuse_misfit(run: Run, calls: tuple[tuple, ...]) -> None:
    """Raise `BadReply` where a run does not answer these calls: the judge pairs them blindly."""
    if run.failure:
        return
    counts = [len(o.arguments) for o in run.observations]
    if counts != [len(arguments) for arguments in calls]:
        raise wire.BadReply("observations and calls do not fit")
