# class: exhaust
# wants: a log that nobody can read any more
# expect: held
# kind: wrong|TimeUp
import warnings


def threshold_mask(weight, alpha):
    warnings.simplefilter("always")
    for i in range(10_000):
        warnings.warn(f"warning {i}")
    return None
