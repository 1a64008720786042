# class: exhaust
# wants: a traceback without end
# expect: held
# kind: ValueError|RecursionError|TimeUp
def threshold_mask(weight, alpha):
    error = ValueError("first")
    for _ in range(200_000):
        later = ValueError("next")
        later.__cause__ = error
        error = later
    error.__context__ = error
    raise error
