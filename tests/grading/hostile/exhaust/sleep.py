# class: exhaust
# wants: waiting that costs no processor time, where only that is counted
# expect: held
# kind: TimeUp
import time


def threshold_mask(weight, alpha):
    time.sleep(10**6)
