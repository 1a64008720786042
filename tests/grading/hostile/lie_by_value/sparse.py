# class: lie_by_value
# wants: a layout that the comparison does not know
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    return (weight.abs() >= alpha * weight.std(correction=0)).to_sparse()
