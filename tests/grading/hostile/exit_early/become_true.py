# class: exit_early
# wants: the process replaced by a program that always succeeds
# expect: held
# kind: PermissionError|ChildDied
import os


def threshold_mask(weight, alpha):
    os.execv("/bin/true", ["true"])
