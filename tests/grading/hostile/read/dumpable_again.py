# class: read
# wants: the memory of the process as a core dump, which a program of the machine may keep
# expect: held
# kind: wrong
import ctypes
import resource

libc = ctypes.CDLL(None, use_errno=True)
PR_SET_DUMPABLE = 4


def threshold_mask(weight, alpha):
    if libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0:
        print("ESCAPED is dumpable again")
    if resource.getrlimit(resource.RLIMIT_CORE)[1] != 1:
        print("ESCAPED a program that reads dumps would still be started")
    return None
