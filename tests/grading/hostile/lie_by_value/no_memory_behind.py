# class: lie_by_value
# wants: a read beyond the tensor's memory in whoever copies it
# expect: held
# kind: ChildDied|RuntimeError|wrong
def threshold_mask(weight, alpha):
    mask = torch.zeros(weight.shape, dtype=torch.bool)
    mask.untyped_storage().resize_(0)
    return mask
