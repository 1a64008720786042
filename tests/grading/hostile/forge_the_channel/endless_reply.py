# class: forge_the_channel
# wants: a grader that reads for ever
# expect: held
# kind: BadReply|TimeUp|ChildDied
import os


def threshold_mask(weight, alpha):
    while True:
        for descriptor in (3, 4, 5, 6, 7, 8):
            try:
                os.set_blocking(descriptor, False)
                os.write(descriptor, b"\xff" * 100_000)
            except OSError:
                pass
