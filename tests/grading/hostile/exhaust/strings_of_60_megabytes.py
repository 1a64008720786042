# class: exhaust
# wants: texts that the grader keeps
# expect: held
# kind: BadReply|MemoryError|TimeUp|ChildDied|wrong
def threshold_mask(weight, alpha):
    return ["あ" * 10_000_000, "\0" * 50_000_000]
