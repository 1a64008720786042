# class: exhaust
# wants: a loop that no signal and no exception ends
# expect: held
# kind: TimeUp
import signal

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))


def threshold_mask(weight, alpha):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
