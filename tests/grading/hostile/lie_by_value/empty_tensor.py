# class: lie_by_value
# wants: `all` over nothing, which is true
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    return torch.empty(0, dtype=torch.bool)
