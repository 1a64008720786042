# class: exhaust
# wants: a flood of output past Python
# expect: held
# kind: TimeUp|wrong|ChildDied|BrokenPipeError
import os


def threshold_mask(weight, alpha):
    while True:
        os.write(1, b"spam " * 20_000)
        os.write(2, b"spam " * 20_000)
