# class: lie_by_value
# wants: broadcasting that compares one value with all
# expect: held
# kind: wrong
def threshold_mask(weight, alpha):
    return torch.tensor(True)
