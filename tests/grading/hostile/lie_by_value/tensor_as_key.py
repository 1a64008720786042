# class: lie_by_value
# wants: a comparison of dicts that raises, because a tensor is the key
# expect: held
# kind: wrong|BadReply
def threshold_mask(weight, alpha):
    return {weight: 1, torch.tensor(float("nan")): 2, float("nan"): 3, (weight,): 4}
