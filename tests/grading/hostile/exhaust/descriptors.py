# class: exhaust
# wants: every open file that a process or the system may have
# expect: held
# kind: wrong|OSError|ChildDied|TimeUp
import os


def threshold_mask(weight, alpha):
    kept = []
    try:
        while len(kept) < 100_000:
            kept.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        pass
    if len(kept) > 10_000:
        print("ESCAPED", len(kept), "open files")
    return None
