# class: exhaust
# wants: a report with a repr of 100 MB in it
# expect: held
# kind: wrong|MemoryError|TimeUp
class Long:
    def __repr__(self):
        return "x" * 100_000_000


def threshold_mask(weight, alpha):
    return Long()
