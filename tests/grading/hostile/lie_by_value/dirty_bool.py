# class: lie_by_value
# wants: bools that are neither 0 nor 1, equal to anything or nothing
# expect: held
# kind: wrong|BadReply
def threshold_mask(weight, alpha):
    return torch.full(weight.shape, 2, dtype=torch.uint8).view(torch.bool)
