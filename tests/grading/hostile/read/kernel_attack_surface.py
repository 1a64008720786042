# class: read
# wants: rarely used system calls, where kernels have their bugs, and calls of kernels to come
# expect: held
# kind: wrong
import ctypes
import platform

libc = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
SPACE = bytes(4096)
PERSONALITY_QUERY, MEMBARRIER_QUERY, LANDLOCK_VERSION, ALL_OF_THE_LOG = 0xFFFFFFFF, 0, 1, 3
CALLS = {
    "bpf": (321, 280, 0, bytes(128), 128),
    "io_uring_setup": (425, 425, 4, bytes(120)),
    "userfaultfd": (323, 282, 1),
    "perf_event_open": (298, 241, bytes(128), 0, -1, -1, 0),
    "memfd_create": (319, 279, b"x", 0),
    "clone3": (435, 435, bytes(88), 88),
    "kexec_load": (246, 104, 0, 0, 0, 0),
    "init_module": (175, 105, b"", 0, b""),
    "swapon": (167, 224, b"/dev/null", 0),
    "fanotify_init": (300, 262, 0, 0),
    "inotify_init1": (294, 26, 0),
    "personality": (135, 92, PERSONALITY_QUERY),
    "membarrier": (324, 283, MEMBARRIER_QUERY, 0, 0),
    "landlock": (444, 444, None, 0, LANDLOCK_VERSION),
    "syslog": (103, 116, ALL_OF_THE_LOG, ctypes.create_string_buffer(4096), 4096),
    "vmsplice": (278, 75, 1, SPACE, 0, 0),
    "prctl": (157, 167, 3, 0, 0, 0, 0),  # PR_GET_DUMPABLE
    "mseal": (462, 462, None, 0, 0),
}
# These are refused before they look at what they get; elsewhere they would say what is wrong with it.
NAMED = {
    "seccomp": (317, 277, 1, 8, None),
    "io_getevents": (208, 4, 0, 0, 0, None, None),
    "io_pgetevents": (333, 292, 0, 0, 0, None, None, None),
    "quotactl": (179, 60, 0, None, 0, None),
    "quotactl_fd": (443, 443, -1, 0, 0, None),
    "process_mrelease": (448, 448, -1, 0),
    "statmount": (457, 457, None, None, 0, 0),
    "listmount": (458, 458, None, None, 0, 0),
    "lsm_get_self_attr": (459, 459, 100, None, None, 0),
    "lsm_set_self_attr": (460, 460, 100, None, 0, 0),
    "lsm_list_modules": (461, 461, None, None, 0),
    **{f"number {number}": (number, number, 0, 0, 0, 0) for number in range(463, 1100)},
}
REFUSED = (1, 38)  # EPERM, ENOSYS


def made(x86, arm, *arguments):
    ctypes.set_errno(0)
    return libc.syscall(x86 if X86 else arm, *arguments), ctypes.get_errno()


def threshold_mask(weight, alpha):
    for name, call in CALLS.items():
        if made(*call)[0] >= 0:
            print("ESCAPED", name)
    for name, call in NAMED.items():
        if made(*call)[1] not in REFUSED:
            print("ESCAPED", name, "was asked")
    if X86 and libc.syscall(154, 0, ctypes.create_string_buffer(4096), 4096) >= 0:
        print("ESCAPED modify_ldt")
    return None
