# class: exhaust
# wants: one call in C that never comes back to the interpreter
# expect: held
# kind: TimeUp
import re


def threshold_mask(weight, alpha):
    return re.match(r"(a+)+$", "a" * 60 + "b")
