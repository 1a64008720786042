# class: lie_by_value
# wants: a tensor of 2**40 elements that lie on one byte, unfolded by the grader
# expect: held
# kind: BadReply|MemoryError|ChildDied|RuntimeError|wrong
def threshold_mask(weight, alpha):
    return torch.zeros(1, dtype=torch.bool).expand(2**40)
