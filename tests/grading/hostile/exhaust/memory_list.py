# class: exhaust
# wants: the memory of the machine, piece by piece
# expect: held
# kind: MemoryError|ChildDied|TimeUp
def threshold_mask(weight, alpha):
    kept = []
    while True:
        kept.append(bytearray(10_000_000))
