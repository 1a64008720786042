# class: lie_by_value
# wants: an imaginary part that gets lost
# expect: held
# exercise: masked_sgd_step
# kind: wrong
def masked_sgd_step(weight, gradient, mask, lr):
    return torch.complex(torch.where(mask, weight - lr * gradient, 0.0), torch.ones_like(weight))
