"""The child: runs answers and says what they did. It never sees an expected value.

    python -m checker.running.inside.child fork|once SECONDS LAYER,LAYER,…

Requests come on stdin and replies go to what was stdout when it started; learner code gets neither.
"fork": imports torch once, forks a process for each learner, in namespaces of its own, and that one
forks for each answer: no answer can harm the next, no learner another. "once": answers one request
in this process and ends, where a process that has used torch cannot be forked (Windows has no fork,
and the system libraries of macOS do not survive one).
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import math
import os
import select
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import torch

from checker.running.inside import confine, wire
from checker.running.inside.answer import run_answer
from checker.running.inside.messages import Failure, Run
from checker.running.inside.prelude import PRELUDE
from checker.running.inside.state import remember_originals

GRACE = 2.0  # run_answer's own alarm rings first; a loop inside C code does not hear it
FOREVER = math.inf  # whoever reads the reply waits as long as it is patient
PATIENCE = 3  # seconds on the clock for each second of work: sleep ends too, a busy machine may wait
LEARNER, PROBE, ANSWER, LEAVE = b"L", b"P", b"A", b"E"  # the first byte of a request
COST = struct.Struct("<dd")  # before each reply: seconds, and MiB beyond an empty answer


@dataclass(frozen=True)
class Child:
    """What the child knows about itself when it begins to fork."""

    requests: BinaryIO
    replies: BinaryIO
    seconds: float
    layers: frozenset[str]
    size: int  # bytes of address space
    empty: int  # KiB that a fork holds at most which does nothing


def main(mode: str, seconds: float, layers: frozenset[str]) -> None:
    """Answer requests until there are no more."""
    exec(PRELUDE, {})  # the slow imports
    torch.ones(1).to(torch.float16)  # torch reads once what the CPU can do; a fork may not read it
    if mode == "fork":
        dynamo = importlib.import_module("torch._dynamo")  # torch.optim does it late: in every fork
        # torch.compile needs a compiler and files; without them the value is the same.
        dynamo.config.disable = "files" in layers
    requests, replies = private_streams()
    gc.freeze()  # a collection in a forked child would copy every page
    wire.write_frame(replies, b"ready")
    if mode == "once":
        request = wire.read_frame(requests)
        end_after(2 * (PATIENCE * seconds + GRACE))
        wire.write_frame(replies, COST.pack(0, 0) + answer(request[1:], seconds))
        return
    torch.set_num_threads = lambda _: None  # threads are refused, and the number changes no value
    remember_originals()
    # The fork of a process with threads hangs in OpenMP; the grader sets OMP_NUM_THREADS=1.
    if len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("the child has threads and cannot fork")
    empty = in_fork(lambda: None).ru_maxrss
    child = Child(requests, replies, seconds, layers, confine.address_space(), empty)
    with contextlib.suppress(EOFError):
        while wire.read_frame(requests) == LEARNER:
            in_fork(lambda: serve_learner(child))
            wire.write_frame(replies, LEAVE)  # nothing of this learner is left


def private_streams() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes on new descriptors; 0 and 1 now lead nowhere.

    Requests are not buffered: what a process reads ahead would be lost to the next that reads.
    """
    requests, replies = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    redirect_to_nowhere(0, 1)
    return requests, replies


def end_after(seconds: float) -> None:
    """Let the system end this process when it has worked so much longer, where the system can.

    A loop inside C code hears no alarm, and where the grader is gone nobody else ends it. A grader
    that is there has lost its patience long before, and says so.
    """
    with contextlib.suppress(ModuleNotFoundError):  # Windows has no such limit
        import resource

        limit = math.ceil(time.process_time() + seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))


def redirect_to_nowhere(*descriptors: int) -> None:
    """Point descriptors at the null device."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(nowhere, descriptor)


def in_fork(work: Callable[[], None]):
    """Do `work` in a fork and wait for its end; returns what it used. Our own code only."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise RuntimeError(f"a fork of the child ended with status {status}")
    return usage


def serve_learner(child: Child) -> None:
    """Answer the requests of one learner in namespaces that die with this process."""
    if confine.new_namespaces(child.layers):
        in_fork(lambda: serve(child))  # the first process of the new process namespace
    else:
        serve(child)


def serve(child: Child) -> None:
    """Answer requests until the learner leaves, or until the grader is gone."""
    confine.settle(child.layers)
    with contextlib.suppress(EOFError):
        while (request := wire.read_frame(child.requests)) != LEAVE:
            wire.write_frame(child.replies, answer_in_fork(child, request))


def answer(request: bytes, seconds: float) -> bytes:
    """Run one answer in this process."""
    try:
        return wire.pack_run(run_answer(wire.unpack_request(request), seconds, FOREVER))
    except wire.CannotPack:
        return failed("BadReply")


def failed(kind: str, message: str = "") -> bytes:
    """The reply where an answer brought none."""
    return wire.pack_run(Run(failure=Failure(kind, message)))


def answer_in_fork(child: Child, request: bytes) -> bytes:
    """Run one answer in a fork and pass on its bytes unread, with what it cost before them."""
    read_end, write_end = os.pipe()
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            os.close(read_end)
            for stream in (child.requests, child.replies):
                os.close(stream.fileno())
            redirect_to_nowhere(2)
            confine.restrict(child.layers, child.size, child.seconds + GRACE)
            if request[:1] == PROBE:
                reply = confine.probe(request[1:])
            else:
                reply = answer(request[1:], child.seconds)
            with os.fdopen(write_end, "wb") as stream:
                wire.write_frame(stream, reply)
        finally:
            os._exit(0)
    os.close(write_end)
    try:
        reply = read_reply(read_end, started, PATIENCE * child.seconds)
    finally:
        os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):  # it died before it had a group
            os.killpg(pid, signal.SIGKILL)
        usage = os.wait4(pid, 0)[2]
        os.close(read_end)
    if reply is None:
        worked = usage.ru_utime + usage.ru_stime >= child.seconds
        reply = failed("TimeUp", f"work {child.seconds:g}") if worked else failed("ChildDied")
    mebibytes = max(usage.ru_maxrss - child.empty, 0) / 1024
    return COST.pack(time.monotonic() - started, mebibytes) + reply


def read_reply(descriptor: int, started: float, patience: float) -> bytes | None:
    """One frame from the fork within time and cap, or None where the fork ended without one."""
    data, deadline = bytearray(), started + patience + GRACE
    while True:
        if len(data) >= 8:
            length = int.from_bytes(data[:8], "little")
            if length > wire.FRAME_CAP - COST.size:  # what is passed on has the cost before it
                return failed("BadReply")
            if len(data) >= 8 + length:
                return bytes(data[8 : 8 + length])
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            return failed("TimeUp", f"wait {patience:g}")
        piece = os.read(descriptor, 1 << 20)
        if not piece:
            return None
        data += piece


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), frozenset(sys.argv[3].split(",")))
