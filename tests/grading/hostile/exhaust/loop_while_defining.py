# class: exhaust
# wants: the batch held up before the function exists
# expect: held
# kind: TimeUp
while True:
    pass


def threshold_mask(weight, alpha):
    return None
