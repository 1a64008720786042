# class: exhaust
# wants: the memory of the machine in one piece
# expect: held
# kind: RuntimeError|MemoryError|ChildDied|TimeUp
def threshold_mask(weight, alpha):
    return torch.ones(1 << 36)
