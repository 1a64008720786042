# class: read
# wants: the course's own solution, read as a file and executed
# expect: held
# kind: wrong
import os
import sys


def threshold_mask(weight, alpha):
    for folder in [*sys.path, SITE, os.getcwd(), "/course"]:
        for file in ("lessons/pruning/masks.py", "checker/exercises/pruning/threshold_mask.py"):
            try:
                text = open(os.path.join(folder, file)).read()
            except OSError:
                continue
            print("ESCAPED", file)
            space = {}
            exec(text, space)
            return space["threshold_mask"](weight, alpha)
    return None
