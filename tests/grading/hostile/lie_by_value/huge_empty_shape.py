# class: lie_by_value
# wants: a shape that overflows, over no memory at all
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    return torch.empty(2**40, 0, 2**20, dtype=torch.bool)
