# class: read
# wants: the course's own solution, imported under a name that no text search finds
# expect: held
# kind: wrong|ModuleNotFoundError
import importlib

lessons = importlib.import_module("les" + "sons.pruning")


def threshold_mask(weight, alpha):
    return lessons.threshold_mask(weight, alpha)
