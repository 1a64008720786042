# class: lie_by_value
# wants: broadcasting that forgives an extra axis
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    return (weight.abs() >= alpha * weight.std(correction=0))[None]
