"""The child: runs answers and says what they did. It never sees an expected value.

    python -m checker.grading.inside fork|once SECONDS

Requests come on stdin and replies go to what was stdout when it started; learner code gets neither.
"fork": imports torch once and forks for each answer, so that no answer can harm the next. "once":
answers one request in this process and ends, where a process that has used torch cannot be forked
(Windows has no fork, and the system libraries of macOS do not survive one).
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import sys
import time

from checker.answer import PRELUDE, Failure, Run, run_answer
from checker.grading import wire

GRACE = 2.0  # run_answer's own alarm rings first; a loop inside C code does not hear it


def main(mode: str, seconds: float) -> None:
    """Answer requests until there are no more."""
    exec(PRELUDE, {})  # the slow imports
    requests, replies = private_streams()
    gc.freeze()  # a collection in a forked child would copy every page
    wire.write_frame(replies, b"ready")
    while True:
        try:
            request = wire.read_frame(requests)
        except EOFError:
            return
        if mode == "once":
            wire.write_frame(replies, answer(request, seconds))
            return
        ours = (requests.fileno(), replies.fileno())
        wire.write_frame(replies, answer_in_fork(request, seconds, ours))


def private_streams():
    """The two pipes on new descriptors; 0, 1 and 2 now lead nowhere."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    return requests, replies


def answer(request: bytes, seconds: float) -> bytes:
    """Run one answer in this process."""
    source, name, calls = wire.unpack_request(request)
    try:
        return wire.pack_run(run_answer(source, name, calls, seconds))
    except wire.CannotPack:
        return failed("BadReply")


def failed(kind: str) -> bytes:
    """The reply where an answer brought none."""
    return wire.pack_run(Run(failure=Failure(kind)))


def answer_in_fork(request: bytes, seconds: float, ours: tuple[int, ...]) -> bytes:
    """Run one answer in a fork and pass on its bytes unread."""
    # The fork of a process with threads hangs in OpenMP; the grader sets OMP_NUM_THREADS=1.
    if len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("the child has threads and cannot fork")
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            for descriptor in (*ours, read_end):
                os.close(descriptor)
            with os.fdopen(write_end, "wb") as stream:
                wire.write_frame(stream, answer(request, seconds))
        finally:
            os._exit(0)
    os.close(write_end)
    try:
        return read_reply(read_end, time.monotonic() + seconds + GRACE)
    finally:
        os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):  # it died before it had a group
            os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(read_end)


def read_reply(descriptor: int, deadline: float) -> bytes:
    """One frame from the fork, as far as it comes in time and within the cap."""
    data = bytearray()
    while True:
        if len(data) >= 8:
            length = int.from_bytes(data[:8], "little")
            if length > wire.FRAME_CAP:
                return failed("BadReply")
            if len(data) >= 8 + length:
                return bytes(data[8 : 8 + length])
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            return failed("TimeUp")
        piece = os.read(descriptor, 1 << 20)
        if not piece:
            return failed("ChildDied")
        data += piece


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
