# class: read
# wants: a hidden input told to the learner as the type of its own value
# expect: blind
def threshold_mask(weight, alpha):
    secret = "T" + str(int(weight.abs().sum() * 10**6))
    return type(secret, (), {"__repr__": lambda self: secret})()
