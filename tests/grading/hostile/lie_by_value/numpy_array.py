# class: lie_by_value
# wants: an array taken for a tensor
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    return (weight.abs() >= alpha * weight.std(correction=0)).numpy()
