# class: outlive
# wants: the environment of the next answer changed
# expect: held
# kind: wrong
import os


def threshold_mask(weight, alpha):
    for key in ("PYTHONPATH", "LD_PRELOAD", "PATH", "HOME", "TMPDIR", "OMP_NUM_THREADS"):
        os.environ[key] = f"/tmp/{PLANT}"
    os.environ[PLANT] = "1"
    try:
        os.nice(19)
    except OSError:
        pass
    return None
