# class: lie_by_value
# wants: one of many answers to be the right one
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    sigma = weight.std(correction=0)
    return [weight.abs() >= alpha * sigma, weight.abs() > alpha * sigma, weight >= alpha * sigma]
