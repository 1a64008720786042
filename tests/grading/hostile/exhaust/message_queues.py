# class: exhaust
# wants: kernel memory in POSIX queues
# expect: held
# kind: wrong
import ctypes

libc = ctypes.CDLL(None, use_errno=True)


def threshold_mask(weight, alpha):
    if libc.syscall(240, PLANT.encode(), 0o102, 0o666, None) >= 0:
        libc.syscall(241, PLANT.encode())
        print("ESCAPED a message queue")
    return None
