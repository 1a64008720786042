# class: exhaust
# wants: memory that is never given back
# expect: held
# kind: MemoryError|TimeUp|ChildDied
import gc

gc.disable()
gc.freeze()


def threshold_mask(weight, alpha):
    while True:
        loop = [bytearray(1 << 20)]
        loop.append(loop)
