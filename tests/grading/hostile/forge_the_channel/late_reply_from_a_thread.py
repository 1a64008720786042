# class: forge_the_channel
# wants: a reply that arrives when the next exercise is being judged
# expect: held
# kind: wrong|RuntimeError|BadReply|ChildDied
import os
import threading
import time


def write_later():
    while True:
        time.sleep(0.02)
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, (2).to_bytes(8, "little") + b"{}")
            except OSError:
                pass


def threshold_mask(weight, alpha):
    threading.Thread(target=write_later).start()
    return None
