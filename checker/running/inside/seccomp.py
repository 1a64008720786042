"""The system calls that an answer may not make, as a filter that the kernel applies.

A deny list: what starts processes or threads, reaches into other processes, takes what the whole
machine shares, leaves kernel objects behind that outlive a process, or widens the kernel's attack
surface. It covers the calls up to NEWEST; whatever kernels have gained since is denied unseen.
Files, network and memory are kept by namespaces and limits. Numbers: the kernel's
arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column, AUDIT_ARCH_…
STARTS = {  # a caller falls back from clone3 to clone only on ENOSYS
    "fork": (57, None),
    "vfork": (58, None),
    "clone": (56, 220),
    "clone3": (435, 435),
}
DENIED = {
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    # objects that outlive a process
    "shmget": (29, 194),
    "shmat": (30, 196),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    # counted for the whole machine or for the user: what an answer takes, others lack
    "io_setup": (206, 0),
    "io_destroy": (207, 1),
    "io_submit": (209, 2),
    "io_cancel": (210, 3),
    "io_getevents": (208, 4),
    "io_pgetevents": (333, 292),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "syslog": (103, 116),
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # attack surface that no answer needs
    "execve": (59, 221),
    "execveat": (322, 281),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "prctl": (157, 167),  # PR_SET_DUMPABLE among others; torch and Python make none
    "personality": (135, 92),
    "modify_ldt": (154, None),
    "seccomp": (317, 277),  # a filter with a listener
    "membarrier": (324, 283),
    "vmsplice": (278, 75),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
    "process_mrelease": (448, 448),
}
# fchmodat2, the last call that was looked at and may be made. Beyond it: shadow stacks (453), futexes
# of their own (454-456), statmount and listmount (457, 458), lsm_… (459-461), mseal (462), and what
# is still to come. An answer hears what an older kernel says, for which libraries are prepared.
NEWEST = 452
PRLIMIT = (302, 261)  # denied for any process but the caller
SOCKET = (41, 198)  # denied but for unix, inet and inet6, which a network namespace confines
FAMILIES = (1, 2, 10)

ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
X32 = 0x40000000  # the second calling convention of x86_64, with numbers of its own
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2


def program(machine: str) -> bytes:
    """The filter in BPF for one architecture. Raises `KeyError` for any other."""
    column, architecture = ARCHITECTURES[machine]

    def numbers(calls: dict[str, tuple]) -> list[int]:
        return [pair[column] for pair in calls.values() if pair[column] is not None]

    lines = [
        (LOAD, ARCHITECTURE), (EQUAL, architecture, 1, 0), (RETURN, KILL),
        (LOAD, NUMBER), (AT_LEAST, X32, 0, 1), (RETURN, KILL),
        (AT_LEAST, NEWEST + 1, 0, 1), (RETURN, ERRNO | errno.ENOSYS),
    ]  # fmt: skip
    for calls, error in ((STARTS, errno.ENOSYS), (DENIED, errno.EPERM)):
        for number in numbers(calls):
            lines += [(EQUAL, number, 0, 1), (RETURN, ERRNO | error)]
    for call, arguments in ((PRLIMIT, (0,)), (SOCKET, FAMILIES)):
        count = len(arguments)
        lines += [(EQUAL, call[column], 0, count + 3), (LOAD, FIRST_ARGUMENT)]
        lines += [(EQUAL, argument, count - i, 0) for i, argument in enumerate(arguments)]
        lines += [(RETURN, ERRNO | errno.EPERM), (RETURN, ALLOW)]
    lines.append((RETURN, ALLOW))
    return b"".join(instruction(*line) for line in lines)


def instruction(code: int, value: int, when_true: int = 0, when_false: int = 0) -> bytes:
    """One struct sock_filter; the jumps say how many of the next instructions to skip."""
    return struct.pack("=HBBI", code, when_true, when_false, value)


def install() -> None:
    """Put the filter on this process, for good. Raises `OSError` where the kernel refuses."""
    code = program(platform.machine())
    length = struct.calcsize("=HBBI")
    buffer = ctypes.create_string_buffer(code, len(code))
    # struct sock_fprog: the number of instructions and, aligned, a pointer to them
    head = ctypes.create_string_buffer(
        struct.pack("@HP", len(code) // length, ctypes.addressof(buffer))
    )
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((PR_SET_NO_NEW_PRIVS, 1, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, head)):
        if libc.prctl(*arguments, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl refused the filter of system calls")
