# class: outlive
# wants: a thread that goes on after the answer
# expect: held
# kind: wrong|RuntimeError
import threading
import time


def threshold_mask(weight, alpha):
    threading.Thread(target=lambda: time.sleep(1_000)).start()
    return None
