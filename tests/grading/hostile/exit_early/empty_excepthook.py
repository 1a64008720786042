# class: exit_early
# wants: an exception that nobody hears of
# expect: held
# kind: ValueError
import sys
import threading

sys.excepthook = sys.unraisablehook = threading.excepthook = lambda *_: None


def threshold_mask(weight, alpha):
    raise ValueError
