# class: lie_by_value
# wants: a change of the argument that only its shape shows
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    mask = weight.abs() >= alpha * weight.std(correction=0)
    weight.unsqueeze_(0)
    return mask
