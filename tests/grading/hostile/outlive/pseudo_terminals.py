# class: outlive
# wants: terminals kept open, and characters typed into the instructor's own
# expect: held
# kind: wrong|OSError|ChildDied
import fcntl
import os

KEPT = []


def threshold_mask(weight, alpha):
    for _ in range(100):
        try:
            KEPT.append(os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY))
        except OSError:
            break
    for path in ("/dev/tty", "/dev/console", "/dev/stdin"):
        try:
            terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
            fcntl.ioctl(terminal, 0x5412, b"#")  # TIOCSTI: as if typed
            print("ESCAPED typed into", path)
        except OSError:
            pass
    return None
