# class: exhaust
# wants: a grader that waits for the text of an exception
# expect: held
# kind: TimeUp
class Slow(Exception):
    def __str__(self):
        while True:
            pass


def threshold_mask(weight, alpha):
    raise Slow
