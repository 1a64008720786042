# class: lie_by_value
# wants: the right values in a trainable parameter
# expect: held
# exercise: masked_sgd_step
# kind: wrong
def masked_sgd_step(weight, gradient, mask, lr):
    return nn.Parameter(torch.where(mask, weight - lr * gradient, 0.0))
