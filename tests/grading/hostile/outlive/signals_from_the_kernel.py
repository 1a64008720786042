# class: outlive
# wants: the kernel to send the parent a signal for every byte on a pipe
# expect: held
# kind: wrong|ChildDied
import fcntl
import os
import signal

F_SETSIG = 10


def threshold_mask(weight, alpha):
    reading, writing = os.pipe()
    try:
        fcntl.fcntl(reading, fcntl.F_SETOWN, os.getppid())
        fcntl.fcntl(reading, F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(reading, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        os.write(writing, b"x")
    except OSError:
        pass
    return None
