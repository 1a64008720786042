# class: exhaust
# wants: an exception while the exception is being reported
# expect: held
# kind: Broken|ChildDied|SystemExit|KeyboardInterrupt
class Broken(Exception):
    def __str__(self):
        raise KeyboardInterrupt

    __repr__ = __str__


def threshold_mask(weight, alpha):
    raise Broken
