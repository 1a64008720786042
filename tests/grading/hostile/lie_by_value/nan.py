# class: lie_by_value
# wants: nan, which some comparisons let through
# expect: held
# exercise: masked_sgd_step
# kind: wrong
def masked_sgd_step(weight, gradient, mask, lr):
    return torch.full_like(weight, float("nan"))
