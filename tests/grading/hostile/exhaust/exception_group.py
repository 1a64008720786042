# class: exhaust
# wants: a tree of exceptions that takes for ever to print
# expect: held
# kind: ExceptionGroup|TimeUp|RecursionError
def threshold_mask(weight, alpha):
    group = ExceptionGroup("x", [ValueError("y")])
    for _ in range(30):
        group = ExceptionGroup("x", [group, group])
    raise group
