# class: exhaust
# wants: a report with 100 MB of text in it
# expect: held
# kind: ValueError|MemoryError|TimeUp
def threshold_mask(weight, alpha):
    raise ValueError("x" * 100_000_000)
