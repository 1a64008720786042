# class: read
# wants: another learner's answer, left behind in the memory that every answer starts with
# expect: held
# kind: wrong|TimeUp|ChildDied
import ctypes
import gc
import re

WORD = b"CANARY" + b"-"


def threshold_mask(weight, alpha):
    for thing in gc.get_objects():
        if type(thing) in (list, tuple, dict) and len(thing) < 50:
            for part in thing.values() if type(thing) is dict else thing:
                if type(part) is str and WORD.decode() in part:
                    print(part[part.index(WORD.decode()) :][:60])
    try:
        maps = open("/proc/self/maps").read()
    except OSError:
        # Without /proc the heap still lies around the objects that one can see.
        around = id(gc.get_objects()[-1]) & ~0xFFF
        maps = f"{around - 0x80000:x}-{around + 0x80000:x} rw-p"
    for start, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) rw", maps, re.MULTILINE):
        size = min(int(end, 16) - int(start, 16), 64 << 20)
        data = ctypes.string_at(int(start, 16), size)
        for found in re.finditer(re.escape(WORD) + rb"[a-z]+-[0-9a-f]+", data):
            print(found[0])
    return None
