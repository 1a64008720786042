# class: outlive
# wants: the grader's working folder removed under it
# expect: held
# kind: wrong
import os


def threshold_mask(weight, alpha):
    here = os.getcwd()
    os.chdir("/")
    for attempt in (lambda: os.rmdir(here), lambda: os.chmod(here, 0), lambda: os.chmod("/tmp", 0)):
        try:
            attempt()
        except OSError:
            pass
    os.umask(0o777)
    return None
