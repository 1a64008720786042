# class: read
# wants: expected values in the frames above
# expect: held
# kind: wrong
import sys


def threshold_mask(weight, alpha):
    frame = sys._getframe().f_back
    while frame:
        for name in ("expected", "cases", "exercise", "seed", "solution"):
            if name in frame.f_locals:
                print("ESCAPED", frame.f_code.co_name, name)
                return frame.f_locals[name]
        frame = frame.f_back
    return None
