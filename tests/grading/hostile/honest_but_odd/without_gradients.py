# class: honest_but_odd
# wants: full marks under no_grad and inference_mode
# expect: right
@torch.no_grad()
def threshold_mask(weight, alpha):
    with torch.inference_mode():
        mask = weight.detach().abs() >= alpha * weight.detach().std(correction=0)
    return mask
