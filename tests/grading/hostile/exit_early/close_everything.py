# class: exit_early
# wants: no channel left by which a failure could be told
# expect: held
# kind: ChildDied
import os


def threshold_mask(weight, alpha):
    os.closerange(0, 65_536)
    return None
