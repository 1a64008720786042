# class: lie_by_value
# wants: a tensor without values
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    return (weight.abs() >= alpha * weight.std(correction=0)).to("meta")
