# class: lie_by_value
# wants: the right values in another dtype
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    return (weight.abs() >= alpha * weight.std(correction=0)).float()
