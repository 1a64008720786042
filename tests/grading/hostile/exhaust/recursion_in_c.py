# class: exhaust
# wants: a stack overflow in the interpreter itself
# expect: held
# kind: ChildDied|RecursionError|MemoryError|TimeUp|wrong
import sys


def threshold_mask(weight, alpha):
    sys.setrecursionlimit(10**8)
    nested = []
    for _ in range(3_000_000):
        nested = [nested]
    return repr(nested)
