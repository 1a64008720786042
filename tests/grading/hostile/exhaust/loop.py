# class: exhaust
# wants: the batch held up for ever
# expect: held
# kind: TimeUp
def threshold_mask(weight, alpha):
    while True:
        pass
