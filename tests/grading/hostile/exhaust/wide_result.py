# class: exhaust
# wants: a result with a million parts
# expect: held
# kind: wrong|TimeUp
def threshold_mask(weight, alpha):
    return [[0.0] * 1000] * 1000
