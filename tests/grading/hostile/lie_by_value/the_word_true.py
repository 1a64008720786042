# class: lie_by_value
# wants: something truthy taken for right
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    return "right"
