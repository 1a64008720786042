"""What the child does to itself on Linux before it runs a stranger's code, and the proof of it."""

from __future__ import annotations

import contextlib
import ctypes
import json
import math
import mmap
import os
import signal
import socket
import struct

from checker.running.inside import seccomp

SCRATCH = "/scratch"  # the folder for temporary files; Python itself may lie below /tmp
ALLOWANCE = 1 << 30  # bytes of address space that an answer may add
CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWPID, CLONE_NEWNET = 1 << 17, 1 << 27, 1 << 29, 1 << 30
NAMESPACES = {
    "files": CLONE_NEWNS,
    "network": CLONE_NEWNET,
    "processes": CLONE_NEWPID | CLONE_NEWIPC,
}
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 1, 2, 4, 8, 32, 4096
DEVICES = (b"full", b"null", b"random", b"tty", b"urandom", b"zero")
PR_SET_DUMPABLE = 4
CAPABILITIES = struct.pack("=Ii", 0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process


def call(name: str, *arguments) -> None:
    """Call a function of the C library that says -1 where it fails. Raises `OSError`."""
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def address_space() -> int:
    """Bytes of address space that this process uses."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * mmap.PAGESIZE


def new_namespaces(layers: frozenset[str]) -> bool:
    """Fresh namespaces for one learner; False where no layer asks for any."""
    flags = sum(flag for layer, flag in NAMESPACES.items() if layer in layers)
    if flags:
        call("unshare", flags)
    return bool(flags)


def settle(layers: frozenset[str]) -> None:
    """A learner's process, before its first answer: an empty SCRATCH, no /proc, no rights."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the kernel shields PID 1 from unhandled signals
    if "files" in layers:
        flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
        call("mount", b"tmpfs", SCRATCH.encode(), b"tmpfs", flags, b"size=16m,nr_inodes=4k")
        for hidden in (b"/proc", b"/dev/pts"):
            call("mount", b"tmpfs", hidden, b"tmpfs", flags | MS_RDONLY, b"size=4k")
        # The devices are the machine's own: what root's answers may do to them, all would feel.
        for device in DEVICES:
            again = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOEXEC
            call("mount", None, b"/dev/" + device, None, again, None)
    if layers & NAMESPACES.keys():
        call("capset", CAPABILITIES, bytes(24))  # none of the rights that made the namespaces
    if "syscalls" in layers:
        call("prctl", PR_SET_DUMPABLE, 0, 0, 0, 0)  # an answer cannot look into its parent


def restrict(layers: frozenset[str], size: int, seconds: float) -> None:
    """A fork that is about to run an answer: limits, then the filter of system calls."""
    if "limits" in layers:
        import resource  # not on Windows

        cpu = math.ceil(seconds) + 1
        for name, limit in {
            "AS": size + ALLOWANCE,
            "CPU": cpu,
            "CORE": 1,  # 0 would still start a program that the machine has set up to read dumps
            "FSIZE": 0,
            "MEMLOCK": 0,
            "MSGQUEUE": 0,
            "NOFILE": 64,
            "NPROC": 0,
            "SIGPENDING": 64,
        }.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))
    if "syscalls" in layers:
        seccomp.install()


def probe(request: bytes) -> bytes:
    """Try to break out, from where an answer runs: which layers held, as JSON.

    The request names files of the course and a port on which the grader listens.
    """
    files, port = json.loads(request)
    held = {
        "files": not any(map(os.path.exists, files)) and not os.access("/", os.W_OK),
        "network": fails(lambda: socket.create_connection(("127.0.0.1", port), timeout=1)),
        "processes": os.getppid() == 1,  # the learner's own first process, not the grader's child
        # A limit may stop the fork as well; nothing but the filter stops the other.
        "syscalls": fails(fork) and fails(lambda: os.memfd_create("probe")),
        "limits": fails(lambda: mmap.mmap(-1, 2 * ALLOWANCE)),
    }
    return json.dumps([layer for layer, holds in held.items() if holds]).encode()


def fails(attempt) -> bool:
    """True where an attempt ends in an exception of the system."""
    with contextlib.suppress(OSError, MemoryError):
        attempt()
        return False
    return True


def fork() -> None:
    """Start a process that ends at once."""
    if (pid := os.fork()) == 0:
        os._exit(0)
    os.waitpid(pid, 0)
