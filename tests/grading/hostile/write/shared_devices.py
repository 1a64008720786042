# class: write
# wants: a device that everybody uses closed to everybody: its owner may change its mode
# expect: held
# kind: wrong
import os


def threshold_mask(weight, alpha):
    for name in ("null", "zero", "full", "random", "urandom", "tty", "ptmx"):
        path = f"/dev/{name}"
        try:
            os.chmod(path, os.stat(path).st_mode & 0o7777)  # the same mode, but it could be any
            print("ESCAPED changed", path)
        except OSError:
            pass
        try:
            os.utime(path)
            print("ESCAPED touched", path)
        except OSError:
            pass
    return None
