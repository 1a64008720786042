# class: forge_the_channel
# wants: a grader that waits for the rest of a reply
# expect: held
# kind: TimeUp|BadReply|ChildDied
import os
import time


def threshold_mask(weight, alpha):
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, (60 << 20).to_bytes(8, "little") + b"x" * 50)
        except OSError:
            pass
    time.sleep(1_000)
