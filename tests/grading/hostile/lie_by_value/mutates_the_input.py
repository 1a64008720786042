# class: lie_by_value
# wants: full marks although the argument is overwritten
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    mask = weight.abs() >= alpha * weight.std(correction=0)
    weight.mul_(mask)
    return mask
