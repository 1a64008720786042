# class: outlive
# wants: an alarm that rings in the harness after the answer
# expect: held
# kind: SystemExit|wrong|ChildDied
import signal
import time


def ring(*_):
    raise SystemExit(0)


signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)


def threshold_mask(weight, alpha):
    start = time.monotonic()
    while time.monotonic() - start < 0.3:
        pass
