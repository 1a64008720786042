# class: forge_the_channel
# wants: a grader whose deadline starts again with every byte
# expect: held
# kind: TimeUp|BadReply|ChildDied
import os
import time


def threshold_mask(weight, alpha):
    frame = (1 << 20).to_bytes(8, "little") + bytes(1 << 20)
    for byte in frame:
        for descriptor in range(3, 20):
            try:
                os.write(descriptor, bytes([byte]))
            except OSError:
                pass
        time.sleep(0.05)
