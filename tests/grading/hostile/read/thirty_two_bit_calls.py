# class: read
# wants: forbidden system calls under their numbers of another convention
# expect: held
# kind: wrong|ChildDied
import ctypes

libc = ctypes.CDLL(None, use_errno=True)


def threshold_mask(weight, alpha):
    if libc.syscall(0x40000000 + 272, 0x10000000) == 0:
        print("ESCAPED unshare by its x32 number")
    return None
