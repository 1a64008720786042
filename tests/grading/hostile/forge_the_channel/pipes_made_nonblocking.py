# class: forge_the_channel
# wants: the pipes that parent and child share left in a state that breaks the next exchange
# expect: held
# kind: wrong|BadReply|ChildDied
import fcntl
import os


def threshold_mask(weight, alpha):
    for descriptor in range(0, 64):
        try:
            flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
            fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_NONBLOCK | os.O_APPEND)
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, 4096)
        except OSError:
            pass
    return None
