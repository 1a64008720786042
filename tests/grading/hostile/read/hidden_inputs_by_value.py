# class: read
# wants: a hidden input told to the learner as "your value"
# expect: blind
def threshold_mask(weight, alpha):
    return weight * 1.0
