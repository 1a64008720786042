# class: outlive
# wants: locks on files that the next answer needs
# expect: held
# kind: wrong
import fcntl
import os

# Once: in every call it would use up the descriptors, which is another attack.
for path in ("/dev/null", "/usr", "/tmp", math.__spec__.origin, np.__file__, torch.__file__):
    try:
        fcntl.flock(os.open(path, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (OSError, TypeError):
        pass


def threshold_mask(weight, alpha):
    return None
