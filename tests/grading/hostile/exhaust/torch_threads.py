# class: exhaust
# wants: a fork with threads, in which OpenMP hangs
# expect: held
# kind: wrong|ChildDied|RuntimeError|TimeUp
def threshold_mask(weight, alpha):
    torch.set_num_threads(64)
    torch.ones(3_000, 3_000) @ torch.ones(3_000, 3_000)
    return None
