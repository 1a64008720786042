# class: exit_early
# wants: a crash in C code that takes the grader with it
# expect: held
# kind: ChildDied
import ctypes


def threshold_mask(weight, alpha):
    return ctypes.string_at(0)
