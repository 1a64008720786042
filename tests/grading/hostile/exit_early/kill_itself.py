# class: exit_early
# wants: a death by the signal that the grader itself uses
# expect: held
# kind: ChildDied
import os
import signal


def threshold_mask(weight, alpha):
    os.kill(os.getpid(), signal.SIGKILL)
