# class: outlive
# wants: the warm process dead, and the next answer with it
# expect: held
# kind: wrong|ChildDied
import os
import signal


def threshold_mask(weight, alpha):
    for number in range(1, 65):
        if number != signal.SIGSTOP:
            try:
                os.kill(os.getppid(), number)
            except OSError:
                pass
    return None
