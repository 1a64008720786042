# class: forge_the_channel
# wants: a parser that chokes
# expect: held
# kind: BadReply|ChildDied|TimeUp
import os


def threshold_mask(weight, alpha):
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b"\xff\xfe" + bytes(range(256)) * 4)
        except OSError:
            pass
    os._exit(0)
