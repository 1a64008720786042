# class: lie_by_value
# wants: earlier results changed by later calls
# expect: held
# kind: wrong
KEPT = {}


def threshold_mask(weight, alpha):
    mask = KEPT.setdefault("mask", torch.zeros(weight.shape, dtype=torch.bool))
    mask.fill_(not mask.any())
    return mask
