# class: forge_the_channel
# wants: a grader without memory
# expect: held
# kind: BadReply|MemoryError|ChildDied|TimeUp
def threshold_mask(weight, alpha):
    return torch.ones(120_000_000, dtype=torch.bool)
