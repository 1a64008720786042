# class: read
# wants: shared memory of others
# expect: held
# kind: wrong
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p


def threshold_mask(weight, alpha):
    segment = libc.shmget(SHARED_KEY, 0, 0)
    address = libc.shmat(segment, None, 0o10000) if segment >= 0 else None
    if address not in (None, 2**64 - 1):
        print("ESCAPED", ctypes.string_at(address, 60))
    return None
