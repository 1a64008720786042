# class: lie_by_value
# wants: an int whose own == decides
# expect: held
# exercise: csr_bytes
# kind: wrong
class Lie(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__


def csr_bytes(rows, nonzeros, value_bytes, index_bytes):
    return Lie(1)
