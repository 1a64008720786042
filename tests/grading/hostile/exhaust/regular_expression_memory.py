# class: exhaust
# wants: gigabytes out of a short text
# expect: held
# kind: MemoryError|TimeUp|ChildDied|OverflowError
import zlib


def threshold_mask(weight, alpha):
    bomb = zlib.compress(bytes(1 << 24), 9)
    kept = []
    while True:
        kept.append(zlib.decompress(bomb))
