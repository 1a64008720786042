# class: exhaust
# wants: shared memory that no limit counts and that outlives every process
# expect: held
# kind: wrong
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p


def threshold_mask(weight, alpha):
    for i in range(4):
        segment = libc.shmget(PLANTED_KEY + i, 4 << 20, 0o1666)
        if segment >= 0:
            address = libc.shmat(segment, None, 0)
            ctypes.memset(address, 1, 4 << 20)
    libc.semget(PLANTED_KEY, 1, 0o1666)
    libc.msgget(PLANTED_KEY, 0o1666)
    return None
