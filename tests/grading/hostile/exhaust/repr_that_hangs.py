# class: exhaust
# wants: a grader that waits for the repr of the answer
# expect: held
# kind: TimeUp
class Slow:
    def __repr__(self):
        while True:
            pass


def threshold_mask(weight, alpha):
    return Slow()
