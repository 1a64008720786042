# class: honest_but_odd
# wants: full marks for a result that lies in memory in another order
# expect: right
def threshold_mask(weight, alpha):
    turned = weight.abs().transpose(0, -1) >= alpha * weight.std(correction=0)
    return turned.contiguous().transpose(0, -1)
