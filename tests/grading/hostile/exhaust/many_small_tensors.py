# class: exhaust
# wants: ten thousand tensors to pack and to unpack
# expect: held
# kind: BadReply|wrong|TimeUp
def threshold_mask(weight, alpha):
    return [torch.zeros(1) for _ in range(9_000)]
