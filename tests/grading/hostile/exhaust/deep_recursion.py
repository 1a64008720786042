# class: exhaust
# wants: a stack overflow in C, past Python's own limit
# expect: held
# kind: ChildDied|RecursionError|MemoryError|TimeUp
import sys

sys.setrecursionlimit(10**9)


def deeper(n):
    return deeper(n + 1) + 1


def threshold_mask(weight, alpha):
    return deeper(0)
