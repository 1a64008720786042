# class: lie_by_value
# wants: a float whose own == decides
# expect: held
# exercise: pruned_percent
# kind: wrong
class Lie(float):
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__


def pruned_percent(masks):
    return Lie(12.5)
