# class: exhaust
# wants: a limit for each call, where there is one for all
# expect: held
# kind: TimeUp
import time


def threshold_mask(weight, alpha):
    time.sleep(0.6)
    return None
