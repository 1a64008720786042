# class: outlive
# wants: to be out of reach of whoever kills the group
# expect: held
# kind: TimeUp|wrong
import os
import time


def threshold_mask(weight, alpha):
    for attempt in (os.setsid, lambda: os.setpgid(0, os.getppid())):
        try:
            attempt()
        except OSError:
            pass
    time.sleep(1_000)
