# class: exit_early
# wants: a crash announced by Python's own crash handler, on the channel of the replies
# expect: held
# kind: ChildDied
import faulthandler

for descriptor in range(3, 20):
    try:
        faulthandler.enable(file=descriptor, all_threads=True)
    except (OSError, ValueError, RuntimeError):
        pass


def threshold_mask(weight, alpha):
    faulthandler._sigsegv()
