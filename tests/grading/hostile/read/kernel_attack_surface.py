# class: read
# wants: rarely used system calls, where kernels have their bugs
# expect: held
# kind: wrong
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
CALLS = {
    "bpf": (321, 0, bytes(128), 128),
    "io_uring_setup": (425, 4, bytes(120)),
    "userfaultfd": (323, 1),
    "perf_event_open": (298, bytes(128), 0, -1, -1, 0),
    "memfd_create": (319, b"x", 0),
    "clone3": (435, bytes(88), 88),
    "kexec_load": (246, 0, 0, 0, 0),
    "init_module": (175, b"", 0, b""),
    "swapon": (167, b"/dev/null", 0),
    "fanotify_init": (300, 0, 0),
}


def threshold_mask(weight, alpha):
    for name, (number, *arguments) in CALLS.items():
        if libc.syscall(number, *arguments) >= 0:
            print("ESCAPED", name)
    return None
