# class: lie_by_value
# wants: full marks for the first call alone
# expect: held 0.08
# kind: wrong
CALLS = []


def threshold_mask(weight, alpha):
    CALLS.append(alpha)
    if len(CALLS) == 1:
        return weight.abs() >= alpha * weight.std(correction=0)
    return None
