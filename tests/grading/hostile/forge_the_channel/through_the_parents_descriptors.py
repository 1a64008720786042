# class: forge_the_channel
# wants: the parent's own pipes, opened through /proc or taken over with a pidfd
# expect: held
# kind: wrong
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def threshold_mask(weight, alpha):
    for pid in (os.getppid(), 1, SUPERVISOR_PID):
        for descriptor in range(64):
            try:
                os.write(os.open(f"/proc/{pid}/fd/{descriptor}", os.O_WRONLY), b"\xff" * 16)
                print("ESCAPED opened", pid, descriptor)
            except OSError:
                pass
        handle = libc.syscall(434, pid, 0)
        for descriptor in range(64 if handle >= 0 else 0):
            stolen = libc.syscall(438, handle, descriptor, 0)
            if stolen >= 0:
                print("ESCAPED took", pid, descriptor)
    return None
