# class: outlive
# wants: locks on files that the next answer needs
# expect: held
# kind: wrong
import fcntl
import os


def threshold_mask(weight, alpha):
    for path in ("/dev/null", "/usr", "/tmp", math.__spec__.origin, np.__file__, torch.__file__):
        try:
            fcntl.flock(os.open(path, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (OSError, TypeError):
            pass
    return None
