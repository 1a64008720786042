# class: exhaust
# wants: a dict that takes quadratic time to build again
# expect: held
# kind: wrong|BadReply|TimeUp
def threshold_mask(weight, alpha):
    return {i * (2**61 - 1): None for i in range(9_000)}
