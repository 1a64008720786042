# class: exhaust
# wants: a result so deep that whoever walks through it overflows
# expect: held
# kind: wrong|TimeUp
def threshold_mask(weight, alpha):
    nested = []
    for _ in range(100_000):
        nested = [nested]
    return nested
