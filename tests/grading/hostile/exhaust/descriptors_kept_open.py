# class: exhaust
# wants: no descriptor left for the harness, which must still report
# expect: held
# kind: wrong|ChildDied|BadReply|OSError
import os

KEPT = []


def threshold_mask(weight, alpha):
    while True:
        try:
            KEPT.append(os.open("/", os.O_RDONLY))
        except OSError:
            return None
