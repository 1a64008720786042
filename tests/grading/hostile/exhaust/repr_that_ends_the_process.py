# class: exhaust
# wants: an end of the process while the answer is being copied
# expect: held
# kind: ChildDied
import os


class Bomb:
    def __repr__(self):
        os._exit(0)


def threshold_mask(weight, alpha):
    return Bomb()
