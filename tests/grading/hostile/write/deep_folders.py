# class: write
# wants: a folder so deep that nobody can delete it
# expect: held
# kind: wrong|OSError|TimeUp
import os


def threshold_mask(weight, alpha):
    try:
        os.chdir("/tmp")
        for _ in range(3_000):
            os.mkdir(PLANT)
            os.chdir(PLANT)
    except OSError:
        pass
    return None
