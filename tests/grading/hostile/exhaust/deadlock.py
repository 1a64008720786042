# class: exhaust
# wants: a lock that is never released
# expect: held
# kind: TimeUp
import threading


def threshold_mask(weight, alpha):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
