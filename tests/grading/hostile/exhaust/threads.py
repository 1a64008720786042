# class: exhaust
# wants: twenty thousand threads
# expect: held
# kind: wrong|RuntimeError|ChildDied|TimeUp
# stock: no
import threading
import time


def threshold_mask(weight, alpha):
    count = 0
    try:
        while count < 20_000:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            count += 1
    except (RuntimeError, OSError, MemoryError):
        pass
    if count > 100:
        print("ESCAPED threads", count)
    return None
