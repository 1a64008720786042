# class: lie_by_value
# wants: a dtype that the comparison does not know
# expect: held
# exercise: masked_sgd_step
# kind: wrong
def masked_sgd_step(weight, gradient, mask, lr):
    new = torch.where(mask, weight - lr * gradient, 0.0).float().nan_to_num(0, 1, -1)
    return torch.quantize_per_tensor(new, 0.01, 0, torch.qint8)
