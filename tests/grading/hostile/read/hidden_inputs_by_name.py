# class: read
# wants: a hidden input told to the learner as the name of an exception
# expect: blind
def threshold_mask(weight, alpha):
    secret = "E" + str(int(weight.abs().sum() * 10**6))
    raise type(secret, (Exception,), {})(secret)
