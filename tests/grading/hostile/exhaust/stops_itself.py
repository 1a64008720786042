# class: exhaust
# wants: a stopped process, which neither runs nor ends
# expect: held
# kind: TimeUp
import os
import signal


def threshold_mask(weight, alpha):
    os.kill(os.getpid(), signal.SIGSTOP)
