# class: outlive
# wants: a process that goes on after grading
# expect: held
# kind: wrong
import os
import time


def threshold_mask(weight, alpha):
    try:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.closerange(0, 64)
                while True:
                    time.sleep(1)
            os._exit(0)
    except OSError:
        pass
    return None
