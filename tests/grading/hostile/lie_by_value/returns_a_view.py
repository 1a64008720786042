# class: lie_by_value
# wants: a view of the caller's tensor, changed in place
# expect: held
# exercise: masked_sgd_step
# kind: wrong
def masked_sgd_step(weight, gradient, mask, lr):
    weight.copy_(torch.where(mask, weight - lr * gradient, 0.0))
    return weight.view(-1)[:].view_as(weight)
