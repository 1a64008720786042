# class: lie_by_value
# wants: a tolerance that grows with the answer
# expect: held
# exercise: masked_sgd_step
# kind: wrong
def masked_sgd_step(weight, gradient, mask, lr):
    return torch.full_like(weight, float("inf"))
