# class: outlive
# wants: the warm process stopped, so that the next answer waits for ever
# expect: held
# kind: wrong|ChildDied|TimeUp
import os
import signal


def threshold_mask(weight, alpha):
    for pid in (os.getppid(), 1):
        for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN):
            try:
                os.kill(pid, number)
            except OSError:
                pass
    return None
