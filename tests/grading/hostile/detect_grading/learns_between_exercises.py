# class: detect_grading
# wants: what was seen in one run kept for the next, in the process or in its environment
# expect: blind
import builtins
import os

seen = getattr(builtins, "seen", None) or os.environ.get("SEEN")
if seen:
    print("ESCAPED state of an earlier run", seen)


def threshold_mask(weight, alpha):
    builtins.seen = os.environ["SEEN"] = str(weight.shape)
    return None
